"""What every page of the console shares: who is asking, the plan, the language, the frame around it.

A handler gives the name of a page and its data; the pages themselves are drawn by a function from outside
(exporters/console), so that nothing here knows HTML.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, quote

import msgspec
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.config import ConsoleSettings
from collector.judging import Plan
from collector.people.person import Action, Session
from collector.publish import Published
from collector.report_runs import ReportRuns
from collector.web.intake import read_body
from collector.web.visit import LOGIN, Render, language_of
from inventory.errors import InputError, Refused
from inventory.verdict import CountyView
from inventory.words import _, speaking

Language: TypeAlias = Literal["zh", "en"]
Data: TypeAlias = dict[str, object]

FORM_BYTES = 65_536
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the pages need: style, script, picture."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages are made from. ``session_of`` says who is asking; None: nobody who has signed in.
    ``runs`` makes reports that are ordered, in ``forms``."""

    engine: Engine
    plans: Sequence[Plan]
    published: Callable[[], Published]
    render: Render
    session_of: Callable[[Request], Awaitable[Session | None]]
    runs: ReportRuns | None = None
    forms: tuple[str, ...] = ()
    settings: ConsoleSettings = field(default_factory=ConsoleSettings)

    def plan(self, wanted: str) -> Plan:
        """A configured plan; the first where none is named. InputError where there is none of the name."""
        for plan in self.plans:
            if wanted in ("", plan.profile.id):
                return plan
        raise NotFound(_("there is no plan %(name)s") % {"name": wanted})

    def view(self, plan: str) -> CountyView | None:
        """The county as it was last judged; None before the first time."""
        return self.published().views.get(plan)


class NotFound(InputError):  # noqa: N818 - reads as what happened
    """What was asked for is not there, or is not for the one who asks: both say the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a handler gives: the name of a page, its data, its status."""

    name: str
    data: Mapping[str, object]
    status: int = 200


Handler: TypeAlias = Callable[[Console, Request, Session], Awaitable[Page | Response]]


def page(console: Console, handler: Handler, *actions: Action) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that asks who is there, whether he may do one of these (to read, where none is named), and
    draws what the handler gives."""

    async def endpoint(request: Request) -> Response:
        session = await console.session_of(request)
        with speaking(language_of(request)):
            return await _answer(console, handler, actions or ("read",), request, session)

    return endpoint


async def _answer(
    console: Console,
    handler: Handler,
    actions: Sequence[Action],
    request: Request,
    session: Session | None,
) -> Response:
    if session is None:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{LOGIN}?next={quote(asked, safe='')}", status_code=303)
    if not any(session.person.may(action) for action in actions):
        return drawn(console, request, session, Page("refused", {"why": "forbidden"}, 403))
    try:
        found = await handler(console, request, session)
    except NotFound as error:
        found = Page("refused", {"why": str(error)}, 404)
    except Refused as error:
        found = Page("refused", {"why": str(error)}, error.status or 403)
    except InputError as error:
        found = Page("refused", {"why": str(error)}, 400)
    return found if isinstance(found, Response) else drawn(console, request, session, found)


def drawn(console: Console, request: Request, session: Session, found: Page) -> Response:
    """A page in its frame."""
    language = language_of(request)
    frame: Data = {
        "language": language,
        "session": True,
        "csrf": session.csrf,
        "person": session.person,
        "path": request.url.path,
        "query": dict(request.query_params),
        "plans": [(plan.profile.id, plan.profile.head.title) for plan in console.plans],
    }
    body = console.render(found.name, {**frame, **found.data}, language)
    return Response(body, status_code=found.status, media_type="text/html", headers=HEADERS)


def _told(body: bytes) -> dict[str, str]:
    """The fields of a JSON object; InputError where it is none of texts and numbers."""
    try:
        found = msgspec.json.decode(body, type=dict[str, str | int | float | bool | None])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(_("a JSON object of texts is needed")) from error
    return {name: "" if value is None else str(value) for name, value in found.items()}


async def form_of(request: Request, session: Session) -> dict[str, str]:
    """The fields of a form that was sent from a page of this session; Refused (403) from anywhere else."""
    body = await read_body(request, FORM_BYTES)
    if session.by_token:
        return _told(body)
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if not hmac.compare_digest(fields.pop("csrf", "").encode(), session.csrf.encode()):
        raise Refused(_("this form was not sent from a page of yours; open the page again"), status=403)
    return fields
