"""The register from a file that is sent: first what is wrong in it, or what it would change; then, when the
same person says so, it is the one that schools are judged by."""

from __future__ import annotations

import hmac
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.console.frame import HEADERS, Console, Handler, NotFound, Page, form_of
from collector.console.upload import upload_of
from collector.people.person import Session
from collector.store.engine import lock_school
from collector.store.registers import COUNTY, read_register, store_register
from collector.web.visit import language_of, origin_of
from inventory.diff import TableDiff, register_diff
from inventory.errors import InputError, Problem, Refused, RegisterError
from inventory.load import load_set, register_tables
from inventory.load_files import CSV_TABLES
from inventory.load_sheets import SHEET_FILES
from inventory.register import Register
from inventory.words import _

UPLOAD_BYTES = 16 * 1024 * 1024
SUFFIXES = (*SHEET_FILES, ".csv", ".toml")
WORKBOOKS = ("template.xlsx", "register.xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HELD_S = 900.0
"""As long a file that was looked at can be confirmed."""
HELD_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was understood, and by whom and when it was looked at: what it would make of ``old``."""

    person: str
    name: str
    old: Register | None
    new: Register
    at: float


@dataclass(slots=True)
class Held:
    """Files that wait for a yes, by a secret name; the oldest goes first. They live in this process alone."""

    clock: Callable[[], float] = time.time
    looked: dict[str, Looked] = field(default_factory=dict)

    def keep(self, one: Looked) -> str:
        """The secret name of a file."""
        self._tidy()
        while len(self.looked) >= HELD_AT_ONCE:
            del self.looked[min(self.looked, key=lambda name: self.looked[name].at)]
        name = secrets.token_urlsafe(24)
        self.looked[name] = one
        return name

    def take(self, name: str, person: str) -> Looked:
        """The file, once, for the person who has looked at it; Refused (409) otherwise."""
        self._tidy()
        found = self.looked.get(name)
        if found is None or not hmac.compare_digest(found.person.encode(), person.encode()):
            raise Refused(_("what was looked at is no longer held; send the file again"), status=409)
        return self.looked.pop(name)

    def _tidy(self) -> None:
        oldest = self.clock() - HELD_S
        for name in [name for name, one in self.looked.items() if one.at < oldest]:
            del self.looked[name]


async def imports(console: Console, request: Request, _session: Session) -> Page:
    """The form that a file is sent with."""
    return _page(console, request, {"done": request.query_params.get("done", "") == "1"})


async def workbook(console: Console, request: Request, _session: Session) -> Response:
    """A workbook: an empty one to fill in (template.xlsx), or the register as it stands (register.xlsx)."""
    name = request.path_params["name"]
    if name not in WORKBOOKS:
        raise NotFound(_("there is no file %(name)s") % {"name": name})

    def write() -> bytes:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            register = read_register(connection) or Register(county="")
        return console.render(name, {"register": register}, language_of(request))

    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await run_in_threadpool(write), media_type=XLSX, headers=headers)


def look_deed(held: Held) -> Handler:
    """The handler of a file that is sent: nothing is changed by it."""

    async def handler(console: Console, request: Request, session: Session) -> Page:
        sent = await upload_of(request, session, UPLOAD_BYTES)
        name = sent.name
        part = sent.one("update") == "1" or name.casefold().endswith(".csv")

        def look() -> tuple[Register | None, Register, list[TableDiff], int]:
            with console.engine.connect().execution_options(reads_only=True) as connection:
                old = read_register(connection)
            if part and old is None:
                raise InputError(_("there is no register yet that a part could change; send a whole one"))
            new, examples = understood(name, sent.content, old if part else None)
            before = old or Register(county="")
            return (
                old,
                new,
                register_diff(before, register_tables(before), new, register_tables(new)),
                examples,
            )

        try:
            old, new, tables, examples = await run_in_threadpool(look)
        except RegisterError as error:
            more = {"name": name, "problems": list(error.problems), "all": len(error.every)}
            return _page(console, request, more, status=422)
        changes = any(not table.empty for table in tables)
        secret = held.keep(Looked(session.person.id, name, old, new, held.clock())) if changes else ""
        more = {"name": name, "tables": tables, "secret": secret, "examples": examples}
        return _page(console, request, more)

    return handler


def import_deed(held: Held, then: str = "/console/import?done=1") -> Handler:
    """The handler of the yes: the register becomes what was looked at, if it has not changed meanwhile;
    ``then`` is the page that follows."""

    async def handler(console: Console, request: Request, session: Session) -> Response:
        form = await form_of(request, session)
        looked = held.take(form.get("secret", ""), session.person.id)

        def do() -> None:
            with console.engine.begin() as connection:
                lock_school(connection, COUNTY)
                if read_register(connection) != looked.old:
                    what = _("the register has changed since you looked; send the file again")
                    raise Refused(what, status=409)
                store_register(
                    connection,
                    looked.new,
                    author=session.person.id,
                    at=held.clock(),
                    source=looked.name,
                    origin=origin_of(request),
                )

        await run_in_threadpool(do)
        return RedirectResponse(then, status_code=303)

    return handler


def understood(name: str, content: bytes, base: Register | None) -> tuple[Register, int]:
    """The register of a file, and how many example rows were left out; RegisterError lists its faults. The
    name that was sent says what kind of file it is; it never becomes a path."""
    suffix = Path(name).suffix.casefold()
    if suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise InputError(
            _("is no file that holds a register"), do=_("allowed: %(words)s") % {"words": allowed}
        )
    own = name if name in CSV_TABLES else f"register{suffix}"
    with tempfile.TemporaryDirectory(prefix="wanzhao-import-") as folder:
        path = Path(folder) / own
        path.write_bytes(content)
        loaded = load_set(path, base=base)
    return loaded.register, loaded.examples


def _page(console: Console, request: Request, more: dict[str, object], status: int = 200) -> Page:
    plan = console.plan(request.query_params.get("plan", ""))
    nothing: list[Problem] = []
    data: dict[str, object] = {
        "view": console.view(plan.profile.id),
        "plan": plan.profile.id,
        "suffixes": SUFFIXES,
        "name": "",
        "problems": nothing,
        "all": 0,
        "tables": None,
        "secret": "",
        "examples": 0,
        "done": False,
    }
    return Page("import", data | more, status)
