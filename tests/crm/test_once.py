"""What a page asks for twice is read once, and only within one request that changes nothing."""

import pytest
from django.http import HttpRequest, HttpResponse

from crm.middleware import RememberingMiddleware
from crm.once import once, remembering


class Source:
    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> int:
        self.read += 1
        return self.read


def test_the_same_is_read_once_and_another_key_again() -> None:
    source = Source()
    with remembering():
        assert [once("a", source), once("a", source), once("b", source)] == [1, 1, 2]


def test_nothing_is_remembered_outside_or_afterwards() -> None:
    source = Source()
    with remembering():
        once("a", source)
    assert [once("a", source), once("a", source)] == [2, 3]


def test_an_answer_of_nothing_is_remembered_too() -> None:
    source = Source()
    with remembering():
        assert once("a", lambda: None) is None
        assert once("a", source) is None
    assert source.read == 0


@pytest.mark.parametrize(("method", "read"), [("GET", 1), ("HEAD", 1), ("POST", 2)])
def test_only_requests_that_change_nothing_remember(method: str, read: int) -> None:
    source = Source()

    def page(_request: HttpRequest) -> HttpResponse:
        once("a", source)
        once("a", source)
        return HttpResponse()

    request = HttpRequest()
    request.method = method
    RememberingMiddleware(page)(request)
    assert source.read == read
