"""The agents of the county: who reports, how its batches come; and codes with which new ones enrol."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from collector.console.frame import Console, Handler, NotFound, Page, form_of
from collector.judging import register_at
from collector.people.audit import By
from collector.people.person import Person, Session
from collector.store.fleet import Way, read_fleet
from collector.store.read import read_all_agents
from collector.store.statement import fetch
from collector.store.tokens import CODE_LIFE_S
from collector.web.visit import origin_of
from inventory.errors import Refused
from inventory.register import Campus, School
from inventory.snapshot import AgentSeen
from inventory.words import _

MakeCode = Callable[[Connection, str, str, float, By], str]
"""A one-time code for a school's campus from a time on (collector.store.tokens.new_code)."""

PER_PAGE = 100
NO_WAY = Way()
_ENROLLED = "SELECT DISTINCT school_id, campus_id FROM agent WHERE revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A campus and its agent: None where none has reported; ``enrolled``: one holds a token. ``silent_s`` are
    the seconds since it was last heard."""

    school: School
    campus: Campus
    enrolled: bool
    agent: AgentSeen | None = None
    way: Way = NO_WAY
    silent_s: float | None = None


async def agents(console: Console, request: Request, session: Session) -> Page:
    """Every campus that the person may see, those that are not heard first."""
    return await _page(console, request, session, {})


def agent_deed(make_code: MakeCode | None) -> Handler:
    """The handler of a form that makes an enrolment code. It is shown once, in the answer to the form."""

    async def handler(console: Console, request: Request, session: Session) -> Page:
        form = await form_of(request, session)
        by = By(session.person.id, origin_of(request))
        if make_code is None:
            raise Refused(_("this collector makes no enrolment codes"), status=403)
        make = make_code

        def do() -> tuple[str, str]:
            now = time.time()
            with console.engine.begin() as connection:
                register = register_at(connection, now)
                for school in register.schools:
                    for campus in school.campuses:
                        if campus.id == form.get("campus") and session.person.may("agent_enrol", school.id):
                            return campus.id, make(connection, school.id, campus.id, now, by)
            raise NotFound(_("there is no campus %(name)s") % {"name": form.get("campus", "")})

        campus_id, code = await run_in_threadpool(do)
        minutes = int(CODE_LIFE_S // 60)
        return await _page(
            console, request, session, {"code": code, "code_campus": campus_id, "minutes": minutes}
        )

    return handler


async def _page(console: Console, request: Request, session: Session, more: dict[str, object]) -> Page:
    plan = console.plan(request.query_params.get("plan", ""))
    text = request.query_params.get("text", "").strip()[:100]
    number = request.query_params.get("page", "1")

    def read() -> list[AgentLine]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            return read_lines(connection, session.person, time.time())

    found = [line for line in await run_in_threadpool(read) if _takes(line, text)]
    pages = max(1, -(-len(found) // PER_PAGE))
    at = min(int(number) if number.isdecimal() and 0 < len(number) < 6 else 1, pages) or 1
    return Page(
        "agents",
        {
            "view": console.view(plan.profile.id),
            "plan": plan.profile.id,
            "text": text,
            "lines": found[(at - 1) * PER_PAGE : at * PER_PAGE],
            "heard": sum(line.agent is not None for line in found),
            "found": len(found),
            "number": at,
            "pages": pages,
            "at": time.time(),
            "code": "",
            "code_campus": "",
            "minutes": 0,
            **more,
        },
    )


def read_lines(connection: Connection, person: Person, now: float) -> list[AgentLine]:
    """A line for each campus and agent that the person may see: never heard, then the longest silent."""
    register = register_at(connection, now)
    seen = read_all_agents(connection)
    fleet = read_fleet(connection, now)
    enrolled = set(fetch(connection, _ENROLLED))
    lines: list[AgentLine] = []
    for school in register.schools:
        if not person.sees(school.id):
            continue
        told: Sequence[AgentSeen] = [agent for agent, _changes in seen.get(school.id, [])]
        for campus in school.campuses:
            has_token = (school.id, campus.id) in enrolled
            own = [agent for agent in told if agent.campus == campus.id]
            lines += [
                _line(school, campus, has_token, agent, fleet.get((school.id, agent.agent)), now)
                for agent in own
            ]
            if not own:
                lines.append(AgentLine(school, campus, has_token))
    return sorted(lines, key=lambda one: -(one.silent_s if one.silent_s is not None else float("inf")))


def _line(
    school: School, campus: Campus, enrolled: bool, agent: AgentSeen, way: Way | None, now: float
) -> AgentLine:
    silent_s = None if agent.last_report is None else max(0.0, now - agent.last_report)
    return AgentLine(school, campus, enrolled, agent, way or NO_WAY, silent_s)


def _takes(line: AgentLine, text: str) -> bool:
    names = (line.school.id, line.school.name, line.campus.id, line.campus.name)
    return any(text.casefold() in name.casefold() for name in names)
