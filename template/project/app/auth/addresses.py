"""Client addresses, and the networks in which they are counted."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# The sizes of the networks in which an IPv6 address is counted, in bits, and how many times the
# allowance of an IPv4 address each has. A device has a /64 at least, a home a /56, a site a /48.
IPV6_ALLOWANCES = {64: 1, 56: 4, 48: 16}
UNKNOWN = "unknown"


@lru_cache(maxsize=1024)  # every request asks for the same proxies
def read_address(text: str | None) -> Address | None:
    """Return an address without its zone, or None for anything else.

    An IPv4 address that is mapped into IPv6 is an IPv4 address.
    """
    try:
        address = ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def networks_from(ip: str | None) -> dict[str, int]:
    """Return the networks in which a client is counted, the smallest first, with their allowances.

    Clients without an address are counted together.
    """
    address = read_address(ip)
    if not isinstance(address, IPv6Address):
        return {UNKNOWN if address is None else str(address): 1}
    return {
        str(ip_network((address.packed, bits), strict=False)): allowance
        for bits, allowance in IPV6_ALLOWANCES.items()
    }


def smallest_network(ip: str | None) -> str:
    """Return the network of one device."""
    return next(iter(networks_from(ip)))


def widest_network(ip: str | None) -> str:
    """Return the largest network that one attacker is assumed to have."""
    return [*networks_from(ip)][-1]
