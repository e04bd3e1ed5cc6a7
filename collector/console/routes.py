"""The addresses of the console."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from collector.console import county, reports, school, work
from collector.console.agents import MakeCode
from collector.console.frame import Asset, Console, page
from collector.console.network_routes import network_routes
from collector.console.paper_routes import paper_routes
from collector.console.people_routes import people_routes
from collector.web.visit import LANGUAGE_COOKIE

YEAR_S = 365 * 86400
KEPT = "/console/reports/kept/{sha256}"


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
        Route("/console/schools/{school}/page.pdf", page(console, school.paper)),
        Route("/console/schools/{school}/targets/{target}", page(console, school.verdict)),
        *network_routes(console, make_code),
        *paper_routes(console),
        *people_routes(console),
        Route("/console/items", page(console, work.items)),
        Route("/console/items/{item}", page(console, work.item_deed), methods=["POST"]),
        Route("/console/baselines", page(console, work.baselines)),
        Route(
            "/console/baselines",
            page(console, work.baseline_deed, "baseline_accept"),
            methods=["POST"],
        ),
        Route("/console/reports", page(console, reports.reports, "report_make")),
        Route("/console/reports", page(console, reports.order, "report_make"), methods=["POST"]),
        Route("/console/reports/runs/{run}", page(console, reports.run, "report_make")),
        Route(KEPT, page(console, reports.kept, "report_make")),
        Route(f"{KEPT}/all.zip", page(console, reports.kept_zip, "report_make")),
        Route(KEPT + "/{name:path}", page(console, reports.kept_file, "report_make")),
        Route("/console/reports/{name}", page(console, reports.report, "report_make")),
        Route("/console/language", language),
        Route("/console/assets/{name}", asset),
    ]
