"""Proxies are named by address or counted, and never half of the internet."""

import pytest

from app.settings import load_settings
from tests.settings.steps import refusal_message

NO_ADDRESS = "must be an address, a network or unix:"

EVERY_ADDRESS = "this network is every address: name the addresses of your proxies"


@pytest.mark.parametrize(
    ("proxies", "reason"),
    [
        *((name, NO_ADDRESS) for name in ("*", "proxy.example.com", "10.0.0.1:80", "unix")),
        *((network, NO_ADDRESS) for network in ("10.0.0.0/33", "10.0.0.1/8")),
        *((network, EVERY_ADDRESS) for network in ("0.0.0.0/0", "::/0")),
    ],
)
def test_proxy_that_is_not_an_address_is_refused(
    environment: pytest.MonkeyPatch,
    proxies: str,
    reason: str,
) -> None:
    """SEC-24. uvicorn would treat an unreadable name as a literal, and `*` as every address."""
    environment.setenv("TRUSTED_PROXIES", f"10.0.0.5,{proxies}")

    [_, line] = refusal_message().splitlines()
    assert line.endswith(f"TRUSTED_PROXIES: {reason}")


@pytest.mark.parametrize(
    "proxies",
    ["0.0.0.0/1,128.0.0.0/1", "0.0.0.0/1", "10.0.0.0/8,64.0.0.0/2,128.0.0.0/2", "8000::/1"],
)
def test_proxies_that_are_half_the_internet_are_refused(
    environment: pytest.MonkeyPatch,
    proxies: str,
) -> None:
    environment.setenv("TRUSTED_PROXIES", proxies)

    assert "TRUSTED_PROXIES covers half of the internet" in refusal_message()


def test_proxies_are_named_or_counted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TRUSTED_HOPS", "1")
    hops = load_settings().trusted_hops
    environment.setenv("TRUSTED_PROXIES", "10.0.0.5")

    assert hops == 1
    assert "TRUSTED_PROXIES and TRUSTED_HOPS are both set" in refusal_message()


def test_private_networks_may_be_trusted(environment: pytest.MonkeyPatch) -> None:
    private = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
    environment.setenv("TRUSTED_PROXIES", f"{private},10.0.0.0/9,10.0.0.0/8")

    assert len(load_settings().trusted_proxies) == 6
