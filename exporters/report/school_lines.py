"""What a school's page says, section by section: lines that every format prints alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from exporters.report.figures import basis_points
from inventory.dossier import Asked
from inventory.items import WorkItem
from inventory.metrics.access import A1, A2
from inventory.metrics.access_flow import A3
from inventory.metrics.proof import Proof
from inventory.papers import FACILITY_KINDS, Facility
from inventory.register import Campus, School
from inventory.verdict import CampusLine, SchoolView, State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``item`` is a metric's id or a code; of the rest what is known: a ``number`` in its ``unit``, a share
    in basis points, ``words`` (codes), plain ``text``, a state with its reason, when it was seen."""

    section: str
    item: str
    campus: str = ""
    number: float | None = None
    unit: str = ""
    share_bp: int | None = None
    words: str = ""
    text: str = ""
    state: str = ""
    reason: str = ""
    level: str = ""
    at: float | None = None


DIAGNOSES = ("expand", "report_fault", "look_inside", "all_well", "not_enough")
"""What port, contract and measurement say together, one line."""

IPV6 = (
    "ipv6_wan_address",
    "ipv6_default_route",
    "ipv6_lan_prefix_coverage",
    "ipv6_dual_stack_client_ratio",
    "ipv6_active_client_ratio",
    "ipv6_traffic_share",
    "ipv6_dns_aaaa",
    "ipv6_active_reachability",
)
ACCESS = (
    A1,
    A2,
    A3,
    "access_uplink_redundancy",
    "access_utilisation_p95",
    "access_uplink_availability",
    "access_optics_margin",
    "gateway_capacity_sufficient",
    "bandwidth_per_user",
)
LAN = (
    "backbone_10g_ratio",
    "classroom_port_gigabit_ratio",
    "lan_port_clean_ratio",
    "core_power_protected",
)
WIRELESS = (
    "wifi_area_coverage",
    "wifi_signal_survey",
    "wifi_ap_online_ratio",
    "wifi_generation_share",
    "wifi_client_density",
    "wifi_5ghz_share",
    "wifi_controller_health",
    "wifi_ap_uplink_gigabit_ratio",
)
FACILITIES = (
    "smart_campus_recognised",
    "new_teaching_space_present",
    "smart_library_present",
    "sync_classroom_operational",
    "smart_lighting_classroom_ratio",
    "digital_home_school_present",
    "multimedia_classroom_ratio",
)
SECURITY = (
    "security_device_set_complete",
    "security_device_effective",
    "security_log_retention",
    "mlps_record_valid",
)
SAFETY = ("security_video_networked",)


def school_lines(
    view: SchoolView,
    known: Asked,
    items: tuple[WorkItem, ...],
    today: date,
    quotes: Mapping[str, str],
) -> Iterator[Line]:
    """All lines of a school, in the order of its page. ``today`` is the local day of the report, ``quotes``
    the words of the plan by target."""
    school = view.school
    lines = {line.campus: line for line in view.campuses}
    yield from _basic(school)
    for campus in school.campuses:
        yield from _access(campus, lines.get(campus.id), known)
        yield from _metrics("lan", LAN, campus.id, known)
        yield from _metrics("ipv6", IPV6, campus.id, known)
        yield from _wireless(campus, lines.get(campus.id), known)
    yield from _facilities(school, known, today)
    yield from _security(school, known)
    yield from _metrics("safety", SAFETY, school.id, known)
    yield from _targets(view, quotes)
    for item in items:
        if item.is_open:
            yield Line(
                section="work",
                item=item.item.split(":")[0],
                text=item.name,
                words=item.status,
                reason=item.reason,
            )


def diagnosis(known: Asked, campus: str) -> str:
    """One of DIAGNOSES: the contract is to be extended, the carrier has a fault, it is inside the school."""

    def state(metric: str) -> State:
        verdict = known.get((metric, campus))
        return verdict.state if verdict else State.UNKNOWN

    port, contract, measured = state(A1), state(A2), state(A3)
    if port is State.PASS and contract is State.FAIL:
        return "expand"
    if contract is State.PASS and State.FAIL in (port, measured):
        return "report_fault"
    if port is contract is measured is State.PASS:
        slow = state("classroom_port_gigabit_ratio") is State.FAIL
        return "look_inside" if slow else "all_well"
    return "not_enough"


def metric_line(section: str, verdict: Verdict, campus: str) -> Line:
    """A verdict as a line: a ratio as a share, everything else as a number."""
    is_ratio = verdict.unit == "ratio"
    newest = max((each.last for each in verdict.evidence if each.last is not None), default=None)
    return Line(
        section=section,
        item=verdict.metric,
        campus=campus,
        number=None if is_ratio or not unit_of(verdict) else verdict.value,
        unit="" if is_ratio or verdict.value is None else unit_of(verdict),
        share_bp=basis_points(verdict.value) if is_ratio else None,
        state=verdict.state.value,
        reason=verdict.reason,
        level=verdict.level,
        at=float(newest) if newest is not None else None,
    )


def unit_of(verdict: Verdict) -> str:
    """The unit of a value that is a number to print: a class or a status is none."""
    return "" if verdict.unit in ("state", "class", "status") else verdict.unit


