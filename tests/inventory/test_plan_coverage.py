"""The profiles that ship against the list of every checkable phrase of the five plans: none is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pytest
from shared import SHARED, need

from inventory.plan import Profile, builtin_profiles, load_profile
from inventory.plan_ids import expanded

LIST = SHARED / "design" / "plan-targets.md"
ROW = re.compile(r"^\| (\d{3}-\d{2}) \|(.*)\|$", re.MULTILINE)
PROFILE_OF = {
    "000": "lanxi-145",
    "001": "changxing-145",
    "002": "binhu-145",
    "003": "linping-145",
    "004": "plan004-145",
}

pytestmark = [need(LIST.parent), pytest.mark.plans]


@dataclass(frozen=True)
class Phrase:
    """A row of the list: its class is a, b or c (a/b: either)."""

    id: str
    text: str
    klass: str


@cache
def phrases() -> dict[str, Phrase]:
    """Every phrase of the list, by its id."""
    found: dict[str, Phrase] = {}
    for id_, rest in ROW.findall(LIST.read_text(encoding="utf-8")):
        cells = [cell.strip() for cell in rest.split("|")]
        klass = next(
            re.match(r"\W*([abc](?:/b)?)\b", cell)
            for cell in cells
            if re.fullmatch(r"\W*[abc](/b)?\W*( \(\+a\))?", cell)
        )
        found[id_] = Phrase(id_, cells[0], klass[1] if klass else "")
    return found


def profile_of(plan: str) -> Profile:
    return load_profile(builtin_profiles()[PROFILE_OF[plan]])


def of_plan(plan: str, classes: str) -> set[str]:
    return {each.id for each in phrases().values() if each.id[:3] == plan and each.klass[0] in classes}


def test_the_list_is_read_whole() -> None:
    counts = {plan: len(of_plan(plan, "abc")) for plan in PROFILE_OF}

    assert counts == {"000": 19, "001": 34, "002": 27, "003": 11, "004": 11}


@pytest.mark.parametrize("plan", list(PROFILE_OF))
def test_every_phrase_that_can_be_judged_has_a_target(plan: str) -> None:
    targeted = {plan_id for target in profile_of(plan).targets for plan_id in target.plan_ids}

    assert targeted == of_plan(plan, "ab")


@pytest.mark.parametrize("plan", list(PROFILE_OF))
def test_every_phrase_that_nothing_can_judge_is_left_out_by_name(plan: str) -> None:
    assert set(profile_of(plan).omitted.c) == of_plan(plan, "c")


@pytest.mark.parametrize("plan", list(PROFILE_OF))
def test_the_index_of_a_profile_is_the_list(plan: str) -> None:
    index = {id_ for entry in profile_of(plan).source.ids for id_ in expanded(entry) or ()}

    assert index == of_plan(plan, "abc")


@pytest.mark.parametrize("plan", list(PROFILE_OF))
def test_a_target_of_devices_is_one_that_devices_can_decide(plan: str) -> None:
    for target in profile_of(plan).targets:
        classes = {phrases()[plan_id].klass for plan_id in target.plan_ids}
        assert any(target.klass in klass.split("/") for klass in classes), (target.id, classes)


@pytest.mark.parametrize("plan", list(PROFILE_OF))
def test_a_target_quotes_the_phrase_that_it_is_about(plan: str) -> None:
    for target in profile_of(plan).targets:
        for plan_id in target.plan_ids:
            words = re.findall(r"`([^`]+)`", phrases()[plan_id].text)
            assert any(word in quote or quote in word for word in words for quote in target.quote), (
                target.id,
                plan_id,
            )
