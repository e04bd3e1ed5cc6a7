"""The county's own sign-on, as the browser meets it: off to the issuer, and back."""

from __future__ import annotations

import html
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector.people import oidc
from collector.people.entry import by_subject
from collector.web.desk import Desk
from collector.web.intake import audit
from collector.web.visit import HEADERS, go, is_over_tls, may_sign_in, origin_of, safe_next
from inventory.errors import CollectorError, Refused
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

OIDC_COOKIE = "wanzhao_oidc"
OIDC_PATH = "/console/oidc"


@dataclass(slots=True)
class SignOnDesk:
    """The two handlers, and what they share."""

    desk: Desk
    sign_on: oidc.SignOn

    async def start(self, request: Request) -> Response:
        next_ = safe_next(request.query_params.get("next", ""))
        if not may_sign_in(request, self.desk.edge.settings.console):
            return self.desk.page(request, "login", next_, _("sign in over https"), status=403)
        try:
            address, asked = await self.sign_on.start(next_)
        except CollectorError as error:
            log.error("%s", error)
            return self.desk.page(request, "login", next_, error.what, status=502)
        answer = go(address)
        self._keep(answer, request, oidc.sealed(self.desk.edge.pepper, asked, self.desk.edge.clock()))
        return answer

    async def callback(self, request: Request) -> Response:
        told, now = request.query_params, self.desk.edge.clock()
        asked = oidc.unsealed(self.desk.edge.pepper, request.cookies.get(OIDC_COOKIE, ""), now)
        next_ = asked.next if asked else ""
        if (wait_s := self.desk.admit(request)) > 0:
            return self.desk.busy_page(request, next_, wait_s)
        try:
            if asked is None or "code" not in told:
                raise Refused(_("the sign-on was not begun here, took too long, or was refused"), status=401)
            subject = await self.sign_on.finish(
                asked, told.get("state", ""), told["code"], told.get("iss"), now
            )
        except CollectorError as error:
            audit(request, 401, f"the sign-on: {error}")
            status = error.status if isinstance(error, Refused) else 502
            answer = self.desk.page(request, "login", next_, error.what, status=status)
        else:
            origin = origin_of(request)
            entered = await run_in_threadpool(by_subject, self.desk.gate, subject, origin, now)
            if entered is None:
                audit(request, 401, "a subject without an account")
                answer = self.desk.page(request, "login", next_, _("you have no account here"), status=401)
            else:
                answer = await self.desk.welcome(request, entered, _step_over(next_))
        self._keep(answer, request, "")
        return answer

    def _keep(self, answer: Response, request: Request, value: str) -> None:
        """SameSite=Lax: the issuer's page sends the browser back, and a strict cookie would stay behind."""
        answer.set_cookie(
            OIDC_COOKIE,
            value,
            max_age=oidc.WAIT_S if value else 0,
            path=OIDC_PATH,
            secure=is_over_tls(request, self.desk.edge.settings.console),
            httponly=True,
            samesite="lax",
        )


def _step_over(next_: str) -> Response:
    """A page that goes on by itself: a strict cookie does not follow a redirect that another site began."""
    path = html.escape(safe_next(next_))
    body = f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={path}">'
    link = f'<a href="{path}">{path}</a>'
    return Response(body + link, media_type="text/html; charset=utf-8", headers=HEADERS)
