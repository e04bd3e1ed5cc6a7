"""B3 and B4: clean ports, and power for the core (metric-catalogue 4.B)."""

from __future__ import annotations

from itertools import pairwise

from inventory.clock import window_s
from inventory.facts import PORT
from inventory.metrics.classrooms import months_between
from inventory.metrics.flow import elapsed_s, uptimes
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.ports import AGGREGATE_TYPE, find_port, is_routed_name
from inventory.metrics.rows import found
from inventory.metrics.units import Unit, unit_verdict
from inventory.register import Campus, Device
from inventory.verdict import Evidence, State, Verdict

B3 = "lan_port_clean_ratio"
B4 = "core_power_protected"
MIN_PACKETS = 1_000_000
MAX_ERROR_RATIO = 1e-5
"""One in a hundred thousand: cabling that is sound does far better (IEEE 802.3 asks for 1e-10 bit errors)."""
GOOD_OUTPUT = ("normal", "booster", "reducer", "battery")
"""upsOutputSource: on battery it does what it is there for; on bypass it protects nothing."""
GOOD_TEST = ("passed", "none", "in progress")
"""upsTestResultsSummary."""
RECORD_MONTHS = 12


def clean_ports(look: Look, campus: Campus, params: Params) -> Verdict:
    """B3: ports with a million packets and more in the window of which at most one in 100,000 was broken."""
    length = window_s(params.word("window", "7d"))
    end = int(look.snapshot.as_of)
    units = []
    for device in campus.devices:
        if device.status != "in_service" or device.id not in look.snapshot.polls:
            continue
        for subject in _ports(look, campus, device):
            unit = _clean(look, device.id, subject, end - length, end, params)
            if unit is not None:
                units.append(unit)
    limit = params.bp("limit", 9800) if "limit" in params.values else None
    return unit_verdict(
        B3,
        campus.id,
        units,
        limit,
        origin=params.origin("limit"),
        window=(end - length, end),
        without="too_few_samples",
    )


def _ports(look: Look, campus: Campus, device: Device) -> list[str]:
    """Physical ports that are known by facts or by the register; aggregates count nothing of their own."""
    facts = look.facts(device.id)
    known = [
        subject
        for subject, keys in facts.items()
        if subject.startswith(PORT)
        and not is_routed_name(subject.removeprefix(PORT))
        and AGGREGATE_TYPE not in [span.value for span in keys.get("type", ())]
    ]
    declared = [
        find_port(facts, port.port) or PORT + port.port for port in campus.ports if port.device == device.id
    ]
    return list(dict.fromkeys((*known, *declared)))


def _clean(look: Look, device: str, subject: str, start: int, end: int, params: Params) -> Unit | None:
    packets = sum(_rise(look, device, subject, key, start, end) for key in ("in_packets", "out_packets"))
    if packets < params.number("min_packets", MIN_PACKETS):
        return None
    errors = sum(_rise(look, device, subject, key, start, end) for key in ("in_errors", "out_errors"))
    spans = look.spans(device, subject, "duplex")
    is_half = bool(spans) and spans[-1].value == "half"
    is_bad = is_half or errors > params.number("max_error_ratio", MAX_ERROR_RATIO) * packets
    value = "half duplex" if is_half else f"{errors} of {packets}"
    evidence = Evidence(level="E3", what="ifInErrors", device=device, subject=subject, value=value)
    return Unit(State.FAIL, "port_errors", evidence) if is_bad else Unit(State.PASS)


def _rise(look: Look, device: str, subject: str, key: str, start: int, end: int) -> int:
    """How far a counter rose, over the steps in which it did not begin anew."""
    samples = look.snapshot.series.values(device, subject, key, start, end)
    clock = uptimes(look, device, start, end)
    total = 0
    for (t0, n0), (t1, n1) in pairwise(samples):
        if n1 >= n0 and elapsed_s(t1 - t0, clock.get(t0), clock.get(t1)) is not None:
            total += int(n1 - n0)
    return total


def power_protected(look: Look, campus: Campus, params: Params) -> Verdict:
    """B4: gateway and core hang on a UPS that is well, by itself or by a record of the last twelve months."""
    core = [d for d in campus.devices if d.role in ("gateway", "core") and d.status == "in_service"]
    units = [_powered(look, campus, device, params) for device in core]
    record = _record(look, campus, params)
    if record is not None:
        units = [unit if unit.state is State.PASS else record for unit in units]
    return unit_verdict(
        B4, campus.id, units, 10_000, origin=params.origin("window"), without="uplink_not_declared"
    )


def _powered(look: Look, campus: Campus, device: Device, params: Params) -> Unit:
    evidence = Evidence(level="E1", what="ups", device=device.id, subject=device.ups)
    ups = next((each for each in campus.devices if each.id == device.ups), None)
    if ups is None or ups.status != "in_service":
        return Unit(State.UNKNOWN, "ups_not_declared", evidence)
    slot = look.newest_ok(ups.id, window_s(params.word("window", "7d")))
    if slot is None:
        return Unit(State.UNKNOWN, "ups_silent", evidence)
    told = {
        key: look.snapshot.fact(ups.id, "", key, slot) for key in ("ups_battery", "ups_output", "ups_test")
    }
    value = " ".join(str(each) for each in told.values() if each)
    evidence = Evidence(level="E3", what="UPS-MIB", device=ups.id, subject=device.id, value=value, last=slot)
    if not any(told.values()):
        return Unit(State.UNKNOWN, "not_supported_by_device", evidence)
    is_well = (
        told["ups_battery"] in (None, "normal")
        and told["ups_output"] in (None, *GOOD_OUTPUT)
        and told["ups_test"] in (None, *GOOD_TEST)
    )
    return Unit(State.PASS, "", evidence) if is_well else Unit(State.FAIL, "ups_fault", evidence)


def _record(look: Look, campus: Campus, params: Params) -> Unit | None:
    months = params.number("record_max_age_months", RECORD_MONTHS)
    rows = found(look.snapshot.school.facilities, ("power_protection",), look.proof)
    for row in rows.accepted:
        is_here = row.campus in ("", campus.id)
        if is_here and row.completed_on and months_between(row.completed_on, look.today) < months:
            return Unit(State.PASS)
    return None


CAMPUS: CampusMetrics = {B3: clean_ports, B4: power_protected}
