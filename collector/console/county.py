"""The county's page, and the list of its schools with filters; the same list as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.console.frame import HEADERS, Console, Page
from collector.people.person import Person, Session
from collector.web.visit import language_of
from inventory.verdict import CountyView, SchoolView

PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which schools are asked for; "" is any. ``target`` with ``state`` asks for those in that state."""

    text: str = ""
    township: str = ""
    kind: str = ""
    place: str = ""
    target: str = ""
    state: str = ""
    page: int = 1

    def takes(self, view: SchoolView) -> bool:
        school = view.school
        if self.text and self.text not in school.id and self.text.casefold() not in school.name.casefold():
            return False
        if self.township and self.township != school.township:
            return False
        if self.kind and self.kind != school.kind:
            return False
        if self.place and self.place != school.urban_rural:
            return False
        if not self.state:
            return True
        states = [v.state.value for v in view.verdicts if self.target in ("", v.target)]
        return self.state in states


async def county(console: Console, request: Request, session: Session) -> Page | Response:
    """Targets with their bounds, what has fallen back, how far the data reach."""
    plan = console.plan(request.query_params.get("plan", ""))
    if session.person.is_of_schools:  # a clerk's county is his schools
        return RedirectResponse("/console/schools", status_code=303)
    view = console.view(plan.profile.id)
    return Page("county", {"view": view, "plan": plan.profile.id})


async def schools(console: Console, request: Request, session: Session) -> Page | Response:
    """The schools that a person may see and asks for, a page of them."""
    plan = console.plan(request.query_params.get("plan", ""))
    view = console.view(plan.profile.id)
    asked = filter_of(request)
    found = list(seen_schools(view, session.person, asked)) if view else []
    if request.url.path.endswith(".csv"):
        body = console.render("schools.csv", {"view": view, "schools": found}, language_of(request))
        headers = HEADERS | {"Content-Disposition": 'attachment; filename="schools.csv"'}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(asked.page, pages)
    return Page(
        "schools",
        {
            "view": view,
            "plan": plan.profile.id,
            "filter": asked,
            "choices": _choices(view, session.person),
            "schools": found[(number - 1) * PER_PAGE : number * PER_PAGE],
            "found": len(found),
            "number": number,
            "pages": pages,
        },
    )


def seen_schools(view: CountyView, person: Person, asked: Filter) -> Iterator[SchoolView]:
    """The schools of a view that a person may see and asks for, in the order of the register."""
    return (each for each in view.schools if person.sees(each.school.id) and asked.takes(each))


def filter_of(request: Request) -> Filter:
    """The filter of an address; a page that is no number is the first."""
    told = request.query_params
    number = told.get("page", "1")
    return Filter(
        text=told.get("text", "").strip()[:100],
        township=told.get("township", ""),
        kind=told.get("kind", ""),
        place=told.get("place", ""),
        target=told.get("target", ""),
        state=told.get("state", ""),
        page=int(number) if number.isdecimal() and len(number) < 7 and int(number) > 0 else 1,
    )


def _choices(view: CountyView | None, person: Person) -> dict[str, list[str]]:
    schools = [each.school for each in view.schools if person.sees(each.school.id)] if view else []
    return {
        "township": sorted({school.township for school in schools} - {""}),
        "kind": sorted({school.kind for school in schools}),
        "place": sorted({school.urban_rural for school in schools} - {""}),
        "target": [target.target for target in view.targets] if view else [],
    }
