"""What pages with a session share: cookies, forms, languages, where to go on.

A cookie is HttpOnly, SameSite=Strict and, over TLS, Secure with the prefix __Host- (no other host and no page
without TLS can set it). Without TLS nobody signs in but on the collector's own machine.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.config import ConsoleSettings
from collector.web.intake import read_body
from inventory.errors import Refused
from inventory.words import _

Language: TypeAlias = Literal["zh", "en"]
Render: TypeAlias = Callable[[str, dict[str, object], Language], bytes]
"""(name of a page, its data, language) -> HTML."""

CONSOLE = "/console"
LOGIN = "/console/login"
ACCOUNT = "/console/account"
SESSION_COOKIE = "wanzhao_session"
CODE_COOKIE = "wanzhao_code"
FORM_COOKIE = "wanzhao_form"
LANGUAGE_COOKIE = "wanzhao_language"
FORM_LIMIT = 16 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PATH = re.compile(r"/console(?:[/?][A-Za-z0-9/_.~%?=&:,+-]*)?")


def is_over_tls(request: Request, settings: ConsoleSettings) -> bool:
    """Whether the browser speaks TLS: to us, or to the proxy that the county says is in front."""
    return request.url.scheme == "https" or settings.behind_tls


def may_sign_in(request: Request, settings: ConsoleSettings) -> bool:
    """TLS, or a browser on the collector's own machine."""
    if is_over_tls(request, settings):
        return True
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def origin_of(request: Request) -> str:
    """The address that a request comes from, as the connection has it; what headers say is not believed."""
    return request.client.host if request.client else ""


def read_cookie(request: Request, name: str, settings: ConsoleSettings) -> str:
    """A cookie of ours, or ""."""
    return request.cookies.get(_named(name, is_over_tls(request, settings)), "")


def set_cookie(answer: Response, request: Request, name: str, value: str, settings: ConsoleSettings) -> None:
    """Give a cookie for as long as the browser is open; "" takes it back."""
    secure = is_over_tls(request, settings)
    answer.set_cookie(
        _named(name, secure),
        value,
        max_age=None if value else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def language_of(request: Request) -> Language:
    """The language of a page: as its reader chose, else as the browser asks, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    wanted = request.headers.get("accept-language", "").lower()
    places = {word: wanted.find(word) for word in ("zh", "en")}
    return "en" if places["en"] >= 0 and not 0 <= places["zh"] < places["en"] else "zh"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small form; of a field that comes twice the last. Refused for another kind of body."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise Refused(_("the request needs a form"), status=415)
    body = await read_body(request, FORM_LIMIT)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50))
    except ValueError as error:
        raise Refused(_("the request needs a form"), status=400) from error


def safe_next(path: str) -> str:
    """A path of the console to go on to; anything else, another host above all, is the first page."""
    is_ours = _PATH.fullmatch(path) and "//" not in path and ".." not in path
    return path if is_ours and not path.startswith(LOGIN) else CONSOLE


def drawn(
    render: Render, name: str, data: dict[str, object], language: Language, status: int = 200
) -> Response:
    """A page as an answer that nobody keeps."""
    body = render(name, data | {"language": language}, language)
    return Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=HEADERS)


def go(path: str) -> Response:
    """On to another page of ours."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def _named(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name
