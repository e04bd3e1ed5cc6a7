"""What stands above a computed verdict: an inspector's test on the spot, an exemption, a county's own
deadline."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from inventory.metrics.look import Look
from inventory.papers import Exemption, SiteTest
from inventory.profile import Target
from inventory.verdict import Evidence, State, Verdict

SITE_TEST_DAYS = 366
"""How long a test on site holds where nothing newer is measured and the inspector named no end."""
NOT_SUBMITTED = frozenset(
    {
        "area_register_empty",
        "ap_register_empty",
        "contract_missing",
        "evidence_missing",
        "facility_missing",
        "register_empty",
        "uplink_not_declared",
        "user_vlans_not_declared",
    }
)
"""Reasons for unknown that only say that somebody has handed nothing in."""


def exemption(look: Look, target: Target) -> str:
    """The document (or the reason) by which the school need not reach a target today, or ""."""
    for row in look.snapshot.school.exemptions:
        is_meant = row.target in (target.id, target.metric) and _is_on(row, look.today)
        if is_meant and look.proof.standing(row) == "accepted":
            return row.document or row.reason or row.target
    return ""


def as_tested_on_site(look: Look, target: Target, verdict: Verdict) -> Verdict:
    """E5 overrides E1 to E4 (metric-catalogue 3.5): the newest test on site decides, until what is measured
    is all of later days, or the inspector's end is reached."""
    tests = [test for test in look.snapshot.school.site_tests if _is_about(test, target, verdict)]
    tests = [test for test in tests if _still_holds(look, test, verdict)]
    if not tests:
        return verdict
    test = max(tests, key=lambda test: test.tested_on)
    state = State.PASS if test.state == "pass" else State.FAIL
    evidence = Evidence(
        level="E5",
        what=test.method or "site test",
        subject=test.inspector,
        value=" ".join(filter(None, [test.state, "" if test.value is None else f"{test.value:g}"])),
        day=test.tested_on,
        document=test.document,
    )
    return replace(
        verdict,
        state=state,
        reason="" if state is State.PASS else "failed_on_site",
        value=verdict.value if test.value is None else test.value,
        level="E5",
        evidence=(evidence, *verdict.evidence),
    )


def after_deadline(verdict: Verdict, today: date, unknown_after: date | None) -> Verdict:
    """After the county's day, what was never handed in fails (metric-catalogue 3.5)."""
    if unknown_after is None or today <= unknown_after:
        return verdict
    if verdict.state is not State.UNKNOWN or verdict.reason not in NOT_SUBMITTED:
        return verdict
    return replace(verdict, state=State.FAIL, reason="not_submitted")


def _is_on(row: Exemption, day: date) -> bool:
    return (row.start is None or row.start <= day) and (row.end is None or day <= row.end)


def _is_about(test: SiteTest, target: Target, verdict: Verdict) -> bool:
    return test.metric in (target.metric, target.id) and test.campus in ("", verdict.subject)


def _still_holds(look: Look, test: SiteTest, verdict: Verdict) -> bool:
    if test.tested_on > look.today:
        return False
    if test.valid_until is not None:
        return look.today <= test.valid_until
    if verdict.window is not None and verdict.state in (State.PASS, State.FAIL):
        zone = ZoneInfo(look.snapshot.calendar.timezone)
        return datetime.fromtimestamp(verdict.window[0], zone).date() <= test.tested_on
    return (look.today - test.tested_on).days <= SITE_TEST_DAYS
