"""The ranges that a person declared: the only addresses that discovery may ever ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import TypeAlias

from inventory.errors import InputError, Problem
from inventory.words import _

Network: TypeAlias = IPv4Network | IPv6Network

WIDEST = {4: 16, 6: 48}
"""The shortest prefix taken without force: more than a /16 of IPv4 no school has, an IPv6 site is a /48."""
WIDEST_EVER = {4: 8, 6: 32}
SWEPT_AT_MOST = 1 << 16
"""Addresses of one range that are asked one by one. A wider one only bounds what neighbours name: the 2^64
addresses of an IPv6 network cannot be tried."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where to look. ``swept`` are asked address by address, ``scopes`` only bound where neighbours lead."""

    swept: tuple[Network, ...]
    scopes: tuple[Network, ...] = ()

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in (*self.swept, *self.scopes))

    def addresses(self) -> Iterator[str]:
        """Every address to be swept; network and broadcast addresses are nobody's."""
        for network in self.swept:
            yield from (str(address) for address in network.hosts())

    def __len__(self) -> int:
        return sum(network.num_addresses for network in self.swept)


def declared(ranges: Sequence[str], *, force: bool = False, allow_loopback: bool = False) -> Ranges:
    """The ranges as networks. Raises InputError with every fault: all addresses, too wide without ``force``,
    multicast, loopback, link-local, or no network at all."""
    problems: list[Problem] = []
    networks: list[Network] = []
    for text in ranges:
        network = _network(text)
        if network is None:
            problems.append(Problem(text, _("is no range"), _("write a network such as 10.1.0.0/24")))
        elif fault := _fault(network, force=force, allow_loopback=allow_loopback):
            problems.append(Problem(text, *fault))
        else:
            networks.append(network)
    if not ranges:
        problems.append(
            Problem("", _("no range is declared"), _("name the management network of the school"))
        )
    if problems:
        raise InputError(_("these ranges cannot be looked through"), problems=tuple(problems))
    return _sorted_out(networks)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip())
    except ValueError:
        return None


def _fault(network: Network, *, force: bool, allow_loopback: bool) -> tuple[str, str] | None:
    version, first = network.version, network.network_address
    faults = (
        (
            network.prefixlen < WIDEST_EVER[version],
            _("is far more than a school"),
            _("write the networks in which the school's devices are managed"),
        ),
        (
            network.prefixlen < WIDEST[version] and not force,
            _("is wider than /%(bits)d") % {"bits": WIDEST[version]},
            _("write the networks in which devices are managed, or use --force"),
        ),
        (first.is_multicast, _("is multicast"), _("write networks that devices have addresses in")),
        (
            first.is_loopback and not allow_loopback,
            _("is this computer itself"),
            _("write networks that devices have addresses in"),
        ),
        (
            first.is_link_local or _is_reserved(first),
            _("holds no addresses that devices are managed by"),
            _("write networks that devices have addresses in"),
        ),
    )
    return next(((what, do) for wrong, what, do in faults if wrong), None)


def _is_reserved(address: IPv4Address | IPv6Address) -> bool:
    """0.0.0.0/8, 240.0.0.0/4 and what else is set aside; ::1 is loopback, which is asked before."""
    if address.is_loopback:
        return False
    return address.is_unspecified or address.is_reserved or (address.version == 4 and int(address) >> 24 == 0)


def _sorted_out(networks: Sequence[Network]) -> Ranges:
    four = collapse_addresses(item for item in networks if isinstance(item, IPv4Network))
    six = collapse_addresses(item for item in networks if isinstance(item, IPv6Network))
    merged: list[Network] = [*four, *six]
    # Neighbouring ranges merge into a wider one; each part was small enough to be swept.
    return Ranges(
        swept=tuple(item for item in merged if item.num_addresses <= SWEPT_AT_MOST or item.version == 4),
        scopes=tuple(item for item in merged if item.num_addresses > SWEPT_AT_MOST and item.version == 6),
    )
