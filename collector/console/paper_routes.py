"""The addresses of the pages about documents and about tests on site."""

from __future__ import annotations

from starlette.routing import Route

from collector.console import evidence, spot
from collector.console.frame import Console, page
from collector.console.imports import Held, import_deed

SCHOOL = "/console/schools/{school}/evidence"
DOCUMENT = SCHOOL + "/{document}"


def paper_routes(console: Console) -> list[Route]:
    """What clerks hand in and reviewers look at."""
    desk = evidence.Desk()
    held = Held()
    make_so = import_deed(held, "/console/spot?done=1")
    return [
        Route("/console/evidence", page(console, desk.all)),
        Route(SCHOOL, page(console, evidence.of_school)),
        Route(SCHOOL, page(console, evidence.hand_in, "evidence_upload"), methods=["POST"]),
        Route(DOCUMENT, page(console, evidence.document)),
        Route(DOCUMENT, page(console, evidence.review, "evidence_review"), methods=["POST"]),
        Route(DOCUMENT + "/file", page(console, evidence.file)),
        Route("/console/spot", page(console, spot.spot, "spot_check")),
        Route("/console/spot", page(console, spot.look_deed(held), "spot_check"), methods=["POST"]),
        Route("/console/spot/confirm", page(console, make_so, "spot_check"), methods=["POST"]),
    ]
