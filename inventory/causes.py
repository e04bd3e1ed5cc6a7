"""The causes behind a school's verdicts: what is to be mended (整改, a fail) and what is to be proved (补证,
an unknown). A cause is the innermost leg of a campus's verdict that has the verdict's own state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from inventory.verdict import SchoolVerdict, SchoolView, State, Verdict

CauseKind = Literal["mend", "prove"]
STATES: dict[CauseKind, State] = {"mend": State.FAIL, "prove": State.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """``campus`` is "" where the whole school is judged; ``verdict`` None: the school has no campus."""

    kind: CauseKind
    school: SchoolView
    target: SchoolVerdict
    campus: str
    campus_name: str
    verdict: Verdict | None

    @property
    def item(self) -> str:
        """What names it in the life of a work item, without the plan: target, campus, metric and leg."""
        return _item(self.target, self.campus, self.verdict)

    @property
    def reason(self) -> str:
        return self.verdict.reason if self.verdict else self.target.reason


def _item(target: SchoolVerdict, campus: str, verdict: Verdict | None) -> str:
    if verdict is None:
        return f"{target.target}:{campus}:"
    leg = f".{verdict.leg}" if verdict.leg else ""
    return f"{target.target}:{campus}:{verdict.metric}{leg}"


def causes(school: SchoolView, kind: CauseKind) -> Iterator[Cause]:
    """Every cause of one kind at a school, each once. A passing school has none, an unknown one no fails."""
    seen: set[str] = set()
    for cause in _causes(school, kind):
        if cause.item not in seen:
            seen.add(cause.item)
            yield cause


def reasons(school: SchoolView) -> dict[tuple[str, CauseKind], str]:
    """The reason of every cause at a school, by item and kind: what ``causes`` tells, and no more, for who
    asks of thousands of schools a minute."""
    found: dict[tuple[str, CauseKind], str] = {}
    for target in school.verdicts:
        for kind in _KINDS_OF.get(target.state, ()):
            state = STATES[kind]
            for own in target.campuses or (None,):
                campus = "" if own is None or own.subject == school.school.id else own.subject
                for verdict in _found(target, own, state):
                    reason = verdict.reason if verdict else target.reason
                    found.setdefault((_item(target, campus, verdict), kind), reason)
    return found


def campus_verdicts(view: SchoolView, verdict: SchoolVerdict) -> tuple[tuple[str, str, Verdict | None], ...]:
    """(campus id, campus name, verdict) of a target at a school; without a campus what is judged of the whole
    school, and no verdict where it has no campus at all."""
    names = {line.campus: line.name for line in view.campuses}
    if not verdict.campuses:
        return (("", "", None),)
    own = view.school.id
    return tuple(
        ("" if each.subject == own else each.subject, names.get(each.subject, ""), each)
        for each in verdict.campuses
    )


_KINDS_OF: dict[State, tuple[CauseKind, ...]] = {State.FAIL: ("mend", "prove"), State.UNKNOWN: ("prove",)}
"""What can be behind a school's state."""


def _causes(school: SchoolView, kind: CauseKind) -> Iterator[Cause]:
    state = STATES[kind]
    for target in school.verdicts:
        if kind not in _KINDS_OF.get(target.state, ()):
            continue
        for campus, name, own in campus_verdicts(school, target):
            for verdict in _found(target, own, state):
                yield Cause(
                    kind=kind,
                    school=school,
                    target=target,
                    campus=campus,
                    campus_name=name,
                    verdict=verdict,
                )


def _found(target: SchoolVerdict, own: Verdict | None, state: State) -> tuple[Verdict | None, ...]:
    """The innermost verdicts with a state, of a campus's; None where there is no campus and the school has
    that state."""
    if own is None:
        return (None,) if target.state is state else ()
    return tuple(_innermost(own, state)) if own.state is state else ()


def _innermost(verdict: Verdict, state: State) -> Iterator[Verdict]:
    legs = [leg for leg in verdict.legs if leg.state is state]
    if not legs:
        yield verdict
    for leg in legs:
        yield from _innermost(leg, state)
