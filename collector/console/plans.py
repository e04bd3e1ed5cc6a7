"""The plans that judge here, the versions that have judged, and what differs between two of them."""

from __future__ import annotations

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from collector.console.frame import Console, NotFound, Page
from collector.judging import Plan
from collector.people.person import Session
from collector.store.verdicts import KeptVersion, read_versions
from inventory.plan import Profile, parse_profile
from inventory.plan_diff import PlanDiff, plan_diff
from inventory.profile import Change
from inventory.words import _


async def plans(console: Console, request: Request, _session: Session) -> Page:
    """Every plan that is configured; of the one that is asked for its versions, and two of them compared:
    ``?plan=ID&old=VERSION&new=VERSION``."""
    told = request.query_params
    plan = console.plan(told.get("plan", ""))

    def read() -> list[KeptVersion]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            return [one for one in read_versions(connection) if one.profile_id == plan.profile.id]

    kept = await run_in_threadpool(read)
    chosen = (told.get("old", ""), told.get("new", "") or plan.profile.version)
    diff: PlanDiff | None = None
    reasons: tuple[Change, ...] = ()
    if chosen[0]:
        old, new = (_profile(plan, kept, version) for version in chosen)
        diff = plan_diff(old, new)
        reasons = tuple(change for change in new.changes if change.version == new.version)
    return Page(
        "plans",
        {
            "view": console.view(plan.profile.id),
            "plan": plan.profile.id,
            "profile": plan.profile,
            "kept": kept,
            "versions": versions_of(plan, kept),
            "chosen": chosen,
            "diff": diff,
            "reasons": reasons,
        },
    )


def versions_of(plan: Plan, kept: list[KeptVersion]) -> list[str]:
    """The versions that can be compared, the newest last; the configured one may not have judged yet."""
    return list(dict.fromkeys([*(one.version for one in kept), plan.profile.version]))


def _profile(plan: Plan, kept: list[KeptVersion], version: str) -> Profile:
    """A version of a plan. PlanError where a text of long ago is none by the rules of today."""
    for one in kept:
        if one.version == version:
            return replace(parse_profile(one.text, where=f"{one.profile_id} {version}"), sha256=one.sha256)
    if version == plan.profile.version:
        return plan.profile
    raise NotFound(
        _("there is no version %(version)s of the plan %(plan)s")
        % {"version": version, "plan": plan.profile.id}
    )
