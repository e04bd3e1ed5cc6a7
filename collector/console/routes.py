"""The addresses of the console."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from collector.console import county, school, work
from collector.console.agents import MakeCode
from collector.console.frame import HEADERS, Asset, Console, NotFound, Page, page
from collector.console.network_routes import network_routes
from collector.console.people_routes import people_routes
from collector.people.person import Session
from collector.web.visit import LANGUAGE_COOKIE
from inventory.words import _

YEAR_S = 365 * 86400


def console_routes(
    console: Console, assets: Mapping[str, Asset], make_code: MakeCode | None = None
) -> list[Route]:
    """Every page of the console but those for signing in. ``make_code`` makes
    enrolment codes."""

    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=3600"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    async def language(request: Request) -> Response:
        to = "en" if request.query_params.get("to") == "en" else "zh"
        back = request.query_params.get("back", "")
        safe = back if back.startswith("/console/") and "//" not in back and "\\" not in back else "/console/"
        answer = RedirectResponse(safe, status_code=303)
        answer.set_cookie(LANGUAGE_COOKIE, to, max_age=YEAR_S, path="/", samesite="lax", httponly=True)
        return answer

    return [
        Route("/console", lambda _request: RedirectResponse("/console/", status_code=303)),
        Route("/console/", page(console, county.county)),
        Route("/console/schools", page(console, county.schools)),
        Route("/console/schools.csv", page(console, county.schools)),
        Route("/console/schools/{school}", page(console, school.school)),
        Route("/console/schools/{school}/targets/{target}", page(console, school.verdict)),
        *network_routes(console, make_code),
        *people_routes(console),
        Route("/console/items", page(console, work.items)),
        Route("/console/items/{item}", page(console, work.item_deed), methods=["POST"]),
        Route("/console/baselines", page(console, work.baselines)),
        Route(
            "/console/baselines",
            page(console, work.baseline_deed, "baseline_accept"),
            methods=["POST"],
        ),
        Route("/console/reports", page(console, reports, "report_make")),
        Route("/console/reports/{name}", page(console, report, "report_make")),
        Route("/console/language", language),
        Route("/console/assets/{name}", asset),
    ]


async def reports(console: Console, request: Request, session: Session) -> Page:
    """The report as of now, in every form. A clerk's is his school's page."""
    plan = console.plan(request.query_params.get("plan", ""))
    prefix = f"/report/{plan.profile.id}/"
    names = sorted(path.removeprefix(prefix) for path in console.published().pages if path.startswith(prefix))
    view = console.view(plan.profile.id)
    shown = [] if session.person.is_of_schools else names
    return Page("reports", {"view": view, "plan": plan.profile.id, "names": shown})


async def report(console: Console, request: Request, session: Session) -> Response:
    """One form of the report, for those who may see the whole county."""
    plan = console.plan(request.query_params.get("plan", ""))
    found = console.published().pages.get(f"/report/{plan.profile.id}/{request.path_params['name']}")
    if found is None or session.person.is_of_schools:
        raise NotFound(_("there is no such report"))
    body = await run_in_threadpool(found.render)
    csp = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    headers = HEADERS | {"Content-Security-Policy": csp}
    return Response(body, media_type=found.media_type, headers=headers)
