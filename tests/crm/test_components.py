"""The parts that pages are assembled from are documented, shown on one page, and safe under a strict policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from crm.models import User
from crm.views.samples import samples

TEMPLATES = Path(settings.BASE_DIR, "templates")
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ICON = re.compile(r'icon\.html" with name="([a-z0-9-]+)"')


class Inline(HTMLParser):
    """Collects what a strict content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (
            tag == "script" and "src" not in names and names.get("type") != "application/json"
        ):
            self.found.append(f"<{tag}>")


def styleguide() -> str:
    request = RequestFactory().get("/styleguide/")
    request.user = User(username="anna", role="admin")
    return render_to_string("styleguide.html", {"sample": samples()}, request)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_says_what_it_is_and_takes(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.startswith("{% comment %}\n")
    documented = source.split("{% endcomment %}")[0].splitlines()[1:]
    assert len(documented) >= 1
    assert documented[0].endswith(".")


def test_the_style_guide_shows_every_component() -> None:
    source = (TEMPLATES / "styleguide.html").read_text(encoding="utf-8")
    layout = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "layouts").glob("*.html"))
    inner = "".join(path.read_text(encoding="utf-8") for path in COMPONENTS)
    missing = [path.name for path in COMPONENTS if f'"components/{path.name}"' not in source + layout + inner]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_style_guide_has_nothing_inline(language: str) -> None:
    with override(language):
        reader = Inline()
        reader.feed(styleguide())
    assert reader.found == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_no_template_has_inline_styles_or_scripts(path: Path) -> None:
    source = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    reader = Inline()
    reader.feed(source)
    assert reader.found == []


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    sprite = Path(settings.BASE_DIR, "static/vendor/bootstrap-icons/sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    asked = {
        name for path in TEMPLATES.rglob("*.html") for name in ICON.findall(path.read_text(encoding="utf-8"))
    }
    assert asked - known == set()


@pytest.mark.parametrize("code", [403, 404, 500, 503])
def test_error_pages_need_no_context_and_are_the_same_for_everybody(code: int) -> None:
    page = render_to_string(f"{code}.html")
    assert page == render_to_string(f"{code}.html")
    assert str(code) in page
    assert "csrf" not in page
