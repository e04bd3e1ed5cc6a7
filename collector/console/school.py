"""A school's page and the page of one verdict, as of now or of any date."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector.console.frame import HEADERS, Console, NotFound, Page
from collector.judging import Plan, plan_in_force, register_at
from collector.people.person import Session
from collector.store.items import read_items
from collector.store.read import read_snapshot
from collector.store.verdicts import Told, read_history
from collector.web.visit import language_of
from inventory.errors import InputError
from inventory.items import WorkItem
from inventory.judge import judge_county, judge_school
from inventory.verdict import CountyView
from inventory.why import Why, explain
from inventory.words import _


async def school(console: Console, request: Request, session: Session) -> Page:
    """Everything about one school. Without a date it is what the last round left; with one, or with ``all``,
    the school is judged for this page."""
    plan, school_id = _asked(console, request, session)
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)
    whole = request.query_params.get("all", "") == "1"
    live = console.view(plan.profile.id) if as_of is None and not whole else None
    own = None
    if live is not None:
        found = tuple(each for each in live.schools if each.school.id == school_id)
        own = replace(live, schools=found) if found else None
    if own is None:
        own = await run_in_threadpool(_judged, console, plan, school_id, as_of, whole)
    items, history = await run_in_threadpool(_kept, console, plan, school_id)
    return Page(
        "school",
        {
            "view": own,
            "plan": plan.profile.id,
            "school": own.schools[0],
            "items": items,
            "history": history,
            "as_of": as_of,
            "whole": whole,
        },
    )


async def paper(console: Console, request: Request, session: Session) -> Response:
    """The school's page as PDF, with every metric: to print and to sign."""
    plan, school_id = _asked(console, request, session)
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)
    language = language_of(request)

    def make() -> bytes:
        own = _judged(console, plan, school_id, as_of, whole=True)
        items, _history = _kept(console, plan, school_id)
        return console.render("school.pdf", {"view": own, "items": items}, language)

    headers = HEADERS | {"Content-Disposition": 'attachment; filename="school.pdf"'}
    return Response(await run_in_threadpool(make), media_type="application/pdf", headers=headers)


async def verdict(console: Console, request: Request, session: Session) -> Page:
    """Why a target stands at a school as it does."""
    plan, school_id = _asked(console, request, session)
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)
    target = request.path_params["target"]
    why = await run_in_threadpool(_why, console, plan, school_id, target, as_of)
    return Page("verdict", {"why": why, "plan": plan.profile.id, "as_of": as_of})


def asked_time(console: Console, written: str, plan: Plan) -> float | None:
    """The time that is asked for, in the county's zone; None: now. InputError where it is none."""
    written = written.strip()
    if not written:
        return None
    view = console.view(plan.profile.id)
    zone = ZoneInfo(view.timezone if view else "Asia/Shanghai")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise InputError(
            _("%(text)s is no date") % {"text": written}, do=_("write it as 2026-12-31")
        ) from error
    if len(written) == 10:  # a day is judged at its end
        moment = moment.replace(hour=23, minute=59, second=59)
    at = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    return min(at, time.time())


def _asked(console: Console, request: Request, session: Session) -> tuple[Plan, str]:
    """The plan and the school of an address; a school that is not for the person is not there."""
    plan = console.plan(request.query_params.get("plan", ""))
    school_id: str = request.path_params["school"]
    if not session.person.sees(school_id):
        raise NotFound(_("there is no school %(name)s") % {"name": school_id})
    return plan, school_id


def _judged(console: Console, plan: Plan, school_id: str, as_of: float | None, whole: bool) -> CountyView:
    at = time.time() if as_of is None else as_of
    profile = plan_in_force(console.engine, plan, as_of).profile
    with console.engine.connect().execution_options(reads_only=True) as connection:
        register = register_at(connection, at)
        found = next((each for each in register.schools if each.id == school_id), None)
        if found is None:
            raise NotFound(_("there is no school %(name)s") % {"name": school_id})
        snapshot = read_snapshot(connection, found, register, at)
        view = judge_school(snapshot, profile, whole=whole)
    return judge_county(replace(register, schools=(found,)), profile, [view], snapshot.agents, at)


def _why(console: Console, plan: Plan, school_id: str, target: str, as_of: float | None) -> Why:
    at = time.time() if as_of is None else as_of
    profile = plan_in_force(console.engine, plan, as_of).profile
    if target not in {each.id for each in profile.targets}:
        raise NotFound(_("there is no target %(name)s") % {"name": target})
    with console.engine.connect().execution_options(reads_only=True) as connection:
        register = register_at(connection, at)
        found = next((each for each in register.schools if each.id == school_id), None)
        if found is None:
            raise NotFound(_("there is no school %(name)s") % {"name": school_id})
        return explain(read_snapshot(connection, found, register, at), profile, target)


def _kept(console: Console, plan: Plan, school_id: str) -> tuple[list[WorkItem], list[Told]]:
    with console.engine.connect().execution_options(reads_only=True) as connection:
        items = [
            item
            for item in read_items(connection, [school_id]).get(school_id, [])
            if item.profile == plan.profile.id
        ]
        return items, read_history(connection, plan.profile.id, school_id)
