"""C1, C2 and C3: an address, a way out, and a prefix for every user network (metric-catalogue 4.C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address, IPv6Network

from inventory.clock import window_s
from inventory.facts import PORT, FactValue
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.ports import find_port, is_routed_name
from inventory.metrics.truth import Truth, either, poll_verdict, unknown
from inventory.register import Campus, UserVlan
from inventory.rules import unit_ratio
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, UnitCounts, Verdict

C1 = "ipv6_wan_address"
C2 = "ipv6_default_route"
C3 = "ipv6_lan_prefix_coverage"
WAN_ROLES = ("wan_edu", "wan_internet")
USER_KINDS = ("teaching", "office", "wifi_staff", "wifi_student")
LAN_PREFIX = 64
"""Bits; SLAAC works with no other length (RFC 4862, 5.5.3)."""

GLOBAL = IPv6Network("2000::/3")
NOT_NATIVE = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: tunnels through IPv4."""

# Names under which an agent tells how the reading of a part went.
ADDRESS_TABLES = ("ipv6_addresses", "ipAddressTable")
ROUTE_TABLES = ("ipv6_default_routes", "inetCidrRouteTable")
AGGREGATE_TABLES = ("ipv6_aggregates",)
ADVERT_TABLES = ("ipv6_ra_interfaces", "ipv6RouterAdvertTable")
UNREADABLE = ("partial", "timeout", "error")


def wan_address(look: Look, campus: Campus, params: Params) -> Verdict:
    """C1: a global address on an uplink, by poll. ULA, 6to4 and Teredo do not count. With
    ``accept_delegated`` a prefix counts, too, that a user network of the same device uses: the uplink has a
    link-local address alone then."""
    uplinks = [u for u in campus.uplinks if u.role in params.words("roles", WAN_ROLES)]
    if not uplinks:
        return unknown(C1, campus.id, "uplink_not_declared", origin=params.origin("thr"))
    grid = look.grid(params, campus)
    ports = [(uplink.device, uplink.port) for uplink in uplinks]
    delegated = params.flag("accept_delegated", default=False)
    truths = [
        _address_truth(look, campus, device, port, grid, _lans(look, campus, device) if delegated else [])
        for device, port in ports
    ]
    evidence = tuple(
        _evidence(look, grid, truth, "ipAddressTable", device, PORT + port, "ipv6")
        for (device, port), truth in zip(ports, truths, strict=True)
    )
    return poll_verdict(C1, campus.id, grid, either(truths).tally(grid), params, evidence=evidence)


def default_route(look: Look, campus: Campus, params: Params) -> Verdict:
    """C2: a default route ::/0, or a route to one of the aggregates ``prefixes`` that the profile names for a
    private network, on a device that carries an uplink (or, undeclared, on a gateway)."""
    roles = params.words("roles", WAN_ROLES)
    devices = list(dict.fromkeys(u.device for u in campus.uplinks if u.role in roles)) or [
        device.id for device in campus.devices if device.role == "gateway" and device.status == "in_service"
    ]
    if not devices:
        return unknown(C2, campus.id, "uplink_not_declared", origin=params.origin("thr"))
    grid = look.grid(params, campus)
    prefixes = tuple(str(IPv6Network(prefix)) for prefix in params.words("prefixes", ()))
    truths = [_route_truth(look, campus, device, grid, prefixes) for device in devices]
    keys = ("ipv6_default_route", "ipv6_aggregate_routes") if prefixes else ("ipv6_default_route",)
    evidence = tuple(
        _evidence(look, grid, truth, "inetCidrRouteTable", device, "", key)
        for device, truth in zip(devices, truths, strict=True)
        for key in keys
    )
    return poll_verdict(C2, campus.id, grid, either(truths).tally(grid), params, evidence=evidence)


def ipv6_now(look: Look, campus: Campus) -> dict[str, bool]:
    """Whether an uplink has a global address, and whether there is a default route, by the newest poll of the
    last three (step -> yes or no); a step of which nobody tells is left out."""
    uplinks = [u for u in campus.uplinks if u.role in WAN_ROLES]
    grids: dict[str, Grid] = {}
    for uplink in uplinks:
        slot = look.newest_ok(uplink.device, 2 * look.snapshot.interval_s)
        if slot is not None:
            grids[uplink.device] = look.at(slot)
    read = [u for u in uplinks if u.device in grids]
    steps = {
        "address": [_address_truth(look, campus, u.device, u.port, grids[u.device], []) for u in read],
        "default_route": [_route_truth(look, campus, device, grid, ()) for device, grid in grids.items()],
    }
    together = {step: either(truths) for step, truths in steps.items() if truths}
    return {step: truth.true > 0 for step, truth in together.items() if truth.true or truth.any_false}


