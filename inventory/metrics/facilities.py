"""E1, E2, E3, E6, E7 and E11: what was built, recognised or named, by its papers (metric-catalogue 4.E)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from inventory.metrics.catalogue import catalogue
from inventory.metrics.kinds import CountyLook, CountyMetrics, SchoolMetric, SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF, Proof
from inventory.metrics.rows import BEST, Found, found
from inventory.papers import RECOGNITION_LEVELS, Facility
from inventory.register import School
from inventory.rules import count
from inventory.verdict import State, UnitCounts, Verdict

E1 = "smart_campus_recognised"
E2 = "new_teaching_space_present"
E3 = "smart_library_present"
E6 = "digital_home_school_present"
E7 = "designated_school_count"
E11 = "facility_count"
TEACHING_SPACES = ("innovation_lab", "subject_classroom", "future_classroom", "smart_classroom", "vr_room")
MIN_FEATURES = 2
"""Functions that make a library a smart one; ours, no plan says it."""


def recognised(look: Look, params: Params) -> Verdict:
    """E1: recognised as a smart campus by the county or above. A school's own assessment counts only where
    the profile says so. A recognition at a lower level is a known fact, and fails, unless one that is high
    enough waits to be looked at."""
    wanted = params.word("min_level", "county")
    least = RECOGNITION_LEVELS.index(wanted)
    own = params.flag("accept_self_assessment", default=False)
    rows = _of_school(look, ("smart_campus",))

    def is_enough(row: Facility) -> bool:
        return row.level in RECOGNITION_LEVELS and (
            RECOGNITION_LEVELS.index(row.level) >= least or (own and row.level == "self")
        )

    ranks = [RECOGNITION_LEVELS.index(row.level) for row in rows.accepted if row.level in RECOGNITION_LEVELS]
    told = [row for row in rows.accepted if row.level]
    state, reason = rows.missing
    if any(map(is_enough, rows.accepted)):
        state, reason = State.PASS, ""
    elif any(map(is_enough, rows.claimed)):
        state, reason = State.UNKNOWN, "evidence_unreviewed"
    elif told:
        state, reason = State.FAIL, "level_low"
    elif rows.accepted:
        state, reason = State.UNKNOWN, "evidence_missing"
    return _verdict(
        E1,
        look.snapshot.school.id,
        rows,
        state,
        reason,
        value=float(max(ranks)) if ranks else None,
        threshold=float(least),
        origin=params.origin("min_level"),
    )


def library(look: Look, params: Params) -> Verdict:
    """E3: a smart library, accepted, with at least two of the functions of LIBRARY_FEATURES. One with fewer
    fails, unless one that has them waits to be looked at."""
    needed = params.number("min_features", MIN_FEATURES)
    rows = _of_school(look, params.words("kinds", ("smart_library",)))
    good = [row for row in rows.accepted if len(set(row.features)) >= needed]
    is_claimed = any(len(set(row.features)) >= needed for row in rows.claimed)
    least = params.number("min", 1)
    total = sum(row.count for row in good)
    state, reason = rows.missing
    if total >= least:
        state, reason = State.PASS, ""
    elif rows.accepted and not good and not is_claimed:
        state, reason = State.FAIL, "features_missing"
    return _verdict(
        E3,
        look.snapshot.school.id,
        rows,
        state,
        reason,
        value=float(total) if rows.accepted else None,
        threshold=least,
        origin=params.origin("min_features"),
    )


def present(metric: str, kinds: Sequence[str]) -> SchoolMetric:
    """A metric that asks for ``min`` accepted ones of some kinds: E2 and E6."""

    def judge(look: Look, params: Params) -> Verdict:
        rows = _of_school(look, params.words("kinds", tuple(kinds)))
        least = params.number("min", 1)
        total = sum(row.count for row in rows.accepted)
        state, reason = (State.PASS, "") if total >= least else rows.missing
        return _verdict(
            metric,
            look.snapshot.school.id,
            rows,
            state,
            reason,
            value=float(total) if rows.accepted else None,
            threshold=least,
            origin=params.origin("min"),
        )

    return judge


def counted(look: Look, params: Params) -> Verdict:
    """E11 at a school: it has some (``schools_with``), or so many (``items``)."""
    rows = _named(_of_school(look, params.words("kinds", ())), params)
    school = look.snapshot.school.id
    if params.word("count_by", "schools_with") == "items":
        return _items(school, [rows], params)
    state, reason = rows.state
    total = sum(row.count for row in rows.accepted)
    return _verdict(E11, school, rows, state, reason, value=float(total) if rows.accepted else None)


def counted_in_county(look: CountyLook, params: Params) -> Verdict:
    """E11 once for the county: its own rows and those of its schools together."""
    kinds = params.words("kinds", ())
    own = _named(found(look.register.facilities, kinds, look.proof()), params)
    schools = [_named(_of(look, school, kinds), params) for school in look.schools]
    if params.word("count_by", "schools_with") == "items":
        told = [rows for rows in (own, *schools) if rows.accepted or rows.others]
        return _items(look.subject, told or [own], params)
    states = [rows.state[0] for rows in (own, *schools) if rows.accepted or rows.others or rows.absent]
    units = UnitCounts(p=states.count(State.PASS), f=0, u=max(states.count(State.UNKNOWN), int(not states)))
    return _county(E11, look.subject, units, [own, *schools], params)


def designated(look: CountyLook, params: Params) -> Verdict:
    """E7: schools that carry a title. The county gives it, so a school without a row, or with one that was
    refused, has none; one whose paper has not been looked at, is missing or has run out may have it."""
    kind = params.word("kind", "")
    schools = [_of(look, school, (kind,)) for school in look.schools]
    units = UnitCounts(
        p=sum(bool(rows.accepted) for rows in schools),
        f=0,
        u=sum(bool(_doubtful(rows)) and not rows.accepted for rows in schools),
    )
    return _county(E7, look.subject, units, schools, params)


def _doubtful(rows: Found) -> list[Facility]:
    """Rows that do not count and were not refused."""
    return [row for row, standing in rows.others if standing != "rejected"]


def _items(subject: str, parts: Sequence[Found], params: Params) -> Verdict:
    """So many items; those whose paper does not count may be there all the same, and where somebody has said
    nothing, there may be one."""
    units = UnitCounts(
        p=sum(row.count for rows in parts for row in rows.accepted),
        f=0,
        u=sum(_open(rows) for rows in parts),
    )
    return _county(E11, subject, units, parts, params)


def _open(rows: Found) -> int:
    unproved = sum(row.count for row, _standing in rows.others)
    is_silent = not (rows.accepted or rows.others or rows.absent)
    return unproved + int(is_silent)


def _county(metric: str, subject: str, units: UnitCounts, parts: Iterable[Found], params: Params) -> Verdict:
    least = int(params.number("min", 1))
    ruling = count(units, least)
    kept = [rows for rows in parts if rows.accepted or rows.others]
    reason = ""
    if ruling.state is State.FAIL:
        reason = "too_few"
    elif ruling.state is State.UNKNOWN:
        standings = [standing for rows in kept for _row, standing in rows.others]
        reason = next((REASON_OF[each] for each in BEST if each in standings), "facility_missing")
    return Verdict(
        metric=metric,
        subject=subject,
        state=ruling.state,
        reason=reason,
        value=float(units.p),
        unit=catalogue()[metric].unit,
        origin=params.origin("min"),
        level=min((rows.level for rows in kept if rows.accepted), default="E0"),
        units=units,
        evidence=tuple(each for rows in kept for each in rows.evidence),
    )


def _named(rows: Found, params: Params) -> Found:
    """Only rows of the names that the profile lists, where it lists any."""
    names = params.words("names", ())
    if not names:
        return rows
    return Found(
        accepted=tuple(row for row in rows.accepted if row.name in names),
        others=tuple((row, standing) for row, standing in rows.others if row.name in names),
        absent=rows.absent,
        proof=rows.proof,
    )


NOTHING = Found(accepted=(), others=(), absent=False, proof=Proof((), date.min))
"""What a school without a row of these kinds has."""


def _of_school(look: Look, kinds: Sequence[str]) -> Found:
    return found(look.snapshot.school.facilities, kinds, look.proof)


def _of(look: CountyLook, school: School, kinds: Sequence[str]) -> Found:
    if not any(row.kind in kinds for row in school.facilities):
        return NOTHING
    return found(school.facilities, kinds, look.proof(school))


def _verdict(
    metric: str,
    subject: str,
    rows: Found,
    state: State,
    reason: str,
    *,
    value: float | None = None,
    threshold: float | None = None,
    origin: str = "product_default",
) -> Verdict:
    return Verdict(
        metric=metric,
        subject=subject,
        state=state,
        reason=reason,
        value=value,
        unit=catalogue()[metric].unit,
        threshold=threshold,
        origin=origin,
        level=rows.level,
        evidence=rows.evidence,
    )


SCHOOL: SchoolMetrics = {
    E1: recognised,
    E2: present(E2, TEACHING_SPACES),
    E3: library,
    E6: present(E6, ("digital_home_school",)),
    E11: counted,
}
COUNTY: CountyMetrics = {E7: designated, E11: counted_in_county}
