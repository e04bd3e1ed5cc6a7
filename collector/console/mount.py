"""The console in the collector's application: signing in, pages, the audit log behind every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.routing import Route

from collector.api.routes import api_routes
from collector.console.frame import Asset, Console
from collector.console.routes import console_routes
from collector.judging import Plan
from collector.people.audit import By
from collector.people.person import Session
from collector.report_runs import ReportRuns, WriteFiles
from collector.store.tokens import new_code
from collector.web.intake import Edge
from collector.web.signin import session_of, signin_routes
from collector.web.visit import Render

REPORTS = "reports"
"""Folder of the files of reports, in the collector's own."""


@dataclass(frozen=True, slots=True)
class ConsolePages:
    """What draws the pages, the files that they ask for, and what writes reports: given from outside."""

    render: Render
    assets: Mapping[str, Asset]
    write: WriteFiles
    forms: tuple[str, ...]
    """the formats that ``write`` can write"""


def routes_of(edge: Edge, plans: Sequence[Plan], pages: ConsolePages) -> list[Route]:
    """Every address of the console."""

    async def who(request: Request) -> Session | None:
        return await session_of(edge, request)

    def make_code(connection: Connection, school: str, campus: str, now: float, by: By) -> str:
        return new_code(connection, edge.pepper, school, campus, now, by)

    runs = ReportRuns(edge.engine, plans, edge.settings.state_dir / REPORTS, pages.write)
    settings = edge.settings.console
    console = Console(edge.engine, plans, edge.published, pages.render, who, runs, pages.forms, settings)
    return [
        *signin_routes(edge, pages.render),
        *console_routes(console, pages.assets, make_code),
        *api_routes(edge, console, make_code),
    ]
