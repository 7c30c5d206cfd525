"""The import wizard, walked by an admin in Chinese on a phone; and without scripts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Job, Role, User
from crm.services import jobs
from customers.models import Channel, Customer, ImportBatch
from tests.cast import make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

T = TypeVar("T")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = """客户名单

客户编号,客户名称,手机,客户类型
K1,苏州华新家电,13800138000,公司
K2,,13900139000,公司
K3,王小明,,个人
"""


@pytest.fixture
def ada(transactional_db: None) -> User:
    """Return an admin."""
    Channel.objects.create(name="春季展会", kind="exhibition")
    return make_user("ada", Role.ADMIN)


@pytest.fixture
def visitor(
    browser_path: str, live_server: LiveServer, ada: User, settings: Settings, tmp_path: Path
) -> Iterator[Visitor]:
    """Return the admin's browser; what is uploaded is this test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    session = sign_in(ada).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def apart(ask: Callable[[], T]) -> T:
    """Ask the database in a thread of its own: in the browser's it may not be asked."""

    def asked() -> T:
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def work() -> None:
    """Do the jobs that wait, as a worker does."""
    for pk in apart(lambda: list(Job.objects.filter(state="queued").values_list("pk", flat=True))):
        apart(partial(jobs.execute, pk))


def customers() -> int:
    """Return how many customers there are."""
    return apart(Customer.objects.filter(deleted_at=None).count)


def see(visitor: Visitor, page: Page, heading: str) -> None:
    """See a step: its heading, nothing for axe to report, nothing wider than the screen."""
    page.wait_for_selector(f"h1:has-text('{heading}')")
    assert visitor.violations(page, "h1") == [], heading
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"]["width"], heading
    assert visitor.complaints == [], heading


def test_the_wizard_is_walked_in_chinese_on_a_phone(visitor: Visitor, tmp_path: Path) -> None:
    source = tmp_path / "名单.csv"
    source.write_text(LIST, encoding="gb18030")
    page = visitor.open("/customers/imports/", "phone", language="zh-hans", theme="dark")
    see(visitor, page, "导入")
    page.click("a:has-text('新建导入') >> nth=0")
    see(visitor, page, "新建导入")
    page.set_input_files("#id_file", str(source))
    page.wait_for_selector("[data-drop-name]:has-text('名单.csv')")
    page.click("button:has-text('上传并查看')")
    see(visitor, page, "读取结果")
    assert page.is_visible("text=苏州华新家电")
    page.select_option("#id_header_line", "1")
    page.wait_for_url("**header_line=1**")
    page.go_back()
    page.wait_for_selector("td:has-text('苏州华新家电')")
    page.click("button:has-text('没问题')")
    see(visitor, page, "对应各列")
    page.select_option("#id_source", "春季展会")
    page.select_option("#id_consent_basis", index=2)
    page.click("button:has-text('逐行检查')")
    work()
    page.goto(page.url)
    see(visitor, page, "每一行将如何处理")
    assert customers() == 0
    page.click(".tabs a:has-text('有错误')")
    page.click(".import-row a:has-text('更正')")
    page.fill("[name=cell-1]", "宏图商行")
    page.click("button:has-text('保存并检查此行')")
    page.wait_for_selector(".import-row:has-text('宏图商行') .tag:has-text('新增')")
    page.goto(page.url.partition("?")[0])
    page.click("button:has-text('导入 3 行')")
    see(visitor, page, "名单.csv")
    work()
    page.wait_for_selector("h2:has-text('各行的结果')")
    see(visitor, page, "名单.csv")
    assert customers() == 3
    page.click("a:has-text('核对这次导入')")
    see(visitor, page, "核对这次导入")
    page.go_back()
    page.click("a:has-text('撤销这次导入')")
    see(visitor, page, "要撤销这次导入吗")
    page.click("button:has-text('撤销这次导入')")
    page.wait_for_selector("#import-progress")
    work()
    page.wait_for_selector(".tag:has-text('已撤销')")
    assert customers() == 0


def test_the_wizard_works_without_scripts(visitor: Visitor, tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text(LIST, encoding="utf-8")
    page = visitor.open("/customers/imports/new/", scripts=False)
    page.set_input_files("#id_file", str(source))
    page.click("button:has-text('Upload and look')")
    page.select_option("#id_delimiter", "comma")
    page.click("button:has-text('Look again')")
    assert "delimiter=comma" in page.url
    page.click("button:has-text('This is right')")
    page.select_option("#id_source", "-")
    page.select_option("#id_consent_basis", "-")
    page.click("button:has-text('Check every row')")
    work()
    page.reload()
    page.click("a:has-text('Put it right')")
    page.fill("[name=cell-1]", "宏图商行")
    page.click("button:has-text('Save and check')")
    page.click("button:has-text('Import 3 rows')")
    work()
    page.reload()
    assert page.is_visible("h2:has-text('What became of the rows')")
    assert apart(ImportBatch.objects.get).created == customers() == 3


def test_pasted_rows_and_a_file_too_large_are_told_before_anything_is_sent(
    visitor: Visitor, ada: User, settings: Settings, tmp_path: Path
) -> None:
    settings.IMPORT_MAX_MB = 1
    page = visitor.open("/customers/imports/new/")
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (2 << 20))
    page.set_input_files("#id_file", str(large))
    page.click("button:has-text('Upload and look')")
    assert page.evaluate("document.querySelector('#id_file').validationMessage").startswith(
        "The file is larger"
    )
    assert not apart(ImportBatch.objects.exists)
    page.reload()
    page.evaluate(
        """() => {
            const held = new DataTransfer();
            held.setData("text/plain", "customer code\\tname\\nK1\\t华新");
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: held, bubbles: true}));
        }"""
    )
    page.click("button:has-text('Upload and look')")
    page.wait_for_selector("td:has-text('华新')")
    assert visitor.complaints == []
