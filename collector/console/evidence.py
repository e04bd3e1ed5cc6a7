"""Documents that prove something: handing in, looking at them, accepting or rejecting."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.console.frame import HEADERS, Console, NotFound, Page, form_of
from collector.console.upload import Upload, upload_of
from collector.people import audit
from collector.people.audit import By
from collector.people.person import Person, Session
from collector.store.documents import DocumentEvent, has_files, keep_file, read_events, read_file, tell
from collector.store.registers import RegisterReader, lock_register, read_county, store_school
from collector.web.visit import origin_of
from inventory.errors import InputError, Problem, Refused
from inventory.papers import Document
from inventory.register import Register, School
from inventory.submit import (
    ADDED,
    FILE_BYTES,
    KINDS,
    PICTURES,
    Handed,
    Review,
    kind_of,
    new_id,
    provable,
    proved_by,
    reviewed,
    with_document,
)
from inventory.words import _

PER_PAGE = 100
FIELDS = 400
"""So many fields a form may have: a school may have many rows to choose from."""
STATES = ("claimed", "accepted", "rejected")
SOURCE = "console"
REVIEWS: dict[str, Review] = {"accept": "accepted", "reject": "rejected"}
"""What a form may ask for, and what a document is after it."""
ALONE = HEADERS | {"Content-Security-Policy": "default-src 'none'; sandbox"}
"""A file that somebody sent is never a page of ours."""


@dataclass(frozen=True, slots=True)
class Line:
    """A document of a school ("": of the county)."""

    school: str
    name: str
    document: Document


@dataclass(slots=True)
class Desk:
    """The register as the pages know it; what has not changed is not read again."""

    reader: RegisterReader = field(default_factory=RegisterReader)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lines(self, connection: Connection, person: Person) -> list[Line]:
        """Every document that a person may see, those that wait for a review first."""
        with self.lock:
            register = self.reader.read(connection, time.time())
        if register is None:
            return []
        found = [
            Line(school.id, school.name, each)
            for school in register.schools
            if person.sees(school.id)
            for each in school.documents
        ]
        if not person.is_of_schools:
            found += [Line("", register.county, each) for each in register.documents]
        return sorted(found, key=lambda line: (line.document.review != "claimed", line.school))

    async def all(self, console: Console, request: Request, session: Session) -> Page:
        """The documents of all schools, by state and text."""
        plan = console.plan(request.query_params.get("plan", ""))
        state = request.query_params.get("state", "")
        text = request.query_params.get("text", "").strip()[:100]
        number = request.query_params.get("page", "1")

        def read() -> list[Line]:
            with console.engine.connect().execution_options(reads_only=True) as connection:
                return self.lines(connection, session.person)

        lines = await run_in_threadpool(read)
        counts = {each: sum(line.document.review == each for line in lines) for each in STATES}
        found = [line for line in lines if state in ("", line.document.review) and _takes(line, text)]
        pages = max(1, -(-len(found) // PER_PAGE))
        at = min(int(number) if number.isdecimal() and 0 < len(number) < 6 else 1, pages) or 1
        data: dict[str, object] = {
            "view": console.view(plan.profile.id),
            "plan": plan.profile.id,
            "state": state,
            "states": STATES,
            "text": text,
            "counts": counts,
            "lines": found[(at - 1) * PER_PAGE : at * PER_PAGE],
            "found": len(found),
            "number": at,
            "pages": pages,
        }
        return Page("evidence", data)


async def of_school(console: Console, request: Request, session: Session) -> Page:
    """A school's documents, and the form to hand in another."""
    return await _school_page(console, request, session, {"done": request.query_params.get("done", "")})


async def hand_in(console: Console, request: Request, session: Session) -> Page | Response:
    """The form and its file: kept, told to the register as claimed, and written into the audit log."""
    school_id = _school_of(request, session.person)
    if not session.person.may("evidence_upload", school_id):
        raise Refused(_("your role does not allow this"), status=403)
    try:
        sent = await upload_of(request, session, FILE_BYTES + 1024 * 1024, FIELDS)
    except InputError as error:
        return await _school_page(console, request, session, {"problems": [_problem(error)]}, 422)
    try:
        made = await run_in_threadpool(_hand_in, console, session, school_id, sent, origin_of(request))
    except InputError as error:
        faults = list(error.problems) or [_problem(error)]
        more = {"problems": faults, "sent": sent}
        return await _school_page(console, request, session, more, 422)
    return RedirectResponse(f"/console/schools/{school_id}/evidence/{made}", status_code=303)


async def document(console: Console, request: Request, session: Session) -> Page:
    """One document: what it says of itself, what it proves, what became of it."""
    school_id = _school_of(request, session.person)
    plan = console.plan(request.query_params.get("plan", ""))

    def read() -> dict[str, object]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            register, school = _one(connection, school_id)
            found = _document(school, request.path_params["document"])
            held = found.sha256 in has_files(connection, school_id)
            return {
                "school": school,
                "document": found,
                "kind": _kind_told(found) if held else "",
                "proves": proved_by(register, found.id),
                "events": read_events(connection, school_id, found.id),
            }

    data = await run_in_threadpool(read)
    own = {"view": console.view(plan.profile.id), "plan": plan.profile.id, "pictures": PICTURES}
    return Page("document", {**own, **data})


