"""A browser for the console's pages in process: cookies are kept, redirects are seen, pages are data."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from collector.web.intake import Edge
from collector.web.signin import check_csrf, session_of, signin_routes

PLAIN = "http://127.0.0.1"


def draw(name: str, data: dict[str, object], language: Literal["zh", "en"]) -> bytes:
    """A page as JSON."""
    assert data["language"] == language
    return json.dumps({"page": name} | data, ensure_ascii=False).encode()


def console(edge: Edge) -> Starlette:
    """The sign-in, and one page that needs it."""

    async def page(request: Request) -> Response:
        session = await session_of(edge, request)
        if session is None:
            return JSONResponse({}, status_code=401)
        given = request.query_params.get("csrf", "")
        return JSONResponse(
            {"id": session.person.id, "csrf": session.csrf, "right": check_csrf(session, given)}
        )

    return Starlette(routes=[Route("/console", page), *signin_routes(edge, draw)])


class Browser:
    """``address`` is where it comes from, ``base`` what it has typed in."""

    def __init__(self, app: Any, base: str = PLAIN, address: str = "127.0.0.1") -> None:
        self._app = app
        self._base = base
        self._address = address
        self.cookies = httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, form: dict[str, str], **options: Any) -> httpx.Response:
        return self.ask("POST", path, data=form, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self.work(method, path, **options))

    async def work(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One question, in a loop that runs already."""
        transport = httpx.ASGITransport(self._app, client=(self._address, 40000))
        async with httpx.AsyncClient(
            transport=transport,
            base_url=self._base,
            cookies=self.cookies,
            headers={"Accept-Language": "en"},
        ) as client:
            answer = await client.request(method, path, **options)
            self.cookies = client.cookies
            return answer

    def sign_in(self, name: str, password: str, next_: str = "") -> httpx.Response:
        """The first page, filled in."""
        csrf = self.get("/console/login").json()["csrf"]
        form = {"name": name, "password": password, "csrf": csrf, "next": next_}
        return self.post("/console/login", form)

    def is_in(self) -> bool:
        return self.get("/console").status_code == 200