def _basic(school: School) -> Iterator[Line]:
    yield Line(section="basic", item="school_kind", words=school.kind)
    yield Line(section="basic", item="stages", words=";".join(school.stages))
    yield Line(section="basic", item="place", words=school.urban_rural)
    yield Line(section="basic", item="ownership", words=school.ownership)
    yield Line(section="basic", item="township", text=school.township)
    for item, number in (("students", school.students), ("staff", school.staff), ("forms", school.classes)):
        yield Line(section="basic", item=item, number=number)
    yield Line(section="basic", item="contact", text=school.contact)
    for campus in school.campuses:
        yield Line(section="basic", item="address", campus=campus.id, text=campus.address)


def _access(campus: Campus, line: CampusLine | None, known: Asked) -> Iterator[Line]:
    for uplink in campus.uplinks:
        yield Line(
            section="access",
            item="uplink",
            campus=campus.id,
            text=" ".join(filter(None, (uplink.device, uplink.port, uplink.carrier, uplink.route))),
            words=uplink.medium,
        )
    if line is not None:
        yield Line(
            section="access",
            item="port_now",
            campus=campus.id,
            number=line.port_speed_mbps,
            unit="Mbit/s",
            at=line.last_report,
        )
    port = known.get((A1, campus.id))
    if port is not None and port.low_bp is not None:
        yield Line(section="access", item="polls_at_speed", campus=campus.id, share_bp=port.low_bp)
    for lease in campus.contracts:
        span = "–".join(day.isoformat() if day else "" for day in (lease.start, lease.end))
        yield Line(
            section="access",
            item="contract",
            campus=campus.id,
            number=lease.down_mbps,
            unit="Mbit/s",
            text=" ".join(filter(None, (lease.carrier, lease.circuit, span.strip("–"), lease.document))),
        )
    yield from _metrics("access", ACCESS, campus.id, known)
    yield Line(section="access", item="diagnosis", campus=campus.id, words=diagnosis(known, campus.id))


def _wireless(campus: Campus, line: CampusLine | None, known: Asked) -> Iterator[Line]:
    if line is not None:
        online = "?" if line.aps_online is None else str(line.aps_online)
        yield Line(
            section="wireless",
            item="access_points",
            campus=campus.id,
            text=f"{online} / {line.aps_registered}",
            at=line.last_report,
        )
    coverage = known.get(("wifi_area_coverage", campus.id))
    names = {area.id: f"{area.building} {area.name}".strip() for area in campus.areas}
    if coverage is not None:
        # The evidence of an area that does not pass names it.
        bad = [each.subject for each in coverage.evidence if each.value and each.subject in names]
        for room in dict.fromkeys(bad):
            yield Line(section="wireless", item="room_not_covered", campus=campus.id, text=names[room])
    yield from _metrics("wireless", WIRELESS, campus.id, known)


def _facilities(school: School, known: Asked, today: date) -> Iterator[Line]:
    proof = Proof(school.documents, today)
    found: dict[tuple[str, str], list[Facility]] = {}
    for row in school.facilities:
        worth = "absent" if row.absent else proof.standing(row)
        found.setdefault((row.kind, f"paper_{worth}"), []).append(row)
    for (kind, standing), rows in sorted(found.items(), key=lambda each: FACILITY_KINDS.index(each[0][0])):
        yield Line(
            section="facilities",
            item=kind,
            number=None if standing == "paper_absent" else sum(row.count for row in rows),
            words=standing,
            text=", ".join(sorted({row.document for row in rows} - {""})),
        )
    yield from _metrics("facilities", FACILITIES, school.id, known)


def _security(school: School, known: Asked) -> Iterator[Line]:
    for service in school.security:
        until = service.license_until.isoformat() if service.license_until else ""
        yield Line(
            section="security",
            item=service.function,
            words=f"by_{service.provided_by}",
            text=" ".join(filter(None, (service.device, until))),
        )
    yield from _metrics("security", SECURITY, school.id, known)


def _metrics(section: str, metrics: tuple[str, ...], subject: str, known: Asked) -> Iterator[Line]:
    for metric in metrics:
        if verdict := known.get((metric, subject)):
            yield metric_line(section, verdict, subject if len(subject) > 10 else "")


def _targets(view: SchoolView, quotes: Mapping[str, str]) -> Iterator[Line]:
    for target in view.verdicts:
        first = target.campuses[0] if len(target.campuses) == 1 else None
        is_ratio = first is not None and first.unit == "ratio"
        yield Line(
            section="targets",
            item=target.target,
            number=first.value if first and not is_ratio and unit_of(first) else None,
            unit=unit_of(first) if first and not is_ratio and first.value is not None else "",
            share_bp=basis_points(first.value) if first and is_ratio else None,
            text="; ".join(filter(None, (quotes.get(target.target, ""), _limit(first)))),
            words=first.origin if first else "",
            state=target.state.value,
            reason=target.reason,
            level=min((each.level for each in target.campuses), default="E0"),
        )


def _limit(verdict: Verdict | None) -> str:
    """What it has to reach: "≥ 10000 Mbit/s"; a unit that is a word stands beside the value."""
    if verdict is None or verdict.threshold is None or not unit_of(verdict):
        return ""
    if verdict.unit == "ratio":
        return f"≥ {verdict.threshold * 100:g} %"
    unit = verdict.unit if verdict.unit in ("Mbit/s", "kbit/s", "dB") else ""
    return f"≥ {verdict.threshold:g} {unit}".rstrip()
