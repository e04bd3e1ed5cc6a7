"""The audit log, newest first, and whether it is still as it was written."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from collector.console.frame import Console, Page
from collector.people.audit import ACTIONS, Broken, Entry, Head, head_of, read_audit, verify
from collector.people.person import Session

PER_PAGE = 100


async def audit_log(console: Console, request: Request, _session: Session) -> Page:
    """Rows of the log by who and what; ``?before=NUMBER`` are older; ``?verify=1`` looks at every row."""
    told = request.query_params
    who, action = told.get("who", "").strip()[:128], told.get("action", "")
    before = told.get("before", "")
    below = int(before) if before.isdecimal() and len(before) < 16 else None
    plan = console.plan(told.get("plan", ""))

    def read() -> tuple[list[Entry], Head, Broken | None]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            rows = read_audit(connection, before=below, limit=PER_PAGE + 1, who=who, action=action)
            broken = verify(connection) if told.get("verify") == "1" else None
            return rows, head_of(connection), broken

    rows, head, broken = await run_in_threadpool(read)
    return Page(
        "audit",
        {
            "view": console.view(plan.profile.id),
            "plan": plan.profile.id,
            "rows": rows[:PER_PAGE],
            "older": rows[PER_PAGE - 1].number if len(rows) > PER_PAGE else None,
            "head": head,
            "who": who,
            "action": action,
            "actions": dict(ACTIONS),
            "verified": told.get("verify") == "1",
            "broken": broken,
        },
    )
