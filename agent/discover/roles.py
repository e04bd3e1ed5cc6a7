"""What a device is for, guessed from what it says and does, with the reasons for the person who decides.

The order of the tests is the order of certainty: what a device measures or manages, what it calls itself,
then what its tables show of traffic through it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from ipaddress import IPv4Interface, IPv4Network, ip_address, ip_interface

import msgspec

from agent.facts import FAST_MBPS, PHYSICAL_TYPES
from inventory.reading import Interface, Reading
from inventory.words import _

MANY_STATIONS = 100
SOME_STATIONS = 50
SOME_NETWORKS = 4
MANY_NETWORKS = 16
SWITCH_PORTS = 5
"""A box with fewer Ethernet ports is no switch that anybody would poll."""
ROUTER_PORTS = 10
CHASSIS_PORTS = 24
"""A controller with so many real ports is a switch that has one built in."""
FAST_SHARE = 0.5


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of roles.toml."""

    role: str
    words: str = ""
    family: list[str] = []
    object_id: list[str] = []
    sure: bool = True


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: list[Rule]


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A role of the register and why. ``sure``: the device itself says so; else its tables suggest it."""

    role: str
    reasons: list[str]
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reading shows of a device's use. ``ports`` are its Ethernet ports; ``networks`` the IPv4
    networks it has an address in; ``stations`` the ARP entries."""

    reading: Reading
    ports: tuple[Interface, ...]
    fast: int
    networks: frozenset[IPv4Network]
    stations: int
    public: bool
    private: bool

    @property
    def routes(self) -> bool:
        """It has addresses in several networks and is used there, or in so many that nothing else is left."""
        used = self.stations >= SOME_STATIONS or bool(self.reading.ipv6_default_routes)
        return len(self.networks) >= (SOME_NETWORKS if used else MANY_NETWORKS)


def guess_role(reading: Reading) -> Guess:
    """The role that a reading suggests; "other" where nothing does."""
    seen = evidence(reading)
    tests: tuple[Callable[[Evidence], Guess | None], ...] = (_supply, _controller, _by_its_words, _by_use)
    found = next((guess for test in tests if (guess := test(seen)) is not None), None)
    if found is None:
        return Guess(role="other", reasons=[_("nothing that it tells shows what it is for")])
    more = [reason for reason in _beside(seen) if reason not in found.reasons]
    return msgspec.structs.replace(found, reasons=[*found.reasons, *more])


def evidence(reading: Reading) -> Evidence:
    """The counts that the tests look at."""
    # ifConnectorPresent is not asked: whole product lines say false of every port.
    ports = tuple(item for item in reading.interfaces if item.type in PHYSICAL_TYPES)
    addresses = [
        at for item in reading.ipv4_addresses if (at := _interface(item.address, item.prefix_length))
    ]
    heard = [item for item in reading.neighbors if item.version == 4]
    return Evidence(
        reading=reading,
        ports=ports,
        fast=sum((item.speed_mbps or 0) >= FAST_MBPS for item in ports),
        networks=frozenset(at.network for at in addresses if at.network.prefixlen < 32),
        stations=max(reading.neighbor_counts.ipv4 or 0, len(heard)),
        public=any(at.ip.is_global for at in addresses),
        private=any(at.ip.is_private for at in addresses),
    )


