"""Addresses are read strictly, and counted with their neighbours."""

import pytest

from app.auth.addresses import networks_from, read_address, widest_network

SITE = {"2001:db8:1:203::/64": 1, "2001:db8:1:200::/56": 4, "2001:db8:1::/48": 16}


@pytest.mark.parametrize(
    ("ip", "networks"),
    [
        ("192.0.2.1", {"192.0.2.1": 1}),
        ("::ffff:192.0.2.1", {"192.0.2.1": 1}),
        ("2001:db8:1:203:4:5:6:7", SITE),
        ("2001:db8:1:203:ffff::", SITE),
        ("testclient", {"unknown": 1}),
        ("", {"unknown": 1}),
        (None, {"unknown": 1}),
    ],
)
def test_client_is_counted_in_its_networks(ip: str | None, networks: dict[str, int]) -> None:
    assert networks_from(ip) == networks
    assert widest_network(ip) == list(networks)[-1]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        (f"fe80::1%{'x' * 80}", "fe80::1"),
    ],
)
def test_address_has_one_spelling(text: str, address: str) -> None:
    assert str(read_address(text)) == address


@pytest.mark.parametrize(
    "text", ["", None, "testclient", "192.0.2.1:80", "192.0.2.01", "1.2.3", "x" * 80, "1", "\u0661"]
)
def test_anything_else_is_no_address(text: str | None) -> None:
    assert read_address(text) is None
