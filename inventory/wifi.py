"""Access points, radios and clients of a wireless controller: parts of a ``Reading`` (docs/facts.md)."""

from __future__ import annotations

from typing import Literal

import msgspec

ApState = Literal["online", "offline", "missing", "unknown"]
"""``missing``: the controller knew this access point and no longer lists it."""

StandbyState = Literal["ready", "not_ready", "absent"]
"""Of the other controller of a pair."""


class Radio(msgspec.Struct, frozen=True, kw_only=True):
    """``band`` is "2.4", "5" or "6" (GHz); ``utilisation`` and ``generation`` as in docs/facts.md."""

    index: int
    band: str | None = None
    channel: int | None = None
    width_mhz: int | None = None
    power_dbm: float | None = None
    utilisation_percent: float | None = None
    noise_dbm: float | None = None
    clients: int | None = None
    state: Literal["up", "down"] | None = None
    mode: str | None = None


class AccessPoint(msgspec.Struct, frozen=True, kw_only=True):
    """``generation`` is the Wi-Fi generation (4 n, 5 ac, 6 ax, 7 be) by model or radio mode."""

    name: str | None = None
    mac: str | None = None
    serial: str | None = None
    model: str | None = None
    software: str | None = None
    group: str | None = None
    ip: str | None = None
    ipv6: str | None = None
    state: ApState = "unknown"
    missing_since: str | None = None
    clients: int | None = None
    ipv6_clients: int | None = None
    generation: int | None = None
    generation_from: Literal["model", "mode"] | None = None
    wired_mbps: float | None = None
    uptime_s: float | None = None
    radios: list[Radio] = []


class Ssid(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    clients: int | None = None
    clients_2g: int | None = None
    clients_5g: int | None = None


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """One wireless client by the keyed hash of its MAC address. ``ipv6``: it holds an IPv6 address that is
    not link-local; the address itself is not kept. Octets are those of IPv6 alone, where counted."""

    station: str
    ap: str | None = None
    ssid: str | None = None
    band: str | None = None
    rssi_dbm: float | None = None
    ipv4: bool | None = None
    ipv6: bool | None = None
    ipv6_in_octets: int | None = None
    ipv6_out_octets: int | None = None


class Wireless(msgspec.Struct, frozen=True, kw_only=True):
    """``clients`` is the controller's own count, or the sum over APs where it has none; the scalars are
    the controller's own words, which may differ from the rows: a walk is not atomic."""

    aps: list[AccessPoint] = []
    clients: int | None = None
    ipv6_clients: int | None = None
    aps_online: int | None = None
    aps_offline: int | None = None
    aps_total: int | None = None
    aps_licensed: int | None = None
    clients_2g: int | None = None
    clients_5g: int | None = None
    standby: StandbyState | None = None
    """the other controller of a pair: ready to take over, not ready, or not there; None: not told"""
    ssids: list[Ssid] = []
    stations: list[Station] = []
