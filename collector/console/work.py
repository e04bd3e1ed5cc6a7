"""Work items (整改, 补证) and accepted states: lists, and what people do to them."""

from __future__ import annotations

import time
from datetime import date
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.asking import measured_of
from collector.console.frame import Console, NotFound, Page, form_of
from collector.judging import Judged, register_at
from collector.people.person import Action, Person, Session
from collector.store.baselines import accept, end, read_alarms, read_all_baselines
from collector.store.items import act, read_items
from collector.web.visit import origin_of
from inventory.baseline import can_be_accepted
from inventory.errors import InputError, Refused
from inventory.items import Event, EventKind, WorkItem
from inventory.words import _

DEEDS: dict[str, tuple[EventKind, Action]] = {
    "assign": ("assigned", "item_assign"),
    "start": ("started", "item_assign"),
    "close": ("closed", "item_close"),
    "reopen": ("reopened", "item_close"),
}
"""What a form may ask for: the event it becomes, and what a person has to be allowed to do."""

PER_PAGE = 100


async def items(console: Console, request: Request, session: Session) -> Page:
    """The items that a person may see, by list, status and school."""
    plan = console.plan(request.query_params.get("plan", ""))
    view = console.view(plan.profile.id)
    told = request.query_params
    kind, status, school = told.get("kind", "mend"), told.get("status", ""), told.get("school", "")
    found = [
        item
        for item in await run_in_threadpool(_read_items, console, session.person, school)
        if item.profile == plan.profile.id
        and item.kind == kind
        and (item.status == status if status else item.is_open)
    ]
    number = told.get("page", "1")
    pages = max(1, -(-len(found) // PER_PAGE))
    at = min(int(number) if number.isdecimal() and 0 < len(number) < 6 else 1, pages) or 1
    return Page(
        "items",
        {
            "view": view,
            "plan": plan.profile.id,
            "kind": kind,
            "status": status,
            "school": school,
            "items": found[(at - 1) * PER_PAGE : at * PER_PAGE],
            "names": {each.school.id: each.school.name for each in view.schools} if view else {},
            "found": len(found),
            "number": at,
            "pages": pages,
        },
    )


async def item_deed(console: Console, request: Request, session: Session) -> Response:
    """What a form asks for about one item."""
    form = await form_of(request, session)
    name = request.path_params["item"]
    kind, action = DEEDS.get(form.get("do", ""), ("", ""))
    if not kind:
        raise NotFound(_("there is no such thing to do"))
    school = name[1:].rpartition("-")[0]
    if not session.person.sees(school):
        raise NotFound(_("there is no item %(item)s") % {"item": name})
    if not session.person.may(cast(Action, action)):
        raise Refused(_("your role does not allow this"), status=403)
    event = Event(
        at=time.time(),
        kind=cast(EventKind, kind),
        by=session.person.id,
        person=form.get("person", "").strip()[:100],
        deadline=_day(form.get("until", "")),
        document=form.get("document", "").strip()[:100],
        note=form.get("note", "").strip()[:1000],
    )

    def do() -> None:
        with console.engine.begin() as connection:
            act(connection, name, event, origin_of(request))

    await run_in_threadpool(do)
    return RedirectResponse(f"/console/schools/{school}#items", status_code=303)


async def baselines(console: Console, request: Request, session: Session) -> Page:
    """What is accepted, and what has fallen below it."""
    plan = console.plan(request.query_params.get("plan", ""))
    view = console.view(plan.profile.id)

    def read() -> tuple[list[object], list[object]]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            accepted = [
                one
                for one in read_all_baselines(connection)
                if one.ended_at is None and session.person.sees(one.school_id)
            ]
            alarms = [one for one in read_alarms(connection) if session.person.sees(one.school_id)]
            return list(accepted), list(alarms)

    accepted, alarms = await run_in_threadpool(read)
    names = {each.school.id: each.school.name for each in view.schools} if view else {}
    return Page(
        "baselines",
        {"view": view, "plan": plan.profile.id, "accepted": accepted, "alarms": alarms, "names": names},
    )


async def baseline_deed(console: Console, request: Request, session: Session) -> Response:
    """What a form asks for: accept what is measured of a school, or end an acceptance."""
    form = await form_of(request, session)
    by, origin = session.person.id, origin_of(request)
    plan = console.plan(form.get("plan", ""))
    school_id, item, note = form.get("school", ""), form.get("item", ""), form.get("note", "")[:1000]

    def do() -> None:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            register = register_at(connection, time.time())
        school = next((each for each in register.schools if each.id == school_id), None)
        if school is None or not session.person.sees(school_id):
            raise NotFound(_("there is no school %(name)s") % {"name": school_id})
        now = time.time()
        if form.get("do") == "end":
            with console.engine.begin() as connection:
                end(connection, school_id, item, by=by, note=note, at=now, origin=origin)
            return
        found = measured_of(Judged(console.engine, register, plan.profile, now), school)
        marks = [m for name, m in found.items() if item in ("", name) and can_be_accepted(m)]
        if not marks:
            raise InputError(_("nothing that is measured can be accepted there"))
        with console.engine.begin() as connection:
            accept(connection, school_id, marks, by=by, note=note, at=now, origin=origin)

    await run_in_threadpool(do)
    return RedirectResponse("/console/baselines", status_code=303)


def _read_items(console: Console, person: Person, school: str) -> list[WorkItem]:
    wanted = [school] if school else list(person.schools) if person.is_of_schools else None
    with console.engine.connect().execution_options(reads_only=True) as connection:
        found = read_items(connection, wanted)
    return [item for own in found.values() for item in own if person.sees(item.school)]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise InputError(_("%(text)s is no date") % {"text": written}) from error
