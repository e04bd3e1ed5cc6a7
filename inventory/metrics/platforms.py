"""E10: the county's named systems (metric-catalogue 4.E)."""

from __future__ import annotations

from inventory.metrics.catalogue import catalogue
from inventory.metrics.kinds import CountyLook, CountyMetrics
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF, Proof
from inventory.papers import PLATFORM_STATUSES, Platform
from inventory.rules import count
from inventory.verdict import Evidence, State, UnitCounts, Verdict

E10 = "named_platform_status"
RETIRED = "retired"
_QUOTES = str.maketrans("", "", "“”\"'「」『』《》 ")


def platform_status(look: CountyLook, params: Params) -> Verdict:
    """E10: the platform is as far as the profile asks (``min_status``), by an accepted document. Where a plan
    counts platforms without naming them (``platforms_to_be_named``), so many of the register's have to be."""
    proof = look.proof()
    needed = int(params.number("platforms_to_be_named", 0))
    rows = [row for row in look.register.platforms if needed or _is(row, params.word("platform", ""))]
    judged = [(row, *_state(row, params, proof)) for row in rows]
    if needed:
        return _counted(look, params, judged, needed, proof)
    state, reason = State.UNKNOWN, "platform_not_declared"
    if judged:
        _row, state, reason = min(judged, key=lambda one: _ORDER[one[1]])
    return _verdict(look, params, judged, proof, state, reason)


def _state(row: Platform, params: Params, proof: Proof) -> tuple[State, str]:
    """The county's own word that a platform is not that far fails; that it is, has to be proved."""
    least = PLATFORM_STATUSES.index(params.word("min_status", "accepted"))
    if row.status == RETIRED or PLATFORM_STATUSES.index(row.status) < least:
        return State.FAIL, "status_low"
    standing = proof.standing(row)
    return (State.PASS, "") if standing == "accepted" else (State.UNKNOWN, REASON_OF[standing])


def _counted(
    look: CountyLook,
    params: Params,
    judged: list[tuple[Platform, State, str]],
    needed: int,
    proof: Proof,
) -> Verdict:
    states = [state for _row, state, _reason in judged]
    units = UnitCounts(p=states.count(State.PASS), f=0, u=states.count(State.UNKNOWN))
    ruling = count(units, needed)
    if ruling.state is State.PASS:
        return _verdict(look, params, judged, proof, State.PASS, "")
    # The plan names none: which others there are to be, nobody knows.
    reason = "evidence_unreviewed" if units.u else "platform_not_named"
    return _verdict(look, params, judged, proof, State.UNKNOWN, reason)


def _verdict(
    look: CountyLook,
    params: Params,
    judged: list[tuple[Platform, State, str]],
    proof: Proof,
    state: State,
    reason: str,
) -> Verdict:
    return Verdict(
        metric=E10,
        subject=look.subject,
        state=state,
        reason=reason,
        unit=catalogue()[E10].unit,
        origin=params.origin("min_status"),
        level=min((proof.level(row) for row, found, _ in judged if found is State.PASS), default="E0"),
        evidence=tuple(
            Evidence(
                level=proof.level(row),
                what="platform",
                subject=row.name,
                value=f"{row.status} {proof.standing(row)}",
                day=row.accepted_on,
                document=row.document,
            )
            for row, _found, _reason in judged
        ),
    )


def _is(row: Platform, name: str) -> bool:
    """The same name, but for quotation marks and blanks."""
    return bool(name) and row.name.translate(_QUOTES) == name.translate(_QUOTES)


_ORDER = {State.PASS: 0, State.UNKNOWN: 1, State.FAIL: 2, State.NA: 3}
COUNTY: CountyMetrics = {E10: platform_status}
