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
        metric = f"{self.verdict.metric}.{self.verdict.leg}".rstrip(".") if self.verdict else ""
        return ":".join((self.target.target, self.campus, metric))

    @property
    def reason(self) -> str:
        return self.verdict.reason if self.verdict else self.target.reason


def causes(school: SchoolView, kind: CauseKind) -> Iterator[Cause]:
    """Every cause of one kind at a school, each once. A passing school has none, an unknown one no fails."""
    seen: set[str] = set()
    for cause in _causes(school, kind):
        if cause.item not in seen:
            seen.add(cause.item)
            yield cause


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


def _causes(school: SchoolView, kind: CauseKind) -> Iterator[Cause]:
    state = STATES[kind]
    for target in school.verdicts:
        if target.state is not state and target.state is not State.FAIL:
            continue
        for campus, name, own in campus_verdicts(school, target):
            if own is None and target.state is state:
                found: tuple[Verdict | None, ...] = (None,)
            else:
                found = tuple(_innermost(own, state)) if own is not None and own.state is state else ()
            for verdict in found:
                yield Cause(
                    kind=kind,
                    school=school,
                    target=target,
                    campus=campus,
                    campus_name=name,
                    verdict=verdict,
                )


def _innermost(verdict: Verdict, state: State) -> Iterator[Verdict]:
    legs = [leg for leg in verdict.legs if leg.state is state]
    if not legs:
        yield verdict
    for leg in legs:
        yield from _innermost(leg, state)
