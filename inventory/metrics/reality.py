"""G4 and G5: is what is written what is there, and is the paper in order (metric-catalogue 4.G)?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from inventory.clock import window_s
from inventory.facts import AP, PORT
from inventory.metrics.ap_book import ap_book
from inventory.metrics.catalogue import catalogue
from inventory.metrics.kinds import CampusMetrics, SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import Need, Row
from inventory.metrics.units import Unit, unit_verdict
from inventory.papers import SecurityService
from inventory.register import Campus, Device, School
from inventory.rules import unit_ratio
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, UnitCounts, Verdict

G4 = "inventory_reality_gap"
G5 = "evidence_valid_ratio"
LOG_AUDIT = "log_audit"
NOT_POLLED = frozenset(
    {"camera", "ups", "endpoint_mgmt", "iot_gateway", "classroom_codec", "server", "other"}
)
"""Roles that an agent need not read: of those one that was never polled is not a ghost."""


def reality_gap(look: Look, campus: Campus, params: Params) -> Verdict:
    """G4: devices that are both registered and seen, over all that are either."""
    within = window_s(params.word("window", "7d"))
    units: list[Unit] = []
    for device in campus.devices:
        if device.status != "in_service":
            continue
        if device.role == "ap" and device.controller:
            is_seen = _is_listed(look, device, params.word("window", "7d"))
            can_be = look.newest_ok(device.controller, within) is not None
        else:
            is_seen = look.newest_ok(device.id, within) is not None
            can_be = device.role not in NOT_POLLED or device.id in look.snapshot.polls
        if is_seen:
            units.append(Unit(State.PASS))
        elif can_be:
            units.append(_gap("not_seen", "E1", device.id))
    units += [_gap("unregistered", "E3", at, name) for at, name in sorted(_strangers(look, campus))]
    # Where nothing at all was seen, the agent is silent: that says nothing of the register.
    is_blind = all(unit.reason == "not_seen" for unit in units)
    verdict = unit_verdict(
        G4,
        campus.id,
        () if is_blind else units,
        params.bp("thr", 9500),
        origin=params.origin("thr"),
        without="no_data",
    )
    evidence = tuple(unit.evidence for unit in units if unit.evidence)
    return replace(verdict, units=None, evidence=evidence) if is_blind else verdict


def _gap(reason: str, level: str, device: str, subject: str = "") -> Unit:
    """What is only registered, or only seen."""
    evidence = Evidence(level=level, what="device", device=device, subject=subject, value=reason)
    return Unit(State.FAIL, reason, evidence)


def _is_listed(look: Look, ap: Device, window: str) -> bool:
    """The access point was in its controller's table when that answered, in the window."""
    grid = look.grid_of(window, "always")
    listed = 0
    for span in next(ap_book(look, ap.controller).states([ap])):
        listed |= 0 if span.value == "missing" else grid.mask(span)
    return bool(listed & look.polls(ap.controller, grid)[0])


def _strangers(look: Look, campus: Campus) -> Iterator[tuple[str, str]]:
    """Access points that a controller lists and neighbours that LLDP tells, which no row of the register
    names: (the device that sees them, what they are called)."""
    aps = [device for device in campus.devices if device.role == "ap"]
    known = {ap_book(look, ap.controller).find(ap) for ap in aps if ap.controller}
    names = {name.casefold() for d in campus.devices for name in (d.id, d.name, d.mac, d.serial) if name}
    told = {
        str(span.value).casefold()
        for device in campus.devices
        for span in look.spans(device.id, "", "sys_name")[-1:]
    }
    for device in campus.devices:
        for subject, keys in look.facts(device.id).items():
            if subject.startswith(AP) and subject not in known and _holds(keys.get("state", ()), "online"):
                yield device.id, subject
            if subject.startswith(PORT):
                for name in _neighbours(keys.get("lldp", ())):
                    if name.casefold() not in names | told:
                        yield device.id, name


def _holds(spans: tuple[Span, ...], value: str) -> bool:
    return bool(spans) and spans[-1].end is None and spans[-1].value == value


def _neighbours(spans: tuple[Span, ...]) -> Iterator[str]:
    """The system names of who is at the other end now ("name port")."""
    if spans and spans[-1].end is None and isinstance(spans[-1].value, list):
        for each in spans[-1].value:
            name = each.split(" ")[0]
            if name:
                yield name


def evidence_valid(look: Look, params: Params) -> Verdict:
    """G5: rows that only a document can prove whose document is accepted and valid, over all of them that the
    metrics of the plan read (inventory.needed)."""
    rows = list(_papers(look))
    standings = [look.proof.standing(row) for _what, row in rows]
    units = UnitCounts(
        p=standings.count("accepted"),
        f=sum(standing in ("expired", "rejected", "none") for standing in standings),
        u=standings.count("claimed"),
    )
    thr_bp = params.bp("thr", 10_000)
    ruling = unit_ratio(units, thr_bp, never_filled_in="register_empty")
    reason = ruling.reason
    if ruling.state is State.FAIL:
        reason = "evidence_expired" if "expired" in standings else "evidence_missing"
    elif ruling.state is State.UNKNOWN and rows:
        reason = "evidence_unreviewed"
    return Verdict(
        metric=G5,
        subject=look.snapshot.school.id,
        state=ruling.state,
        reason=reason,
        value=None if ruling.low_bp is None or not units.p + units.f else ruling.low_bp / 10_000,
        unit=catalogue()[G5].unit,
        threshold=thr_bp / 10_000,
        thr_bp=thr_bp,
        origin=params.origin("thr"),
        level="E2" if units.p else "E0",
        units=units if rows else None,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        evidence=tuple(
            Evidence(level=look.proof.level(row), what=what, value=standing, document=row.document)
            for (what, row), standing in zip(rows, standings, strict=True)
            if standing != "accepted"
        ),
    )


def _papers(look: Look) -> Iterator[tuple[str, Row]]:
    """The rows of the school that a document has to stand behind, of those that the plan needs."""
    for what, row, told in _all_papers(look.snapshot.school):
        if look.needs is None or not look.needs.isdisjoint(told):
            yield what, row


def _all_papers(school: School) -> Iterator[tuple[str, Row, tuple[Need, ...]]]:
    """Each with what a plan may ask for that it answers."""
    for campus in school.campuses:
        for lease in campus.contracts:
            yield "contract", lease, (("contract", lease.network, ""), ("contract", "", ""))
    for row in school.facilities:
        if not row.absent:
            yield row.kind, row, (("facility", row.kind, row.name), ("facility", row.kind, ""))
    for test in school.light_tests:
        yield "light test", test, (("light test", "", ""),)
    for one in school.security:
        told = tuple(_of_security(one))
        if told:
            yield one.function, one, told
    for system in school.systems:
        yield "system", system, (("system", "", ""),)
    for each in school.exemptions:
        yield "exemption", each, (("exemption", each.target, ""),)


def _of_security(row: SecurityService) -> Iterator[Need]:
    """A device that the agent reads needs no document for being there, but its record of logs does."""
    if row.provided_by != "none" and not row.device:
        yield ("security", row.function, "")
    if row.function == LOG_AUDIT and row.log_days is not None:
        yield ("log record", "", "")


CAMPUS: CampusMetrics = {G4: reality_gap}
SCHOOL: SchoolMetrics = {G5: evidence_valid}