async def review(console: Console, request: Request, session: Session) -> Response:
    """Accept or reject a document: from now on it counts, or is known not to."""
    school_id = _school_of(request, session.person)
    form = await form_of(request, session)
    name = request.path_params["document"]
    said = REVIEWS.get(form.get("do", ""))
    if said is None:
        raise NotFound(_("there is no such thing to do"))
    note = form.get("note", "").strip()[:1000]
    if said == "rejected" and not note:
        raise InputError(_("say why it is rejected, so that it can be mended"))
    origin = origin_of(request)

    def do() -> None:
        now = time.time()
        with console.engine.begin() as connection:
            lock_register(connection)
            register, school = _one(connection, school_id)
            before = _document(school, name)
            day = datetime.fromtimestamp(now, ZoneInfo(register.calendar.timezone)).date()
            by = session.person.id
            store_school(connection, reviewed(school, name, said, by, day), author=by, at=now, source=SOURCE)
            tell(connection, school_id, name, DocumentEvent(now, said, by, note))
            about = f"{school_id} {name}"
            after = {"sha256": before.sha256, "note": note}
            audit.write(connection, now, By(by, origin), f"document_{said}", about, before.review, after)

    await run_in_threadpool(do)
    back = f"/console/schools/{school_id}/evidence/{quote(name, safe='')}"
    return RedirectResponse(back, status_code=303)


async def file(console: Console, request: Request, session: Session) -> Response:
    """The file of a document, as it came: a picture is shown, anything else is saved."""
    school_id = _school_of(request, session.person)

    def read() -> tuple[Document, str, bytes]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            _register, school = _one(connection, school_id)
            found = _document(school, request.path_params["document"])
            body = read_file(connection, school_id, found.sha256) if found.sha256 else None
        if body is None:
            raise NotFound(_("the file of this document is not kept here"))
        return found, _kind_told(found), body

    found, kind, body = await run_in_threadpool(read)
    media = KINDS[kind][0] if kind else "application/octet-stream"
    how = "inline" if kind in PICTURES else "attachment"
    # The name is made of hexadecimal digits: no name from outside becomes a file's.
    name = f"{found.sha256[:16]}.{kind or 'bin'}"
    headers = ALONE | {"Content-Disposition": f'{how}; filename="{name}"'}
    return Response(body, media_type=media, headers=headers)


def _hand_in(console: Console, session: Session, school_id: str, sent: Upload, origin: str) -> str:
    kind = kind_of(sent.name, sent.content)
    handed = Handed(
        cells=sent.under("document."),
        keys=tuple(sent.all("proves")),
        new={word: sent.under(f"{word}.") for word in ADDED if sent.one(f"new.{word}") == "1"},
    )
    now = time.time()
    by = session.person.id
    with console.engine.begin() as connection:
        lock_register(connection)
        register, school = _one(connection, school_id)
        day = datetime.fromtimestamp(now, ZoneInfo(register.calendar.timezone)).date()
        sha256 = keep_file(connection, school_id, kind, sent.content, now)
        _refuse_twice(school, sha256)
        own = Document(
            id=new_id(school, register.documents, sha256, day),
            file=f"{sha256[:16]}.{kind}",
            sha256=sha256,
            author=by,
        )
        (new,) = with_document(register, handed, own, day).schools
        store_school(connection, new, author=by, at=now, source=SOURCE)
        tell(connection, school_id, own.id, DocumentEvent(now, "uploaded", by))
        after = {"sha256": sha256, "bytes": len(sent.content)}
        audit.write(
            connection, now, By(by, origin), "document_uploaded", f"{school_id} {own.id}", None, after
        )
    return own.id


def _refuse_twice(school: School, sha256: str) -> None:
    for each in school.documents:
        if each.sha256 == sha256 and each.review != "rejected":
            raise InputError(_("this file was handed in already as document %(id)s") % {"id": each.id})


async def _school_page(
    console: Console, request: Request, session: Session, more: Mapping[str, object], status: int = 200
) -> Page:
    school_id = _school_of(request, session.person)
    plan = console.plan(request.query_params.get("plan", ""))

    def read() -> dict[str, object]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            register, school = _one(connection, school_id)
        today = datetime.now(ZoneInfo(register.calendar.timezone)).date()
        return {"school": school, "rows": provable(register, today), "today": today}

    nothing: list[Problem] = []
    data: dict[str, object] = {
        "view": console.view(plan.profile.id),
        "plan": plan.profile.id,
        "kinds": tuple(KINDS),
        "most": FILE_BYTES // 2**20,
        "problems": nothing,
        "sent": None,
        "done": "",
    }
    return Page("evidence_school", {**data, **await run_in_threadpool(read), **more}, status)


def _school_of(request: Request, person: Person) -> str:
    school_id: str = request.path_params["school"]
    if not person.sees(school_id):
        raise NotFound(_("there is no school %(name)s") % {"name": school_id})
    return school_id


def _one(connection: Connection, school_id: str) -> tuple[Register, School]:
    register = read_county(connection, school_id)
    if register is None or not register.schools:
        raise NotFound(_("there is no school %(name)s") % {"name": school_id})
    return register, register.schools[0]


def _document(school: School, name: str) -> Document:
    found = next((each for each in school.documents if each.id == name), None)
    if found is None:
        raise NotFound(_("there is no document %(id)s") % {"id": name})
    return found


def _kind_told(found: Document) -> str:
    ending = found.file.rpartition(".")[2].casefold()
    return ending if ending in KINDS else ""


def _problem(error: InputError) -> Problem:
    return Problem(error.where, error.what, error.do)


def _takes(line: Line, text: str) -> bool:
    one = line.document
    return any(text.casefold() in each.casefold() for each in (line.school, line.name, one.id, one.title))
