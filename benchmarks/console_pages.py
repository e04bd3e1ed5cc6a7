"""How long the console's pages take for a county of 300 schools: in process, from request to last byte."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request

from collector.console.frame import Console
from collector.console.routes import console_routes
from collector.judging import Plan
from collector.people.person import Person, Session
from collector.publish import Published
from collector.store.engine import open_store
from collector.store.registers import store_register
from exporters.console.render import render
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Register

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from views import many

SCHOOLS = 300
ROUNDS = 60
PLAN = "changxing-145"


def p95_ms(folder: Path) -> float:
    """The 95th percentile over the pages that people read, milliseconds."""
    path = builtin_profiles()[PLAN]
    plan = Plan(load_profile(path), path.read_text(encoding="utf-8"))
    view = replace(many(SCHOOLS), profile=plan.profile.ref)
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    schools = tuple(each.school for each in view.schools)
    with engine.begin() as connection:
        store_register(connection, Register(county=view.county, schools=schools), author="bench", at=1.0)
    published = Published(views={PLAN: view}, judged_at=view.as_of)
    person = Person(id="bench", name="bench", roles=("county_admin",))

    async def session_of(_request: Request) -> Session:
        return Session(person=person, csrf="bench")

    console = Console(engine, [plan], lambda: published, render, session_of)
    app = Starlette(routes=console_routes(console, {}))
    pages = ["/console/", "/console/schools", "/console/schools?state=unknown", "/console/items"]
    pages += [f"/console/schools/{school.id}" for school in schools[:: SCHOOLS // 10]]
    times = asyncio.run(_asked(app, pages))
    engine.dispose()
    return statistics.quantiles(times, n=20)[-1] * 1000


async def _asked(app: Starlette, pages: Sequence[str]) -> list[float]:
    times = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
        for number in range(ROUNDS + 1):
            for page in pages:
                started = time.perf_counter()
                answer = await client.get(page)
                assert answer.status_code == 200, (page, answer.text[:200])
                if number:  # templates are compiled in the first round
                    times.append(time.perf_counter() - started)
    return times
