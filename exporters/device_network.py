"""What a device is in the network: IPv6, neighbours, aggregates, wireless.

A value that a device does not tell has no series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters.device_if import LONGEST, WRAP, labels_of
from exporters.device_labels import PORT, Samples, once, port_of
from exporters.exposition import Family, Sample
from inventory.reading import Interface, Reading
from inventory.wifi import AccessPoint

MOST_APS = 2000
"""Access points of one page; a controller of a province's has more than a page should hold."""
_AP = ("ap", "mac")


def _ipv6_addresses(reading: Reading) -> Iterator[Sample]:
    counts: dict[tuple[str, ...], float] = {}
    port = port_of(reading)
    for item in reading.ipv6_addresses:
        labels = (*port(item.if_index, None), item.scope)
        counts[labels] = counts.get(labels, 0.0) + 1
    yield from counts.items()


def _routes(reading: Reading) -> Iterator[Sample]:
    if any(name in reading.tables for name in ("ipv6_default_routes", "inetCidrRouteTable")):
        yield (), float(len(reading.ipv6_default_routes))


def _neighbours(reading: Reading) -> Iterator[Sample]:
    for version, count in (("4", reading.neighbor_counts.ipv4), ("6", reading.neighbor_counts.ipv6)):
        if count is not None:
            yield (version,), float(count)


def _versions(out: bool) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        port = port_of(reading)
        for row in reading.version_counters:
            value = row.out_octets if out else row.in_octets
            if value is not None:
                yield (*port(row.if_index, None), str(row.version)), float(value % WRAP)

    return lambda reading: once(samples(reading))


def _ladder(reading: Reading) -> Iterator[Sample]:
    for rung in reading.ipv6_ladder:
        if rung.reached is not None:
            yield (rung.name,), float(rung.reached)


def _ap_states(reading: Reading) -> Iterator[Sample]:
    wireless = reading.wireless
    if wireless is None:
        return
    counts: dict[str, int] = {}
    for ap in wireless.aps:
        counts[ap.state] = counts.get(ap.state, 0) + 1
    if wireless.aps:
        for state in ("online", "offline", "missing", "unknown"):
            yield (state,), float(counts.get(state, 0))


def _ap(of: Callable[[AccessPoint], float | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        for ap in reading.wireless.aps[:MOST_APS] if reading.wireless else ():
            if (value := of(ap)) is not None:
                name = (ap.name or ap.mac or ap.serial or "")[:LONGEST]
                yield (name, ap.mac or ap.serial or ""), float(value)

    return lambda reading: once(samples(reading))


def _clients(reading: Reading) -> Iterator[Sample]:
    if reading.wireless and reading.wireless.clients is not None:
        yield (), float(reading.wireless.clients)


def _bands(reading: Reading) -> Iterator[Sample]:
    if reading.wireless:
        for band, count in (("2.4", reading.wireless.clients_2g), ("5", reading.wireless.clients_5g)):
            if count is not None:
                yield (band,), float(count)


def _ssids(reading: Reading) -> Iterator[Sample]:
    for ssid in reading.wireless.ssids if reading.wireless else ():
        if ssid.clients is not None:
            yield (ssid.name[:LONGEST],), float(ssid.clients)


def _utilisation(reading: Reading) -> Iterator[Sample]:
    for ap in reading.wireless.aps[:MOST_APS] if reading.wireless else ():
        for radio in ap.radios:
            if radio.utilisation_percent is not None:
                name = (ap.name or ap.mac or ap.serial or "")[:LONGEST]
                yield (
                    (name, ap.mac or ap.serial or "", str(radio.index), radio.band or ""),
                    round(radio.utilisation_percent / 100, 4),
                )


def _lags(reading: Reading) -> Iterator[Sample]:
    known: dict[int, Interface] = {item.if_index: item for item in reading.interfaces}
    for item in reading.interfaces:
        if item.lag_if_index in known:
            lag = labels_of(known[item.lag_if_index])
            yield (str(item.if_index), labels_of(item)[1], lag[0], lag[1]), 1.0


# (name without prefix, labels, help, type, samples)
_NETWORK: tuple[tuple[str, tuple[str, ...], str, str, Samples], ...] = (
    (
        "lag_member_info",
        (*PORT, "lagIfIndex", "lagIfName"),
        "A port and the aggregate that it is a member of, always 1 (dot3adAggPortAttachedAggID).",
        "gauge",
        _lags,
    ),
    (
        "ipv6_addresses",
        (*PORT, "scope"),
        "IPv6 addresses of a port by scope (ipAddressTable).",
        "gauge",
        _ipv6_addresses,
    ),
    ("ipv6_default_routes", (), "Default routes ::/0 (inetCidrRouteTable).", "gauge", _routes),
    (
        "ipv6_ladder_reached",
        ("rung",),
        "Whether a rung of the IPv6 ladder is reached, 1 or 0: configured, routed, "
        "neighbours, clients, bytes, share.",
        "gauge",
        _ladder,
    ),
    ("neighbours", ("version",), "Living entries of the ARP (4) and ND (6) tables.", "gauge", _neighbours),
    (
        "if_version_in_octets_total",
        (*PORT, "version"),
        "Octets received by IP version (ipIfStatsHCInOctets).",
        "counter",
        _versions(False),
    ),
    (
        "if_version_out_octets_total",
        (*PORT, "version"),
        "Octets sent by IP version (ipIfStatsHCOutOctets).",
        "counter",
        _versions(True),
    ),
    (
        "wireless_access_points",
        ("state",),
        "Access points that a controller lists, by state.",
        "gauge",
        _ap_states,
    ),
    ("wireless_clients", (), "Clients of a controller.", "gauge", _clients),
    ("wireless_band_clients", ("band",), "Clients by band (GHz).", "gauge", _bands),
    ("wireless_ssid_clients", ("ssid",), "Clients by SSID.", "gauge", _ssids),
    (
        "wireless_ap_up",
        _AP,
        "1 while an access point is online, else 0.",
        "gauge",
        _ap(lambda a: None if a.state == "unknown" else float(a.state == "online")),
    ),
    ("wireless_ap_clients", _AP, "Clients of an access point.", "gauge", _ap(lambda a: a.clients)),
    (
        "wireless_ap_generation",
        _AP,
        "Wi-Fi generation of an access point (4 n, 5 ac, 6 ax, 7 be).",
        "gauge",
        _ap(lambda a: a.generation),
    ),
    (
        "wireless_ap_wired_speed",
        _AP,
        "Speed of an access point's wired port, bit/s.",
        "gauge",
        _ap(lambda a: None if a.wired_mbps is None else a.wired_mbps * 1e6),
    ),
    (
        "wireless_radio_utilisation_ratio",
        (*_AP, "radio", "band"),
        "Channel utilisation of a radio, 0..1.",
        "gauge",
        _utilisation,
    ),
)

NETWORK_FAMILIES: tuple[tuple[Family, Samples], ...] = tuple(
    (Family(f"wanzhao_{name}", labels, words, kind), samples)
    for name, labels, words, kind, samples in _NETWORK
)
