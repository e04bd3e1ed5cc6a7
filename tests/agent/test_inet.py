"""Addresses in indexes: every dialect seen on a real device, and nothing that is none."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.mibs.inet import (
    inet_index,
    plain_index,
    prefix_of_mask,
    prefix_of_pointer,
    scope_of,
)

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
OCTET = st.integers(0, 255)
LINK_LOCAL = V6.map(lambda a: ipaddress.IPv6Address((0xFE80 << 112) | (int(a) & ((1 << 64) - 1))))
IN_USE = V6.filter(lambda a: a.packed[0] not in (16, 20))
"""No address in use begins with the octet 16 or 20 (1000::/8, 1400::/8): there a length is meant."""


@given(V4)
def test_ipv4_is_read_with_and_without_its_length(address: ipaddress.IPv4Address) -> None:
    octets = tuple(address.packed)

    assert inet_index((1, 4, *octets)) == (address, 6)
    if octets[0] != 4:
        assert inet_index((1, *octets)) == (address, 5)


@given(IN_USE)
def test_ipv6_is_read_with_and_without_its_length(address: ipaddress.IPv6Address) -> None:
    octets = tuple(address.packed)

    assert inet_index((2, 16, *octets)) == (address, 18)
    assert inet_index((2, *octets)) == (address, 17)


@given(LINK_LOCAL, st.lists(OCTET, min_size=4, max_size=4), st.integers(0, 2**32 - 1))
def test_a_zone_is_left_out_however_it_is_written(
    address: ipaddress.IPv6Address, zone: list[int], number: int
) -> None:
    octets = tuple(address.packed)

    assert inet_index((4, 20, *octets, *zone)) == (address, 22)
    assert inet_index((4, *octets, *zone)) == (address, 21)
    assert inet_index((4, *octets, number)) == (address, 18)
    assert inet_index((4, *octets)) == (address, 17)
    assert inet_index((4, 16, *octets)) == (address, 18)


@given(V4, st.lists(OCTET, min_size=4, max_size=4))
def test_ipv4_with_a_zone_is_read(address: ipaddress.IPv4Address, zone: list[int]) -> None:
    assert inet_index((3, 8, *address.packed, *zone)) == (address, 10)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30).map(tuple))
def test_no_index_breaks_the_decoders(index: tuple[int, ...]) -> None:
    found = inet_index(index)

    assert found is None or 5 <= found.used <= len(index)
    plain_index(index)


@given(V6)
def test_the_old_mib_is_read_with_and_without_a_length(address: ipaddress.IPv6Address) -> None:
    octets = tuple(address.packed)

    assert plain_index(octets) == address
    assert plain_index((16, *octets)) == address


@pytest.mark.parametrize(
    "index",
    [(), (0,), (1, 4, 10, 0), (1, 256, 0, 0, 1), (2, 16, *(0,) * 14), (16, 16, *(0,) * 16)],
)
def test_what_is_no_address_is_none(index: tuple[int, ...]) -> None:
    assert inet_index(index) is None


@pytest.mark.parametrize(
    ("mask", "length"),
    [
        (b"\xff\xff\xff\x00", 24),
        (b"\xff\xff\xff\xff", 32),
        (b"\x00\x00\x00\x00", 0),
        (b"\xff\x00\xff\x00", None),
        (b"\xff\xff", None),
        (None, None),
    ],
)
def test_a_mask_becomes_a_prefix_length(mask: bytes | None, length: int | None) -> None:
    assert prefix_of_mask(mask) == length


def test_a_row_pointer_ends_in_the_prefix_length_and_0_0_says_unknown() -> None:
    address = ipaddress.ip_address("2001:db8::1")
    pointer = (1, 3, 6, 1, 2, 1, 4, 32, 1, 5, 7, 2, 16, 32, 1, 13, 184, *(0,) * 12, 64)

    assert prefix_of_pointer(pointer, address) == 64
    assert prefix_of_pointer((0, 0), address) is None
    assert prefix_of_pointer((*pointer[:-1], 129), address) is None
    assert prefix_of_pointer(0, address) is None


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("2001:da8:215::1", "global"),
        ("2001:db8::1", "global"),
        ("3fff::1", "global"),
        ("fd00::1", "ula"),
        ("fc00::1", "ula"),
        ("fe80::1", "link_local"),
        ("febf::1", "link_local"),
        ("fec0::1", "other"),
        ("::1", "other"),
        ("::a9fe:21f", "other"),
        ("ff02::1", "other"),
        ("4000::1", "other"),
    ],
)
def test_the_scope_of_an_address(address: str, scope: str) -> None:
    assert scope_of(ipaddress.IPv6Address(address)) == scope
