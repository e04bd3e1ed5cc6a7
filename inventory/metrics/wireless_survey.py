"""D2: the signal in the rooms, by a walk test (metric-catalogue 4.D)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from math import ceil
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from inventory.clock import UNIT_S
from inventory.metrics.ap_book import ap_subject
from inventory.metrics.classrooms import months_between
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.truth import unknown
from inventory.metrics.units import Unit, unit_verdict
from inventory.papers import SurveyPoint
from inventory.register import Area, Campus, Device
from inventory.verdict import Evidence, State, Verdict

D2 = "wifi_signal_survey"
MIN_DBM = -65
MIN_OUTDOOR_DBM = -70
MIN_SNR_DB = 20
M2_PER_POINT = 20
MAX_AGE_MONTHS = 36
INSPECTOR = "inspector"
DAY_S = UNIT_S["d"]
GONE = "missing"
"""The state of an access point that its controller no longer lists."""


def signal_survey(look: Look, campus: Campus, params: Params) -> Verdict:
    """D2: survey points of the main rooms with enough signal, over all points that these rooms need: one for
    each ``m2_per_point`` square metres. A point that is missing, too old, older than a change of the room's
    access points, or measured by the school itself is unknown. A survey of rooms whose size nobody knows may
    fail, but not pass."""
    origin = params.origin("thr")
    main = [area for area in campus.areas if area.main]
    if not campus.areas_confirmed or not campus.areas:
        return unknown(D2, campus.id, "area_register_empty", origin=origin)
    points = _newest_points(look, params)
    units = [unit for area in main for unit in _room(look, campus, area, points.get(area.id, ()), params)]
    accepted = params.flag("accept_self_test", default=False)
    verdict = unit_verdict(
        D2, campus.id, units, params.bp("thr", 9500), origin=origin, level="E4" if accepted else "E5"
    )
    unsized = [area for area in main if area.size_m2 is None]
    if verdict.state is not State.PASS or not unsized or not _per_point(params):
        return verdict
    evidence = tuple(
        Evidence(level="E1", what="area", subject=area.id, value="area_size_missing") for area in unsized
    )
    return replace(
        verdict, state=State.UNKNOWN, reason="area_size_missing", evidence=(*verdict.evidence, *evidence)
    )


def _newest_points(look: Look, params: Params) -> dict[str, tuple[SurveyPoint, ...]]:
    """The newest row of each point, by room; an inspector's goes before the school's own where that does not
    count."""
    accepted = params.flag("accept_self_test", default=False)
    newest: dict[tuple[str, str], SurveyPoint] = {}

    def rank(row: SurveyPoint) -> tuple[bool, date, bool]:
        is_independent = row.by == INSPECTOR
        return accepted or is_independent, row.surveyed_on, is_independent

    for row in look.snapshot.school.survey_points:
        key = (row.area, row.point)
        if row.surveyed_on <= look.today and (key not in newest or rank(row) > rank(newest[key])):
            newest[key] = row
    by_room: dict[str, tuple[SurveyPoint, ...]] = {}
    for (area, _point), row in newest.items():
        by_room[area] = (*by_room.get(area, ()), row)
    return by_room


def _room(
    look: Look, campus: Campus, area: Area, points: Sequence[SurveyPoint], params: Params
) -> Iterator[Unit]:
    """The points of a room, and those that it lacks."""
    known = {device.id: device for device in campus.devices}
    aps = [known.get(ap) for ap in area.aps]
    for row in points:
        is_changed = _is_changed(look, aps, row.surveyed_on)
        state, reason = _judge(row, look.today, params, is_changed=is_changed)
        yield Unit(
            state,
            reason,
            Evidence(
                level="E5" if row.by == INSPECTOR else "E4",
                what="survey point",
                subject=f"{row.area}/{row.point}",
                value=f"{row.rssi_dbm:g} dBm, {row.snr_db:g} dB",
                day=row.surveyed_on,
            ),
        )
    needed = _needed(area, params)
    for n in range(len(points), needed):
        evidence = Evidence(level="E0", what="area", subject=area.id, value=f"{len(points)}/{needed}")
        yield Unit(State.UNKNOWN, "survey_missing", evidence if n == len(points) else None)


def _judge(row: SurveyPoint, today: date, params: Params, *, is_changed: bool) -> tuple[State, str]:
    self_tested = row.by != INSPECTOR and not params.flag("accept_self_test", default=False)
    age = months_between(row.surveyed_on, today)
    doubts = (
        ("stale", age >= params.number("max_age_months", MAX_AGE_MONTHS)),
        ("survey_outdated", is_changed),
        ("self_tested", self_tested),
    )
    for reason, applies in doubts:
        if applies:
            return State.UNKNOWN, reason
    least = (
        params.number("min_outdoor_dbm", MIN_OUTDOOR_DBM)
        if row.outdoor
        else params.number("min_dbm", MIN_DBM)
    )
    is_good = row.rssi_dbm >= least and row.snr_db >= params.number("min_snr_db", MIN_SNR_DB)
    return (State.PASS, "") if is_good else (State.FAIL, "signal_weak")


def _needed(area: Area, params: Params) -> int:
    """How many points a room needs: one for each ``m2_per_point``, at least one."""
    each = _per_point(params)
    return max(1, ceil(area.size_m2 / each)) if area.size_m2 is not None and each else 1


def _per_point(params: Params) -> float:
    """Square metres; 0: one point a room is enough."""
    return params.number("m2_per_point", M2_PER_POINT)


def _is_changed(look: Look, aps: Sequence[Device | None], surveyed_on: date) -> bool:
    """Whether an access point of a room has been retired or moved since a survey, as far as anybody knows:
    the register no longer has it in service, its controller has stopped listing it, or a switch learns it
    on another port than on that day."""
    zone = ZoneInfo(look.snapshot.calendar.timezone)
    begin = datetime.combine(surveyed_on, time(0), zone).timestamp()
    return any(ap is None or ap.status != "in_service" or _is_moved(look, ap, int(begin)) for ap in aps)


def _is_moved(look: Look, ap: Device, begin: int) -> bool:
    device, subject = ap_subject(look, ap)
    if subject is None:
        return False
    ports, states = (look.spans(device, subject, key) for key in ("switch_port", "state"))
    now = ports[-1].value if ports and ports[-1].end is None else None
    then = {span.value for span in ports if span.start < begin + DAY_S and (span.end or begin + 1) > begin}
    is_elsewhere = now is not None and bool(then) and now not in then
    is_gone = bool(states) and states[-1].end is None and states[-1].value == GONE
    return is_elsewhere or (is_gone and states[-1].start >= begin)


CAMPUS: CampusMetrics = {D2: signal_survey}
