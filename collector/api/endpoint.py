"""One row of the API's table: an address, a method, who may, what comes in and what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from collector.console.frame import Handler
from collector.people.api_tokens import Scope
from collector.people.person import Action

Method = Literal["GET", "POST"]
BASE = "/api/v1"
SCHOOL = "/schools/{school}"
DOCUMENT = SCHOOL + "/evidence/{document}"
DEVICE = SCHOOL + "/devices/{campus}/{device}"
KEPT = "/reports/kept/{sha256}"
PLAN = {"plan": "id of a configured plan; the first where it is not given"}
AS_OF = {"as_of": "date or time in the county's zone, 2026-12-31 or 2026-12-31T18:00; else now"}
PAGED = {"page": "number of the page, from 1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``query`` are parameters of the address, ``fields`` those of a JSON object that is sent, ``upload``
    says that a form with a file is sent instead. ``gives``: of the handler's data what goes out, with its
    type; empty: only that it is done. ``body`` is the media type of an answer that is a file."""

    method: Method = "GET"
    path: str
    handler: Handler
    scope: Scope
    words: str
    action: Action = "read"
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    upload: bool = False
    gives: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
