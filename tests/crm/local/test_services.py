"""Where the demo listens."""

import socket

import pytest

from crm.local.services import NoPortError, allowed_hosts, endpoint, find_port


def test_the_next_free_port_is_taken() -> None:
    first = find_port("127.0.0.1", None)
    with socket.create_server(("127.0.0.1", first)):
        assert find_port("127.0.0.1", None) > first


def test_a_wished_port_in_use_is_refused_with_advice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NoPortError, match=f"Port {port} .* --port"):
            find_port("127.0.0.1", port)


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(NoPortError, match="Nothing can listen on 192"):
        find_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("127.0.0.1", "127.0.0.1,localhost,[::1]"),
        ("10.0.0.7", "127.0.0.1,localhost,[::1],10.0.0.7"),
        ("0.0.0.0", "*"),  # noqa: S104
    ],
)
def test_only_a_demo_that_listens_everywhere_accepts_any_name(host: str, hosts: str) -> None:
    assert allowed_hosts(host) == hosts


def test_ipv6_hosts_are_bracketed() -> None:
    assert endpoint("::1", 8000) == "[::1]:8000"
