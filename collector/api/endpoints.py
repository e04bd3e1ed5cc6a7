"""What the API offers: a row for each address and method. Routes and the OpenAPI document are made of it.

Each row names a handler of the console, so that a program and a page get the same answer from the same code;
of the handler's data ``gives`` says which go out, and their types are the document's schemas.
"""

from __future__ import annotations

from collector.api.doing import doing
from collector.api.endpoint import Endpoint
from collector.api.reading import reading
from collector.console.agents import MakeCode
from collector.console.evidence import Desk


def endpoints(make_code: MakeCode | None) -> tuple[Endpoint, ...]:
    """Every row. ``make_code`` makes enrolment codes."""
    return (*reading(Desk()), *doing(make_code))
