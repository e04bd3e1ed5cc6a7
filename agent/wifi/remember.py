"""What is known of a controller's wireless after a poll that read only some tables, or that misses rows.

An access point that leaves a list that was read to its end is missing since then; it is never forgotten: a
stolen or dead one must not make a school look better by vanishing from the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from agent.wifi.row import joined_radio
from agent.wifi.stations import ap_id
from inventory.reading import Reading, Table
from inventory.wifi import AccessPoint, Radio, Ssid, Wireless

_GOOD = frozenset({"ok", "empty", "unsupported"})
_STATIC = ("name", "mac", "serial", "model", "software", "group", "ipv6")
_LATER = (*_STATIC, "wired_mbps", "uptime_s", "clients", "ipv6_clients", "radios")
_OF_DETAILS = ("clients", "clients_2g", "clients_5g", "ipv6_clients")


def wireless_after(before: Wireless | None, now: Reading, tables: Mapping[str, Table]) -> Wireless | None:
    """The wireless of a controller after a reading. ``tables`` are those of this reading alone.

    Where this reading has no wireless, nothing is proved and the last one stands. A list read to its end
    makes what it lacks missing; a list read in part leaves what it lacks as it was.
    """
    found, table = now.wireless, tables.get("wireless")
    if found is None or table is None or before is None:
        return found or before
    whole = table.status in ("ok", "empty")
    aps = _with_missing(before.aps, found.aps, now.polled_at if whole else None)
    aps = _completed(before.aps, aps, _STATIC if _was_read(tables.get("wireless_radios")) else _LATER)
    kept: dict[str, object] = {"aps": aps}
    if not _was_read(tables.get("wireless_ssids")) and before.ssids:
        kept["ssids"] = _newer_counts(before, found)
    if not _was_read(tables.get("wireless_stations")):
        kept["stations"] = before.stations
        kept |= {name: getattr(before, name) for name in _OF_DETAILS if getattr(found, name) is None}
    return msgspec.structs.replace(found, **kept)


def missing_aps(reading: Reading) -> list[AccessPoint]:
    """The access points that the controller knew and no longer lists: what must outlive the process."""
    return [ap for ap in reading.wireless.aps if ap.state == "missing"] if reading.wireless else []


def known_aps(reading: Reading) -> list[AccessPoint]:
    """Every access point by what names it, without radios and counts: enough to see which are missing
    after a restart of the agent. Small: a few hundred bytes each."""
    return [
        AccessPoint(
            name=ap.name,
            mac=ap.mac,
            serial=ap.serial,
            model=ap.model,
            group=ap.group,
            state=ap.state,
            missing_since=ap.missing_since,
            generation=ap.generation,
            generation_from=ap.generation_from,
        )
        for ap in (reading.wireless.aps if reading.wireless else [])
    ]


def with_known(now: Reading, known: Sequence[AccessPoint]) -> Reading:
    """A first reading after a restart, completed by the access points that were known before it."""
    if not known:
        return now
    after = wireless_after(Wireless(aps=list(known)), now, now.tables)
    return msgspec.structs.replace(now, wireless=after)


def _with_missing(
    before: Iterable[AccessPoint], now: Sequence[AccessPoint], since: str | None
) -> list[AccessPoint]:
    listed = {name for ap in now for name in _hard_names(ap)}
    named_only = {ap.name for ap in now if ap.name and not _hard_names(ap)}
    names = {ap.name for ap in now if ap.name}
    gone = [
        ap
        for ap in before
        if listed.isdisjoint(_hard_names(ap)) and ap.name not in (named_only if _hard_names(ap) else names)
    ]
    return [*now, *(gone if since is None else (_missing(ap, since) for ap in gone))]


def _hard_names(ap: AccessPoint) -> tuple[str, ...]:
    """What no other access point has. Either is enough: rows of one poll may lack what another has. A name
    alone counts only where nothing else is known, as several may bear the maker's own."""
    return tuple(name for name in (ap.mac, ap.serial) if name)


def _missing(ap: AccessPoint, since: str) -> AccessPoint:
    if ap.state == "missing":
        return ap
    return msgspec.structs.replace(
        ap, state="missing", missing_since=since, clients=None, ipv6_clients=None, uptime_s=None, radios=[]
    )


def _completed(
    before: Iterable[AccessPoint], now: Iterable[AccessPoint], names: Sequence[str]
) -> list[AccessPoint]:
    """The access points, with what an earlier poll had found of those that are still there."""
    old = {ap_id(ap): ap for ap in before}
    return [_one_completed(ap, old.get(ap_id(ap)), names) for ap in now]


def _one_completed(ap: AccessPoint, old: AccessPoint | None, names: Sequence[str]) -> AccessPoint:
    """What was measured while the access point was in another state is not kept."""
    if old is None or ap is old or ap.state == "missing":
        return ap
    wanted = names if ap.state == old.state else _STATIC
    kept: dict[str, object] = {name: getattr(old, name) for name in wanted if getattr(ap, name) is None}
    if "radios" in wanted:
        kept["radios"] = _radios(ap.radios, old.radios)
    proved = (old.generation or 0) >= (ap.generation or 0) if "radios" in wanted else ap.generation is None
    if proved and ap.model in (None, old.model):
        kept |= {"generation": old.generation, "generation_from": old.generation_from}
    return msgspec.structs.replace(ap, **kept)


def _radios(now: Sequence[Radio], old: Sequence[Radio]) -> list[Radio]:
    """The radios of a poll that reads only some of their values, if any."""
    before = {radio.index: radio for radio in old}
    return [joined_radio(radio, before.get(radio.index, radio)) for radio in now] or list(old)


def _newer_counts(before: Wireless, now: Wireless) -> list[Ssid]:
    """The networks of before, with the counts of those that this reading has too; counts by band, which
    are made of the stations, are those of before."""
    found = {one.name: one for one in now.ssids}
    result: list[Ssid] = []
    for one in before.ssids:
        new = found.pop(one.name, None)
        clients = one.clients if new is None or new.clients is None else new.clients
        result.append(msgspec.structs.replace(one, clients=clients))
    return [*result, *found.values()]


def _was_read(table: Table | None) -> bool:
    return table is not None and table.status in _GOOD
