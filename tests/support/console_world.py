"""A console over a store with a few simulated schools, and who uses it: for tests that ask it as a browser
would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from people import PEPPERS
from sixty_filled import store_all
from sixty_register import register_of
from sixty_types import NOW, CountyTruth, SchoolTruth
from sixty_world import county
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request

from collector.config import ConsoleSettings
from collector.console.frame import Asset, Console
from collector.console.routes import console_routes
from collector.judging import Plan
from collector.people.audit import read_audit
from collector.people.person import Person, Session
from collector.publish import Published
from collector.report_runs import ReportRuns
from collector.rounds import Rounds
from collector.store.registers import store_register
from collector.store.tokens import new_code
from exporters.console.render import assets, render
from exporters.report.write import report_files
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Register
from wanzhao.publish import publisher

SCHOOLS: list[SchoolTruth] = county().schools[:6]
PLAN = "changxing-145"
AS_OF = NOW.timestamp()
CSRF = "the-token-of-this-session"
ADMIN = Person(id="admin", name="管理员", roles=("county_admin",))
CLERK = Person(id="clerk", name="文员", roles=("school_clerk",), schools=(SCHOOLS[1].id,))
AUDITOR = Person(id="auditor", name="审计", roles=("auditor",))


@dataclass
class World:
    """The application, who is signed in, and what was written into the audit log."""

    app: Starlette
    engine: Engine
    published: Published
    rounds: Rounds
    person: Person | None = ADMIN
    publish: Callable[..., None] = field(default_factory=lambda: publisher(86400.0, "targets"))

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Who did what to what, by the audit log; what the test itself did is left out."""
        with self.engine.connect() as connection:
            return [
                (row.who, row.action, row.object)
                for row in read_audit(connection, limit=1000)
                if row.who != "test"
            ]

    def judge(self, now: float = AS_OF) -> None:
        """A round, and what the pages show after it."""
        for view in self.rounds.round(now):
            self.published.views[view.profile.id] = view
            self.publish(self.published, view, now)


def plan_of(name: str = PLAN) -> Plan:
    path = builtin_profiles()[name]
    return Plan(load_profile(path), path.read_text(encoding="utf-8"))


def world(
    engine: Engine,
    register: Register | None = None,
    *,
    with_batches: bool = True,
    folder: Path | None = None,
    settings: ConsoleSettings | None = None,
) -> World:
    """A console on an empty store; with a ``folder`` it makes reports."""
    with engine.begin() as connection:
        store_register(connection, register or register_of(CountyTruth(SCHOOLS)), author="test", at=1.0)
        store_all(connection, SCHOOLS if with_batches else ())
    plans = [plan_of()]
    published = Published(judged_at=AS_OF)
    made: list[World] = []

    async def session_of(_request: Request) -> Session | None:
        person = made[0].person
        return Session(person=person, csrf=CSRF) if person else None

    runs = ReportRuns(engine, plans, folder, report_files) if folder else None
    console = Console(
        engine,
        plans,
        lambda: published,
        render,
        session_of,
        runs,
        ("html", "xlsx", "json"),
        settings or ConsoleSettings(),
    )
    files = {name: Asset(kind, content) for name, (kind, content) in assets().items()}
    app = Starlette(
        routes=console_routes(
            console, files, lambda c, school, campus, now, by: new_code(c, PEPPERS, school, campus, now, by)
        )
    )
    made.append(World(app, engine, published, Rounds(engine, plans)))
    made[0].judge()
    return made[0]


__all__ = ["ADMIN", "AUDITOR", "CLERK", "CSRF", "PLAN", "SCHOOLS", "World", "world"]
