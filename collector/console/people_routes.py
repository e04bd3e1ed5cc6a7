"""The addresses of the pages about people."""

from __future__ import annotations

from starlette.routing import Route

from collector.console import people, people_deeds
from collector.console.frame import Console, page
from collector.people.person import Action

PERSON = "/console/people/{person}"
CHANGE: tuple[Action, ...] = ("account_change", "role_grant")
SEE: tuple[Action, ...] = (*CHANGE, "audit_read")


def people_routes(console: Console) -> list[Route]:
    """Who has an account, for the keepers of accounts, of roles and of the log; the first two change them."""
    return [
        Route("/console/people", page(console, people.people, *SEE)),
        Route("/console/people", page(console, people_deeds.add_deed, "account_change"), methods=["POST"]),
        Route(PERSON, page(console, people.person, *SEE)),
        Route(PERSON, page(console, people_deeds.person_deed, *CHANGE), methods=["POST"]),
    ]
