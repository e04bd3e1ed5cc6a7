"""The filled sheet of a test on site: first what stands in it; then, when the same person says so, it is
evidence."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from collector.console.frame import Console, Handler, Page
from collector.console.imports import UPLOAD_BYTES, Held, Looked
from collector.console.upload import upload_of
from collector.judging import no_register
from collector.people.person import Session
from collector.store.registers import read_register
from inventory.errors import InputError, Problem, RegisterError
from inventory.load_sheets import SHEET_FILES
from inventory.register import Register
from inventory.spot_sheet import Entered, read_spot_sheet, with_tests
from inventory.words import _

SUFFIXES = (*SHEET_FILES, ".csv")


async def spot(console: Console, request: Request, _session: Session) -> Page:
    """The form that a sheet is sent with."""
    return _page(console, request, {"done": request.query_params.get("done", "") == "1"})


def look_deed(held: Held) -> Handler:
    """The handler of a sheet that is sent: nothing is changed by it."""

    async def handler(console: Console, request: Request, session: Session) -> Page:
        sent = await upload_of(request, session, UPLOAD_BYTES)

        def look() -> tuple[Register, Register, list[Entered]]:
            with console.engine.connect().execution_options(reads_only=True) as connection:
                old = read_register(connection)
            if old is None:
                raise no_register()
            entered = _entered(sent.name, sent.content)
            return old, with_tests(old, entered), entered

        try:
            old, new, entered = await run_in_threadpool(look)
        except RegisterError as error:
            faults = list(error.problems) or [Problem(error.where, error.what, error.do)]
            return _page(console, request, {"name": sent.name, "problems": faults}, 422)
        looked = Looked(session.person.id, sent.name, old, new, held.clock())
        secret = held.keep(looked) if new != old else ""
        names = {school.id: school.name for school in new.schools}
        told = {"name": sent.name, "secret": secret, "names": names, "entered": entered}
        return _page(console, request, told)

    return handler


def _entered(name: str, content: bytes) -> list[Entered]:
    suffix = Path(name).suffix.casefold()
    if suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise InputError(
            _("is no file that holds a sheet of a test on site"),
            where=name,
            do=_("allowed: %(words)s") % {"words": allowed},
        )
    with tempfile.TemporaryDirectory(prefix="wanzhao-spot-") as folder:
        path = Path(folder) / f"sheet{suffix}"
        path.write_bytes(content)
        return read_spot_sheet(path)


def _page(console: Console, request: Request, more: Mapping[str, object], status: int = 200) -> Page:
    plan = console.plan(request.query_params.get("plan", ""))
    nothing: list[Problem] = []
    data: dict[str, object] = {
        "view": console.view(plan.profile.id),
        "plan": plan.profile.id,
        "suffixes": SUFFIXES,
        "name": "",
        "problems": nothing,
        "entered": None,
        "names": {},
        "secret": "",
        "done": False,
    }
    return Page("spot", {**data, **more}, status)