def lan_prefix_coverage(look: Look, campus: Campus, params: Params) -> Verdict:
    """C3: user networks with a global /64 and router advertisements at the last read, over all of them."""
    origin = params.origin("prefix_ratio")
    kinds = params.words("kinds", USER_KINDS)
    vlans = [vlan for vlan in campus.user_vlans if vlan.kind in kinds]
    if not vlans:
        return unknown(C3, campus.id, "user_vlans_not_declared", origin=origin)
    stale_s = window_s(params.word("stale_after", "26h"))
    found = [(vlan, *_vlan_state(look, campus, vlan, stale_s)) for vlan in vlans]
    counts = UnitCounts(
        p=sum(state is State.PASS for _, state, *_ in found),
        f=sum(state is State.FAIL for _, state, *_ in found),
        u=sum(state is State.UNKNOWN for _, state, *_ in found),
        na=len(campus.user_vlans) - len(vlans),
    )
    thr_bp = params.bp("prefix_ratio", 10_000)
    ruling = unit_ratio(counts, thr_bp)
    reasons = [reason for _, state, reason, _ in found if state is ruling.state]
    return Verdict(
        metric=C3,
        subject=campus.id,
        state=ruling.state,
        reason="" if ruling.state is State.PASS else max(reasons, key=reasons.count, default=ruling.reason),
        value=None if ruling.low_bp is None else ruling.low_bp / 10_000,
        unit="ratio",
        threshold=thr_bp / 10_000,
        origin=origin,
        level="E3" if counts.p + counts.f else "E0",
        window=_window(look, [evidence.first for *_, evidence in found]),
        units=counts,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        thr_bp=thr_bp,
        evidence=tuple(evidence for *_, evidence in found),
    )


@lru_cache(maxsize=65_536)
def is_global(address: str) -> bool:
    """In 2000::/3 and not a tunnel through IPv4. The text may carry a prefix length or a zone."""
    try:
        found = IPv6Address(address.split("/")[0].split("%")[0])
    except AddressValueError:
        return False
    return found in GLOBAL and not any(found in network for network in NOT_NATIVE)


def _lans(look: Look, campus: Campus, device: str) -> list[tuple[Span, ...]]:
    """The addresses of the user networks that a device routes."""
    vlans = [vlan for vlan in campus.user_vlans if vlan.device == device and vlan.kind in USER_KINDS]
    subjects = [find_port(look.facts(device), vlan.port) for vlan in vlans]
    return [look.spans(device, subject, "ipv6") for subject in subjects if subject]


def _address_truth(
    look: Look, campus: Campus, device: str, port: str, grid: Grid, lans: Sequence[tuple[Span, ...]]
) -> Truth:
    subject = find_port(look.facts(device), port)
    truth, ok = _begin(look, campus, device, grid)
    if subject is None and not is_routed_name(port):
        truth.add_unknown("uplink_port_not_found", ok)
        return truth
    # A routed interface that the device does not show is one without IPv6: agents leave those out.
    histories = [look.spans(device, subject or "", "ipv6"), look.spans(device, "", "tables"), *lans]
    for stretch, (addresses, tables, *used) in grid.pieces(histories):
        mask = stretch & ok
        if any(is_global(str(a)) for told in (addresses, *used) if isinstance(told, list) for a in told):
            truth.true |= mask
        elif isinstance(addresses, list) or not (reason := _unread(look, device, tables, ADDRESS_TABLES)):
            truth.add_false("no_global_address", mask)
        else:
            truth.add_unknown(reason, mask)
    return truth


def _route_truth(look: Look, campus: Campus, device: str, grid: Grid, prefixes: Sequence[str]) -> Truth:
    truth, ok = _begin(look, campus, device, grid)
    keys = ("ipv6_default_route", "ipv6_aggregate_routes", "ipv6_dead_next_hops", "tables")
    for stretch, (hops, aggregates, dead, tables) in grid.pieces([look.spans(device, "", k) for k in keys]):
        mask = stretch & ok
        told = aggregates if isinstance(aggregates, dict) else {}
        ways = [_way(hops, dead), *(_way(told[p].split(), dead) for p in prefixes if p in told)]
        untold = [prefix for prefix in prefixes if prefix not in told]
        if "" in ways:
            truth.true |= mask
        elif None in ways:
            truth.add_unknown(_silence(tables, ROUTE_TABLES), mask)
        elif untold:
            status = _status(tables, AGGREGATE_TABLES)
            truth.add_unknown(
                _silence(tables, AGGREGATE_TABLES) if status else "route_not_asked",
                mask,
            )
        else:
            truth.add_false("next_hop_dead" if "next_hop_dead" in ways else "no_default_route", mask)
    return truth


def _way(hops: FactValue, dead: FactValue) -> str | None:
    """Why next hops are no way out, "" where one is, None where they are not known."""
    if hops is None:
        return None
    if isinstance(hops, list) and hops and isinstance(dead, list) and set(hops) <= set(dead):
        return "next_hop_dead"
    return "" if hops else "no_default_route"


def _begin(look: Look, campus: Campus, device: str, grid: Grid) -> tuple[Truth, int]:
    """A truth that knows when the device was down, and the polls in which it answered."""
    truth = Truth(excused=look.excused(device, campus, grid))
    ok, down = look.polls(device, grid)
    truth.add_false("device_down", down)
    if look.is_unread(device, campus, grid):
        truth.add_unknown("gateway_unmanaged", grid.full)
    return truth, ok


