"""The addresses of the API: who asks by his token, whether he may, what the page's own handler answers."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from collector.api.endpoint import BASE, Endpoint
from collector.api.endpoints import endpoints
from collector.api.openapi import PROBLEM, document
from collector.console.agents import MakeCode
from collector.console.frame import Console, NotFound
from collector.people.api_tokens import USED_EVERY_S, Bearer, bearer_of, touch_token
from collector.people.person import Session
from collector.store.code_tries import CodeTries
from collector.web.intake import Edge, audit, bearer
from collector.web.visit import language_of, origin_of
from inventory.errors import InputError, Refused
from inventory.words import _, speaking

TRIES_PER_ADDRESS, TRIES_OVERALL = 30, 600
"""Wrong tokens of ten minutes before the next has to wait."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(slots=True)
class Door:
    """Who may come in."""

    edge: Edge
    tries: CodeTries = field(
        default_factory=lambda: CodeTries(per_source=TRIES_PER_ADDRESS, overall=TRIES_OVERALL)
    )

    async def open(self, request: Request) -> Bearer:
        """Whom the request's token acts for; Refused (401) where it is none, (429) after many wrong ones."""
        source = origin_of(request)
        wait_s = self.tries.admit(source, self.edge.monotonic())
        if wait_s > 0:
            raise Refused(_("too many wrong tokens; wait %(n)d s") % {"n": math.ceil(wait_s)}, status=429)
        token = bearer(request.headers.get("authorization", ""))
        found = await run_in_threadpool(self._find, token) if token else None
        if found is None:
            audit(request, 401, "a token of the API")
            raise Refused(_("the token is missing, wrong, over or revoked"), status=401)
        self.tries.right(source)
        return found

    def _find(self, token: str) -> Bearer | None:
        now = self.edge.clock()
        with self.edge.engine.connect().execution_options(reads_only=True) as connection:
            found = bearer_of(connection, self.edge.pepper, token, now)
        if found is not None and now - (found.token.used_at or 0.0) > USED_EVERY_S:
            with self.edge.engine.begin() as connection:
                touch_token(connection, found.token.id, now)
        return found


def api_routes(edge: Edge, console: Console, make_code: MakeCode | None) -> list[Route]:
    """Every address of the API, and its own document."""
    rows = endpoints(make_code)
    told = json.dumps(document(rows), ensure_ascii=False).encode()
    door = Door(edge)

    async def openapi(_request: Request) -> Response:
        return Response(
            told, media_type="application/json", headers={"Cache-Control": "public, max-age=3600"}
        )

    async def nothing(request: Request) -> Response:
        with speaking(language_of(request)):
            return _problem(404, _("there is no such address"))

    return [
        Route(f"{BASE}/openapi.json", openapi),
        *(Route(BASE + row.path, _endpoint(door, console, row), methods=[row.method]) for row in rows),
        Route("/api/{rest:path}", nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]


def _endpoint(door: Door, console: Console, row: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        with speaking(language_of(request)):
            try:
                return await _answer(door, console, row, request)
            except NotFound as error:
                return _problem(404, str(error))
            except Refused as error:
                return _problem(error.status or 403, str(error))
            except InputError as error:
                return _problem(400, str(error))

    return endpoint


async def _answer(door: Door, console: Console, row: Endpoint, request: Request) -> Response:
    found = await door.open(request)
    person = found.account.person(separated=door.edge.settings.console.separate_duties)
    if row.scope not in found.token.scopes:
        raise Refused(_("the token lacks the scope %(name)s") % {"name": row.scope}, status=403)
    if not person.may(row.action):
        raise Refused(_("your role does not allow this"), status=403)
    session = Session(person=person, csrf="", language=language_of(request), by_token=True)
    made = await row.handler(console, request, session)
    if isinstance(made, RedirectResponse):
        return _redirected(made, request)
    if isinstance(made, Response):
        return made
    body = {name: made.data.get(name) for name in row.gives}
    return Response(
        msgspec.json.encode(body, enc_hook=_plain),
        status_code=made.status,
        media_type="application/json",
        headers=HEADERS,
    )


def _plain(value: object) -> object:
    """What msgspec does not know: a mapping that cannot be changed, else its text."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _redirected(made: RedirectResponse, request: Request) -> Response:
    """A page would go on to another one: here a deed is done, or a page is not for this person."""
    if request.method == "GET":
        raise Refused(_("your role does not allow this"), status=403)
    see = made.headers["location"].replace("/console/", f"{BASE}/", 1)
    body: Mapping[str, Any] = {"done": True, "see": see}
    return Response(msgspec.json.encode(body), media_type="application/json", headers=HEADERS)


def _problem(status: int, detail: str) -> Response:
    """An error as RFC 9457 has it."""
    titles: Mapping[int, str] = {
        400: _("what was sent is wrong"),
        401: _("not signed in"),
        403: _("not allowed"),
        404: _("not found"),
        409: _("changed meanwhile"),
        413: _("too large"),
        429: _("too many"),
    }
    body = {"type": "about:blank", "title": titles.get(status, ""), "status": status, "detail": detail}
    headers = HEADERS | ({"WWW-Authenticate": 'Bearer realm="wanzhao"'} if status == 401 else {})
    return Response(
        json.dumps(body, ensure_ascii=False), status_code=status, media_type=PROBLEM, headers=headers
    )
