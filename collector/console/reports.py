"""Reports in the console: the newest as they stand, orders with their progress, what was handed out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from collector.console.frame import HEADERS, Console, NotFound, Page, form_of
from collector.console.school import asked_time
from collector.people.audit import By
from collector.people.person import Session
from collector.report_runs import Order, ReportRuns
from collector.web.visit import language_of, origin_of
from inventory.errors import InputError
from inventory.report_basis import LastReport
from inventory.words import Language, _

SHOWN = 100
SEED_LENGTH = 64
FORM_HEADERS = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
}
"""A report carries its own style and pictures, and asks for nothing."""
ZIP = "application/zip"
_CHUNK = 1 << 20


async def reports(console: Console, request: Request, session: Session) -> Page:
    """The form for an order, those that are made now, what was handed out, and the newest as it stands. A
    clerk's is his school's page."""
    plan = console.plan(request.query_params.get("plan", ""))
    prefix = f"/report/{plan.profile.id}/"
    names = sorted(path.removeprefix(prefix) for path in console.published().pages if path.startswith(prefix))
    runs = None if session.person.is_of_schools else console.runs
    kept = [] if runs is None else await run_in_threadpool(_kept, runs)
    data = {
        "view": console.view(plan.profile.id),
        "plan": plan.profile.id,
        "names": [] if session.person.is_of_schools else names,
        "forms": [] if runs is None else console.forms,
        "running": [] if runs is None else runs.running(),
        "kept": kept,
        "mine": session.person.schools,
    }
    return Page("reports", data)


async def report(console: Console, request: Request, session: Session) -> Response:
    """One form of the newest report, for those who may see the whole county."""
    plan = console.plan(request.query_params.get("plan", ""))
    found = console.published().pages.get(f"/report/{plan.profile.id}/{request.path_params['name']}")
    if found is None or session.person.is_of_schools:
        raise NotFound(_("there is no such report"))
    body = await run_in_threadpool(found.render)
    return Response(body, media_type=found.media_type, headers=FORM_HEADERS)


async def order(console: Console, request: Request, session: Session) -> Response:
    """Take an order from the form, and show how it goes."""
    runs = _runs(console, session)
    form = await form_of(request, session)
    plan = console.plan(form.get("plan", ""))
    forms = tuple(each for each in console.forms if form.get(f"form.{each}") == "1")
    if not forms:
        raise InputError(_("no format is chosen"), do=_("choose at least one"))
    language: Language = form["language"] if form.get("language") in ("zh", "en") else language_of(request)  # type: ignore[assignment]
    made = runs.start(
        Order(
            plan=plan.profile.id,
            language=language,
            forms=forms,
            by=By(session.person.id, origin_of(request)),
            as_of=asked_time(console, form.get("as_of", ""), plan),
            seed=form.get("seed", "").strip()[:SEED_LENGTH],
        )
    )
    return RedirectResponse(f"/console/reports/runs/{made.id}", status_code=303)


async def run(console: Console, request: Request, session: Session) -> Page:
    """How far an order is; when it is done, its files."""
    found = _runs(console, session).find(request.path_params["run"])
    if found is None:
        raise NotFound(_("there is no such order; what was made is in the list of reports"))
    view = console.view(found.order.plan)
    total = len(found.order.forms)
    return Page("report_run", {"view": view, "plan": found.order.plan, "run": found, "total": total})


async def kept(console: Console, request: Request, session: Session) -> Page:
    """A report that was handed out, with its files and their hashes."""
    runs = _runs(console, session)
    found = await run_in_threadpool(_one, runs, request.path_params["sha256"])
    view = console.view(found.profile_id)
    data = {"view": view, "plan": found.profile_id, "report": found, "here": runs.is_here(found)}
    return Page("report_kept", data)


async def kept_file(console: Console, request: Request, session: Session) -> Response:
    """A file of a report as it was handed out."""
    runs = _runs(console, session)
    name = request.path_params["name"]

    def read() -> bytes | None:
        return runs.file(_one(runs, request.path_params["sha256"]), name)

    content = await run_in_threadpool(read)
    if content is None:
        raise NotFound(_("this file is not kept here; have the report made again, as of the same time"))
    # The name is one of those that the report was made with.
    headers = FORM_HEADERS | {"Content-Disposition": f'attachment; filename="{name.rpartition("/")[2]}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def kept_zip(console: Console, request: Request, session: Session) -> Response:
    """All files of a report in one archive."""
    runs = _runs(console, session)

    def make() -> tuple[IO[bytes], LastReport]:
        found = _one(runs, request.path_params["sha256"])
        out = tempfile.TemporaryFile(prefix="wanzhao-zip-")  # noqa: SIM115 - the answer closes it
        if not runs.pack(found, out):
            out.close()
            raise NotFound(_("this file is not kept here; have the report made again, as of the same time"))
        out.seek(0)
        return out, found

    out, found = await run_in_threadpool(make)
    name = f"report-{found.sha256[:12]}.zip"
    headers = FORM_HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(out), media_type=ZIP, headers=headers)


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        while piece := out.read(_CHUNK):
            yield piece


def _runs(console: Console, session: Session) -> ReportRuns:
    if console.runs is None or session.person.is_of_schools:
        raise NotFound(_("there is no such report"))
    return console.runs


def _kept(runs: ReportRuns) -> list[LastReport]:
    return runs.kept()[:SHOWN]


def _one(runs: ReportRuns, sha256: str) -> LastReport:
    found = next((each for each in runs.kept() if each.sha256 == sha256), None)
    if found is None:
        raise NotFound(_("there is no such report"))
    return found
