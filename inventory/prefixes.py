"""IPv6 prefixes as people write them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Network, NetmaskValueError


def is_ipv6_network(text: str) -> bool:
    """Whether a text is an IPv6 prefix with its length and without host bits, "2001:db8::/32"."""
    try:
        IPv6Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        return False
    return "/" in text
