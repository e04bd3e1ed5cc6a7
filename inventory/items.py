"""Work items: the life of a cause from the day it shows until a person strikes it off (销号).

    open 未启动 -> in_work 整改中 -> to_review 待复核 -> closed 已销号 -> relapsed 复发

What is measured moves an item to ``to_review`` (its cause is gone) and back; only a person closes it. A cause
that shows again within 90 days of the closing reopens the same item as ``relapsed``; later it is a new one.
Events are added and never changed, so the item as of any past time can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from inventory.causes import CauseKind
from inventory.words import N_

Status = Literal["open", "in_work", "to_review", "closed", "relapsed"]
EventKind = Literal["opened", "assigned", "started", "gone", "back", "closed", "reopened", "relapsed"]

RELAPSE_DAYS = 90
DAY_S = 86400
COLLECTOR = ""
"""Who made an event that followed from what was measured."""

STATUSES: dict[Status, str] = {
    "open": N_("not begun"),
    "in_work": N_("in work"),
    "to_review": N_("to be reviewed"),
    "closed": N_("struck off"),
    "relapsed": N_("relapsed"),
}
LETTERS: dict[CauseKind, str] = {"mend": "Z", "prove": "B"}
"""整改 and 补证: how the numbers begin."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to an item at ``at`` (seconds since 1970). ``reason`` is that of the verdict,
    ``document`` the id of the evidence that it was closed by."""

    at: float
    kind: EventKind
    by: str = COLLECTOR
    reason: str = ""
    person: str = ""
    deadline: date | None = None
    document: str = ""
    note: str = ""


class WorkItem(msgspec.Struct, frozen=True, kw_only=True):
    """``item`` is that of inventory.causes, ``number`` counts within the school and kind."""

    school: str
    profile: str
    item: str
    kind: CauseKind
    number: int
    events: tuple[Event, ...]

    @property
    def opened_at(self) -> float:
        return self.events[0].at

    @property
    def name(self) -> str:
        """The number that is printed: "Z2133000001-03"."""
        return f"{LETTERS[self.kind]}{self.school}-{self.number:02d}"

    @property
    def status(self) -> Status:
        """What all events together come to."""
        status: Status = "open"
        before: Status = "open"
        for event in self.events:
            if event.kind == "gone":
                before, status = status, "to_review"
            else:
                status = _AFTER.get(event.kind, before if event.kind == "back" else status)
        return status

    @property
    def is_open(self) -> bool:
        return self.status != "closed"

    @property
    def assigned(self) -> Event | None:
        """The newest assignment: who is in charge, and until when."""
        return self._last("assigned")

    @property
    def closing(self) -> Event | None:
        """How it was closed, where it is."""
        return self._last("closed") if self.status == "closed" else None

    @property
    def reason(self) -> str:
        """The reason that was last told."""
        return next((event.reason for event in reversed(self.events) if event.reason), "")

    def until(self, at: float) -> WorkItem | None:
        """The item as it was at a time; None before it was opened."""
        events = tuple(event for event in self.events if event.at <= at)
        return msgspec.structs.replace(self, events=events) if events else None

    def with_event(self, event: Event) -> WorkItem:
        return msgspec.structs.replace(self, events=(*self.events, event))

    def _last(self, kind: EventKind) -> Event | None:
        return next((event for event in reversed(self.events) if event.kind == kind), None)


_AFTER: dict[EventKind, Status] = {
    "opened": "open",
    "started": "in_work",
    "closed": "closed",
    "reopened": "open",
    "relapsed": "relapsed",
}

Key = tuple[str, CauseKind]
"""Item and kind: the same cause may have to be proved first and mended then."""


def settled(
    school: str, profile: str, known: Iterable[WorkItem], causes: Mapping[Key, str], now: float
) -> Iterator[WorkItem]:
    """The items of a school and plan that change when these causes (with their reasons) are what is measured
    now: new ones, and those with one more event."""
    newest: dict[Key, WorkItem] = {}
    numbers: dict[CauseKind, int] = {}
    for one in sorted(known, key=lambda each: each.opened_at):
        numbers[one.kind] = max(numbers.get(one.kind, 0), one.number)
        if one.profile == profile:
            newest[one.item, one.kind] = one
    for key, reason in causes.items():
        item = newest.get(key)
        if item is None or _is_over(item, now):
            name, kind = key
            numbers[kind] = numbers.get(kind, 0) + 1
            opened = Event(at=now, kind="opened", reason=reason)
            yield WorkItem(
                school=school, profile=profile, item=name, kind=kind, number=numbers[kind], events=(opened,)
            )
        elif item.status == "closed":
            yield item.with_event(Event(at=now, kind="relapsed", reason=reason))
        elif item.status == "to_review":
            yield item.with_event(Event(at=now, kind="back", reason=reason))
    for key, item in newest.items():
        if key not in causes and item.status not in ("closed", "to_review"):
            yield item.with_event(Event(at=now, kind="gone"))


def _is_over(item: WorkItem, now: float) -> bool:
    """It was closed so long ago that the same cause is a new one."""
    closing = item.closing
    return closing is not None and now - closing.at > RELAPSE_DAYS * DAY_S
