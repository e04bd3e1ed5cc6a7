"""E1, E2, E3, E6, E7 and E11: what papers prove, and what they do not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import AS_OF, Scene

from inventory.metrics.compute import COUNTY, SCHOOL
from inventory.metrics.facilities import E1, E2, E3, E6, E7, E11
from inventory.metrics.kinds import CountyLook
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Document, Facility
from inventory.register import Register, School
from inventory.verdict import State, UnitCounts, Verdict

TODAY = date(2026, 9, 18)
PASS, FAIL, UNKNOWN = State.PASS, State.FAIL, State.UNKNOWN


def judge(
    metric: str, *rows: Facility, params: dict[str, ParamValue] | None = None, **school: Any
) -> Verdict:
    look = Look(Scene().snapshot(facilities=rows, **school))
    return SCHOOL[metric](look, Params(params or {}))


def row(kind: str = "innovation_lab", evidence: str = "accepted", **more: Any) -> Facility:
    return Facility(kind=kind, evidence=evidence, **more)


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        ((row(),), PASS, ""),
        ((), UNKNOWN, "facility_missing"),
        ((row(evidence="claimed"),), UNKNOWN, "evidence_unreviewed"),
        ((row(evidence="none"),), UNKNOWN, "evidence_missing"),
        ((row(evidence="rejected"),), UNKNOWN, "evidence_rejected"),
        ((row(evidence="rejected"), row(evidence="claimed")), UNKNOWN, "evidence_unreviewed"),
        ((row(evidence="rejected"), row()), PASS, ""),
        ((row(absent=True),), FAIL, "declared_none"),
        ((row(absent=True, evidence="rejected"),), UNKNOWN, "facility_missing"),
        # Who has handed something in has not said that there is none.
        ((row(absent=True), row(evidence="claimed")), UNKNOWN, "evidence_unreviewed"),
        ((row(kind="smart_library"),), UNKNOWN, "facility_missing"),
        ((row(completed_on=date(2026, 9, 19)),), UNKNOWN, "facility_missing"),
        ((row(completed_on=TODAY),), PASS, ""),
        ((row(expires_on=date(2026, 9, 17)),), UNKNOWN, "evidence_expired"),
        ((row(expires_on=TODAY),), PASS, ""),
    ],
)
def test_a_space_counts_when_its_paper_is_accepted(
    rows: tuple[Facility, ...], state: State, reason: str
) -> None:
    verdict = judge(E2, *rows)

    assert (verdict.state, verdict.reason) == (state, reason)


@pytest.mark.parametrize(
    ("document", "state", "reason"),
    [
        ({"review": "accepted"}, PASS, ""),
        ({"review": "claimed"}, UNKNOWN, "evidence_unreviewed"),
        ({"review": "rejected"}, UNKNOWN, "evidence_rejected"),
        ({"review": "accepted", "valid_until": date(2026, 9, 17)}, UNKNOWN, "evidence_expired"),
        ({"review": "accepted", "valid_until": TODAY}, PASS, ""),
        ({"review": "accepted", "issued_on": date(2026, 9, 19)}, UNKNOWN, "evidence_missing"),
    ],
)
def test_a_document_that_is_named_decides_and_not_the_row_itself(
    document: dict[str, Any], state: State, reason: str
) -> None:
    paper = Document(id="d1", **document)
    verdict = judge(E2, row(evidence="accepted", document="d1"), documents=(paper,))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_document_that_is_not_there_proves_nothing() -> None:
    assert judge(E2, row(document="d9")).reason == "evidence_missing"


def test_rooms_are_counted_and_as_many_as_asked_for_are_needed() -> None:
    assert judge(E2, row(count=2), params={"min": 2}).state is PASS
    short = judge(E2, row(count=2), params={"min": 3})
    assert (short.state, short.reason, short.value) == (UNKNOWN, "facility_missing", 2.0)


def test_a_profile_may_narrow_the_kinds() -> None:
    assert judge(E2, row(kind="vr_room"), params={"kinds": ("innovation_lab",)}).state is UNKNOWN
    assert judge(E2, row(kind="vr_room")).state is PASS


def test_the_evidence_names_document_day_and_level() -> None:
    paper = Document(id="d1", review="accepted", level="E5")
    verdict = judge(E2, row(document="d1", completed_on=date(2025, 1, 2), name="创客室"), documents=(paper,))

    (evidence,) = verdict.evidence
    assert (evidence.document, evidence.day, evidence.level) == ("d1", date(2025, 1, 2), "E5")
    assert (evidence.subject, verdict.level) == ("创客室", "E5")


@pytest.mark.parametrize(
    ("level", "params", "state", "reason"),
    [
        ("county", {}, PASS, ""),
        ("national", {}, PASS, ""),
        ("school", {}, FAIL, "level_low"),
        ("self", {}, FAIL, "level_low"),
        ("self", {"accept_self_assessment": True}, PASS, ""),
        ("county", {"min_level": "city"}, FAIL, "level_low"),
        ("province", {"min_level": "city"}, PASS, ""),
        ("", {}, UNKNOWN, "evidence_missing"),
    ],
)
def test_recognition_has_to_be_of_the_level(
    level: str, params: dict[str, ParamValue], state: State, reason: str
) -> None:
    verdict = judge(E1, row("smart_campus", level=level), params=params)

    assert (verdict.state, verdict.reason) == (state, reason)


def test_the_highest_recognition_counts() -> None:
    assert judge(E1, row("smart_campus", level="self"), row("smart_campus", level="city")).state is PASS


@pytest.mark.parametrize(
    ("features", "state", "reason"),
    [
        (("self_service", "rfid"), PASS, ""),
        (("self_service",), FAIL, "features_missing"),
        (("rfid", "rfid"), FAIL, "features_missing"),
        ((), FAIL, "features_missing"),
    ],
)
def test_a_library_is_smart_by_two_functions(features: tuple[str, ...], state: State, reason: str) -> None:
    verdict = judge(E3, row("smart_library", features=features))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_better_recognition_that_nobody_has_looked_at_keeps_the_answer_open() -> None:
    low = row("smart_campus", level="school")

    waiting = judge(E1, low, row("smart_campus", "claimed", level="city"))
    assert (waiting.state, waiting.reason) == (UNKNOWN, "evidence_unreviewed")
    assert judge(E1, low, row("smart_campus", "claimed", level="school")).reason == "level_low"
    assert judge(E1, low, row("smart_campus", "rejected", level="city")).reason == "level_low"


def test_a_better_library_that_nobody_has_looked_at_keeps_the_answer_open() -> None:
    poor, rich = ("rfid",), ("rfid", "self_service")

    waiting = judge(E3, row("smart_library", features=poor), row("smart_library", "claimed", features=rich))
    assert (waiting.state, waiting.reason) == (UNKNOWN, "evidence_unreviewed")
    still = judge(E3, row("smart_library", features=poor), row("smart_library", "claimed", features=poor))
    assert (still.state, still.reason) == (FAIL, "features_missing")


def test_a_library_that_nobody_has_accepted_is_unknown_whatever_it_has() -> None:
    assert judge(E3, row("smart_library", "claimed")).reason == "evidence_unreviewed"


def test_a_digital_home_school_is_one_row() -> None:
    assert judge(E6, row("digital_home_school")).state is PASS
    assert judge(E6).state is UNKNOWN


def county(*schools: tuple[Facility, ...], own: tuple[Facility, ...] = ()) -> CountyLook:
    rows = tuple(
        School(id=f"{n}", name=f"{n}", kind="primary", stages=("primary",), facilities=found)
        for n, found in enumerate(schools)
    )
    register = Register(county="县", schools=rows, facilities=own)
    return CountyLook(register=register, schools=rows, views=(), agents=(), as_of=AS_OF)


def titled(*states: str) -> CountyLook:
    return county(*((row("smart_campus_demo", state),) if state else () for state in states))


@pytest.mark.parametrize(
    ("states", "p", "u"),
    [
        (["accepted"] * 6 + ["claimed"] * 3, 6, 3),
        (["accepted"] * 6 + ["claimed"], 6, 1),
        (["", "", "accepted"], 1, 0),
        (["rejected"], 0, 0),
        (["none", "rejected", "accepted"], 1, 1),
    ],
)
def test_titles_are_counted_and_no_row_is_no_title(states: list[str], p: int, u: int) -> None:
    verdict = COUNTY[E7](titled(*states), Params({"kind": "smart_campus_demo"}))

    assert verdict.units == UnitCounts(p=p, f=0, u=u)


def test_items_of_a_school_are_added_up_and_silence_may_hide_one() -> None:
    params: dict[str, ParamValue] = {"kinds": ("ordinary_lab",), "count_by": "items"}

    assert judge(
        E11, row("ordinary_lab", count=3), row("ordinary_lab", "claimed", count=2), params=params
    ).units == (UnitCounts(p=3, f=0, u=2))
    assert judge(E11, params=params).units == UnitCounts(p=0, f=0, u=1)
    assert judge(E11, row("ordinary_lab", absent=True), params=params).units == UnitCounts(p=0, f=0, u=0)


@pytest.mark.parametrize(
    ("evidence", "reason"), [("rejected", "evidence_rejected"), ("none", "evidence_missing")]
)
def test_items_without_a_good_paper_are_unknown_and_do_not_fail(evidence: str, reason: str) -> None:
    params: dict[str, ParamValue] = {"kinds": ("ordinary_lab",), "count_by": "items"}
    verdict = judge(E11, row("ordinary_lab", evidence, count=2), params=params)

    assert (verdict.state, verdict.reason, verdict.units) == (UNKNOWN, reason, UnitCounts(p=0, f=0, u=2))


def test_an_item_whose_paper_has_run_out_leaves_the_sum_open() -> None:
    old = row("renewal_project", count=3, expires_on=date(2026, 9, 17))
    look = county((old,), own=(row("renewal_project"),))
    verdict = COUNTY[E11](look, Params({"kinds": ("renewal_project",), "count_by": "items"}))

    assert verdict.units == UnitCounts(p=1, f=0, u=3)


def test_the_county_counts_its_own_rows_and_those_of_its_schools() -> None:
    look = county((row("renewal_project", count=2),), (), own=(row("renewal_project"),))
    verdict = COUNTY[E11](look, Params({"kinds": ("renewal_project",), "count_by": "items"}))

    assert verdict.units == UnitCounts(p=3, f=0, u=0)


def test_documents_are_counted_by_the_names_that_the_plan_gives() -> None:
    own = (row("document", name="实施方案"), row("document", name="别的"))
    params = Params({"kinds": ("document",), "names": ("实施方案", "施工图"), "count_by": "items"})

    assert COUNTY[E11](county(own=own), params).units == UnitCounts(p=1, f=0, u=0)


standings = st.sampled_from(["accepted", "claimed", "rejected", "none"])
rows = st.lists(st.builds(row, evidence=standings, count=st.integers(1, 3), absent=st.booleans()), max_size=5)


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(found: list[Facility], chance: Any) -> None:
    mixed = found[:]
    chance.shuffle(mixed)
    one, other = judge(E2, *found), judge(E2, *mixed)

    assert (one.state, one.reason, one.value) == (other.state, other.reason, other.value)


@given(rows)
def test_one_more_accepted_paper_never_takes_a_pass_away(found: list[Facility]) -> None:
    assert judge(E2, *found, row()).state is PASS


@given(st.lists(st.builds(row, evidence=st.sampled_from(["claimed", "rejected", "none"])), max_size=5))
def test_without_an_accepted_paper_nothing_passes(found: list[Facility]) -> None:
    assert judge(E2, *found).state is UNKNOWN