def _vlan_state(look: Look, campus: Campus, vlan: UserVlan, stale_s: int) -> tuple[State, str, Evidence]:
    """One user network at the newest poll that its device answered."""
    slot = look.newest_ok(vlan.device, stale_s)
    subject = find_port(look.facts(vlan.device), vlan.port)
    if slot is None:
        evidence = _vlan_evidence(vlan, subject, State.UNKNOWN, None, None)
        return State.UNKNOWN, _silent_reason(look, campus, vlan.device), evidence
    keys = look.facts(vlan.device).get(subject or "", {})
    addresses = value_at(keys.get("ipv6", ()), slot)
    tables = value_at(look.spans(vlan.device, "", "tables"), slot)
    state, reason = _prefix_state(addresses, value_at(keys.get("ipv6_ra", ()), slot), tables)
    if state is State.UNKNOWN and reason == _silence(tables, ADVERT_TABLES) and _is_heard(keys, slot):
        state, reason = State.PASS, ""
    unread = "" if isinstance(addresses, list) else _unread(look, vlan.device, tables, ADDRESS_TABLES)
    if unread:
        state, reason = State.UNKNOWN, unread
    return state, reason, _vlan_evidence(vlan, subject, state, addresses, slot)


def _is_heard(keys: Mapping[str, tuple[Span, ...]], slot: int) -> bool:
    """Machines on this network hold global or unique local addresses: somebody told them the prefix."""
    return value_at(keys.get("ipv6_heard", ()), slot) is True


def _silent_reason(look: Look, campus: Campus, device: str) -> str:
    """Why there is no fresh reading of a device: never read, not read lately, or left out."""
    if look.facts(device):
        return "stale"
    is_unread = look.is_unread(device, campus, look.grid_of("7d", "school", campus))
    return "gateway_unmanaged" if is_unread else "no_data"


def _vlan_evidence(
    vlan: UserVlan, subject: str | None, state: State, addresses: FactValue, slot: int | None
) -> Evidence:
    return Evidence(
        level="E0" if state is State.UNKNOWN else "E3",
        what="ipv6RouterAdvertTable",
        device=vlan.device,
        subject=subject or PORT + vlan.port,
        value=" ".join(map(str, addresses)) if isinstance(addresses, list) else "",
        first=slot,
        last=slot,
    )


def _window(look: Look, read: Sequence[int | None]) -> tuple[int, int] | None:
    """From the oldest reading used to the end of the newest."""
    slots = [slot for slot in read if slot is not None]
    return (min(slots), max(slots) + look.snapshot.interval_s) if slots else None


def _prefix_state(addresses: FactValue, adverts: FactValue, tables: FactValue) -> tuple[State, str]:
    """A routed interface serves a user network with a global /64 that it advertises."""
    told = addresses if isinstance(addresses, list) else []
    lengths = [address.partition("/")[2] for address in told if is_global(address)]
    if str(LAN_PREFIX) not in lengths:
        is_told = all(length.isdigit() for length in lengths)
        return (State.FAIL, "prefix_missing") if is_told else (State.UNKNOWN, "table_unreadable")
    if adverts is None:
        return State.UNKNOWN, _silence(tables, ADVERT_TABLES)
    return (State.PASS, "") if adverts else (State.FAIL, "no_router_advert")


def _unread(look: Look, device: str, tables: FactValue, names: Sequence[str]) -> str:
    """Why a device's addresses are not known, or "" when it told them and this port has none."""
    status = _status(tables, names)
    if status in UNREADABLE:
        return "table_unreadable"
    if status in ("ok", "empty"):
        return ""
    told = any("ipv6" in keys for keys in look.facts(device).values())
    return "" if told and not status else "not_supported_by_device"


def _silence(tables: FactValue, names: Sequence[str]) -> str:
    """Why a device says nothing of a table: it has none, or the reading broke off."""
    return "table_unreadable" if _status(tables, names) in UNREADABLE else "not_supported_by_device"


def _status(tables: FactValue, names: Sequence[str]) -> str:
    found = [tables[name] for name in names if name in tables] if isinstance(tables, dict) else []
    return found[0] if found else ""


def _evidence(
    look: Look, grid: Grid, truth: Truth, what: str, device: str, subject: str, key: str
) -> Evidence:
    read = truth.true | truth.any_false
    first, last = grid.first_last(read)
    subject = (find_port(look.facts(device), subject.removeprefix(PORT)) or subject) if subject else ""
    value = None if last is None else value_at(look.spans(device, subject, key), last)
    return Evidence(
        level="E3" if read else "E0",
        what=what,
        device=device,
        subject=subject,
        value=_shown(value),
        first=first,
        last=last,
        counts=truth.tally(grid).counts,
    )


def _shown(value: FactValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} via {hops}" for name, hops in sorted(value.items()) if hops)
    return " ".join(map(str, value)) if isinstance(value, list) else ""


CAMPUS: CampusMetrics = {C1: wan_address, C2: default_route, C3: lan_prefix_coverage}