@cache
def rules() -> tuple[Rule, ...]:
    """roles.toml."""
    text = resources.files("agent.discover").joinpath("roles.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text), _Rules).rule)


def _supply(seen: Evidence) -> Guess | None:
    ups = seen.reading.ups
    if ups is None or (ups.battery is None and ups.charge_percent is None and ups.output is None):
        return None
    return Guess(role="ups", reasons=[_("it tells the state of a battery")], sure=True)


def _controller(seen: Evidence) -> Guess | None:
    """A box that lists access points. A lone access point may list itself and its neighbours."""
    wireless = seen.reading.wireless
    worded = _worded(seen.reading)
    if wireless is None or (worded is not None and worded[0].role == "ap"):
        return None
    listed = max(len(wireless.aps), wireless.aps_total or 0, wireless.aps_online or 0)
    if listed < 2:  # a router's own radio is no controller
        return None
    real = [item for item in seen.ports if item.speed_mbps]
    if len(real) >= CHASSIS_PORTS and seen.stations >= MANY_STATIONS:
        return Guess(role="core", reasons=[*_routing(seen), _listed(listed)])
    return Guess(role="wlan_controller", reasons=[_listed(listed)], sure=True)


def _by_its_words(seen: Evidence) -> Guess | None:
    found = _worded(seen.reading)
    if found is None:
        return None
    rule, words = found
    reason = _("it calls itself: %(words)s") % {"words": words}
    return Guess(role=rule.role, reasons=[reason], sure=rule.sure)


def _by_use(seen: Evidence) -> Guess | None:
    count = len(seen.ports)
    if count and count <= ROUTER_PORTS and len(seen.networks) >= 2 and seen.fast < SWITCH_PORTS:
        return Guess(role="gateway", reasons=_routing(seen))
    if count < SWITCH_PORTS:
        return None
    if seen.routes or (len(seen.networks) >= 2 and seen.stations >= MANY_STATIONS):
        return Guess(role="core", reasons=_routing(seen))
    speeds = [item for item in seen.ports if item.speed_mbps]
    if seen.fast >= SOME_NETWORKS and seen.fast >= FAST_SHARE * len(speeds):
        return Guess(role="distribution", reasons=[_fast(seen)])
    if len(seen.networks) >= SOME_NETWORKS:
        return Guess(role="distribution", reasons=_routing(seen))
    reason = _("%(count)d Ethernet ports, and nothing that routes") % {"count": count}
    return Guess(role="access", reasons=[reason])


def _worded(reading: Reading) -> tuple[Rule, str] | None:
    """The rule that the device's own words meet, and these words."""
    about = reading.system
    said = [text for text in (about.sys_descr, about.model) if text]
    numbers = (about.sys_object_id or "").strip(".").split(".")
    for rule in rules():
        prefixes = [prefix.split(".") for prefix in rule.object_id]
        if any(numbers[: len(prefix)] == prefix for prefix in prefixes):
            return rule, " ".join(said)[:80]
        if about.family in rule.family:
            return rule, about.family or ""
        for text in said if rule.words else ():
            if found := re.search(rule.words, text, re.IGNORECASE):
                return rule, found[0].strip()
    return None


def _routing(seen: Evidence) -> list[str]:
    reasons = [
        _("it has addresses in %(networks)d networks and has heard %(stations)d machines there")
        % {"networks": len(seen.networks), "stations": seen.stations}
    ]
    if seen.reading.ipv6_default_routes:
        reasons.append(_("it has an IPv6 default route"))
    if seen.public and seen.private:
        reasons.append(_("it has both public and private addresses"))
    return reasons


def _beside(seen: Evidence) -> list[str]:
    """What a person would like to know besides."""
    reasons = []
    if links := len(seen.reading.links):
        reasons.append(_("%(count)d LLDP neighbours") % {"count": links})
    if seen.fast:
        reasons.append(_fast(seen))
    if powered := len(seen.reading.poe_ports):
        reasons.append(_("%(count)d ports that give power (PoE)") % {"count": powered})
    return reasons


def _fast(seen: Evidence) -> str:
    return _("%(fast)d of %(all)d Ethernet ports are for 10 Gbit/s or more") % {
        "fast": seen.fast,
        "all": len(seen.ports),
    }


def _listed(count: int) -> str:
    return _("it lists %(count)d access points") % {"count": count}


def _interface(address: str, prefix_length: int | None) -> IPv4Interface | None:
    """An address with its network; loopback, link-local and lone ones are nobody's network."""
    found = ip_address(address)
    if found.version != 4 or found.is_loopback or found.is_link_local or found.is_unspecified:
        return None
    made = ip_interface(f"{address}/{24 if prefix_length is None else prefix_length}")
    return made if isinstance(made, IPv4Interface) else None
