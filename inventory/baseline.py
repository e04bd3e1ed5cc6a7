"""What somebody accepted as measured, and what has fallen below it since.

Two kinds of things are accepted: the answer to a target at a school, with its figures per campus, and the
port that carries a campus: its speed, how many members it has, which transceiver sits in it. Below the
accepted is an alarm, which stays until the accepted is measured again or somebody accepts anew. Better is
never an alarm. Not knowing is none either, at first: after some days without an answer it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from inventory.clock import UNIT_S
from inventory.facts import FactValue
from inventory.metrics.look import Look, value_at
from inventory.metrics.ports import find_port, members_of
from inventory.metrics.uplinks import physical
from inventory.register import Campus, Uplink
from inventory.rules import ONE_BP
from inventory.verdict import UPLINK_ITEM, SchoolVerdict, State, Verdict
from inventory.words import N_

UNPROVED_DAYS = 7
"""How long an accepted thing may be unknown before that is an alarm of its own."""
LOOK_BACK_DAYS = 30
READ_WITHIN_S = UNIT_S["d"]

LOWER_IS_BETTER = frozenset({"access_utilisation_p95", "ipv6_v4_parity", "data_freshness_p95"})
TOLERANCE = {"Mbit/s": 0.05, "kbit/s": 0.05, "dB": 0.25, "minutes": 0.25}
"""What part of the accepted figure may be missing, by its unit. Other figures (ratios apart) are counts."""
RATIO_TOLERANCE = 0.02
"""Two points of a hundred: a share moves by some polls or rooms every day."""

FallKind = Literal["failed", "worse", "unproved", "down", "moved", "slower", "members", "module"]

FALLS: dict[str, str] = {
    "failed": N_("passed when it was accepted, and fails now"),
    "worse": N_("the figure is worse than accepted"),
    "unproved": N_("could be measured when it was accepted, and has not been for days"),
    "down": N_("the accepted port is down"),
    "moved": N_("the accepted port is no longer declared as an uplink"),
    "slower": N_("the accepted port runs slower"),
    "members": N_("the accepted aggregate has lost members"),
    "module": N_("another transceiver sits in the accepted port"),
}
"""Kinds of falls in words."""


class Figure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A figure of an answer: of which campus and metric. ``best`` is what it may be at most, whatever the
    unknown units turn out to be; None: nothing bounds it from above, as where traffic alone proves a link."""

    subject: str
    metric: str
    value: float
    unit: str = ""
    best: float | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was measured of one thing at one time. Of a target ``state`` is its answer; of an uplink it is
    pass while the port is up, fail while it is down, unknown while nobody can tell."""

    item: str
    """the target's id, or "uplink:<campus>:<device>:<port>" """
    state: State
    reason: str = ""
    level: str = ""
    figures: tuple[Figure, ...] = ()
    members: int | None = None
    told_at: float | None = None
    """when it was last known, where the mark itself can say so"""
    module: str = ""
    """type, part and serial number of the transceiver; "" where it is not told"""


class Fall(msgspec.Struct, frozen=True, kw_only=True):
    """How something is below what was accepted."""

    kind: FallKind
    subject: str = ""
    metric: str = ""
    was: str = ""
    now: str = ""
    reason: str = ""


def item_of(target: str, profile: str) -> str:
    """The item of a target: ids of targets are of a profile's own."""
    return f"{profile}/{target}"


def mark_of(verdict: SchoolVerdict, profile: str) -> Mark:
    """What was measured of a target."""
    return Mark(
        item=item_of(verdict.target, profile),
        state=verdict.state,
        reason=verdict.reason,
        level=min((each.level for each in verdict.campuses), default="E0"),
        figures=tuple(figure for each in verdict.campuses for figure in _figures(each)),
    )


def _figures(verdict: Verdict) -> Iterator[Figure]:
    for leg in verdict.legs:
        yield from _figures(leg)
    if verdict.value is not None and not verdict.legs and verdict.state in (State.PASS, State.FAIL):
        best: float | None = verdict.value
        if verdict.unit == "ratio" and verdict.low_bp == round(verdict.value * ONE_BP):
            best = None if verdict.high_bp is None else verdict.high_bp / ONE_BP
        yield Figure(
            subject=verdict.subject,
            metric=verdict.metric,
            value=verdict.value,
            unit=verdict.unit,
            best=best,
        )


def uplink_marks(look: Look) -> tuple[Mark, ...]:
    """What the uplinks of a school's campuses are now: by the newest poll in which their device answered."""
    return tuple(
        _uplink_mark(look, campus, uplink)
        for campus in look.snapshot.school.campuses
        for uplink in physical(look, list(campus.uplinks))
    )


def _uplink_mark(look: Look, campus: Campus, uplink: Uplink) -> Mark:
    item = f"{UPLINK_ITEM}{campus.id}:{uplink.device}:{uplink.port}"
    slot = look.newest_ok(uplink.device, READ_WITHIN_S)
    facts = look.facts(uplink.device)
    subject = find_port(facts, uplink.port)
    if slot is None:
        told_at = look.newest_ok(uplink.device, LOOK_BACK_DAYS * UNIT_S["d"]) or 0
        return Mark(item=item, state=State.UNKNOWN, reason="no_data", told_at=told_at)
    if subject is None:
        return Mark(item=item, state=State.UNKNOWN, reason="uplink_port_not_found")

    def said(port: str, key: str) -> FactValue:
        return value_at(facts[port].get(key, ()), slot)

    members = members_of(facts, subject)
    up = [port for port in members or [subject] if said(port, "oper") == "up"]
    if not up:
        is_told = any(said(port, "oper") is not None for port in members or [subject])
        state, reason = (State.FAIL, "uplink_down") if is_told else (State.UNKNOWN, "uplink_port_not_found")
        return Mark(item=item, state=state, reason=reason)
    speeds = [mbps for port in up if isinstance(mbps := said(port, "speed_mbps"), int | float) and mbps]
    figures: tuple[Figure, ...] = ()
    if len(speeds) == len(up):
        total = float(sum(speeds))
        figures = (Figure(subject=campus.id, metric="ifHighSpeed", value=total, unit="Mbit/s", best=total),)
    modules = [
        " ".join(str(word) for key in ("type", "part", "serial") if (word := said(port, f"optic_{key}")))
        for port in sorted(up)
    ]
    return Mark(
        item=item,
        state=State.PASS,
        level="E3",
        figures=figures,
        members=len(up) if members else None,
        module="; ".join(filter(None, modules)) if not members else "",
    )


def fallen(accepted: Mark, now: Mark | None, unknown_s: float | None = None) -> Fall | None:
    """How ``now`` is below what was accepted, or None. ``now`` is None where the thing is no longer judged;
    ``unknown_s`` says for how long nobody has been able to tell (None: not known)."""
    is_uplink = accepted.item.startswith(UPLINK_ITEM)
    if now is None:
        return Fall(kind="moved") if is_uplink else None
    if now.state is State.NA:
        return None
    if now.state is State.UNKNOWN:
        is_long = unknown_s is not None and unknown_s >= UNPROVED_DAYS * UNIT_S["d"]
        if accepted.state is State.UNKNOWN or not is_long:
            return None
        return Fall(kind="unproved", was=accepted.state.value, now=now.state.value, reason=now.reason)
    if accepted.state is State.PASS and now.state is State.FAIL:
        kind: FallKind = "down" if is_uplink else "failed"
        return Fall(kind=kind, was=accepted.state.value, now=now.state.value, reason=now.reason)
    if not is_uplink and accepted.state is not now.state:
        return None  # it failed when it was accepted, and passes now
    if accepted.members is not None and now.members is not None and now.members < accepted.members:
        return Fall(kind="members", was=str(accepted.members), now=str(now.members))
    worse = next(_worse(accepted.figures, now.figures), None)
    if worse is not None:
        old, new = worse
        return Fall(
            kind="slower" if is_uplink else "worse",
            subject=new.subject,
            metric=new.metric,
            was=f"{old.value:g} {old.unit}".strip(),
            now=f"{new.value:g} {new.unit}".strip(),
        )
    if accepted.module and now.module and accepted.module != now.module:
        return Fall(kind="module", was=accepted.module, now=now.module)
    return None


def _worse(accepted: Sequence[Figure], now: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    known = {(each.subject, each.metric): each for each in now}
    for old in accepted:
        new = known.get((old.subject, old.metric))
        if new is not None and _lost(old, new) > _slack(old):
            yield old, new


def _lost(old: Figure, new: Figure) -> float:
    """How much is known to be lost."""
    if old.metric in LOWER_IS_BETTER:
        return new.value - old.value
    return 0.0 if new.best is None else old.value - new.best


def _slack(figure: Figure) -> float:
    if figure.unit == "ratio":
        return RATIO_TOLERANCE
    return abs(figure.value) * TOLERANCE.get(figure.unit, 0.0)


def can_be_accepted(mark: Mark) -> bool:
    """Only what is measured: nobody accepts what nobody knows, or what does not apply."""
    return mark.state in (State.PASS, State.FAIL)


def marks_by_item(
    verdicts: Sequence[SchoolVerdict], profile: str, uplinks: Sequence[Mark]
) -> Mapping[str, Mark]:
    """Everything that can be accepted of a school under a profile."""
    marks = (*(mark_of(verdict, profile) for verdict in verdicts), *uplinks)
    return {mark.item: mark for mark in marks}
