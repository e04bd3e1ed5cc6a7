"""Two bits a poll."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.store import polls
from inventory.reading import Outcome

OUTCOMES: list[Outcome] = ["gap", "ok", "down"]


@given(st.dictionaries(st.integers(0, 287), st.sampled_from(OUTCOMES)))
def test_a_day_gives_back_what_was_written(written: dict[int, Outcome]) -> None:
    states = polls.empty(300)
    for place, outcome in written.items():
        polls.write(states, place, outcome)

    assert {p: polls.read(bytes(states), p) for p in range(288)} == {
        p: written.get(p, "gap") for p in range(288)
    }
    assert len(states) == 72


def test_what_answered_once_in_a_slot_stays_ok() -> None:
    states = polls.empty(300)
    for outcome in ("ok", "down", "gap"):
        polls.write(states, 7, outcome)

    assert polls.read(bytes(states), 7) == "ok"


def test_a_finer_grid_is_seen_on_a_coarser_one_and_the_other_way_round() -> None:
    fine, coarse = polls.empty(60), polls.empty(300)
    polls.write(fine, 3, "down")
    polls.write(fine, 4, "ok")
    polls.write(coarse, 2, "down")
    days = {(0, 60): bytes(fine), (0, 300): bytes(coarse)}

    on_300, on_60 = polls.PollDays(days, 300), polls.PollDays(days, 60)

    assert [on_300[0], on_300[300], on_300[600]] == ["ok", "gap", "down"]
    assert [on_60[180], on_60[240], on_60[300], on_60[660]] == ["down", "ok", "gap", "down"]
    assert list(on_300) == [0, 600]
    assert len(on_300) == 2


@given(
    st.sets(st.integers(0, 575)),
    st.sets(st.integers(0, 95)),
    st.sampled_from([150, 300, 900]),
)
def test_many_slots_at_once_are_what_each_is_alone(ok: set[int], down: set[int], asked: int) -> None:
    fine, coarse = (polls.empty(300), polls.empty(300)), polls.empty(900)
    for place in ok:
        polls.write(fine[place // 288], place % 288, "ok")
    for place in down:
        polls.write(coarse, place, "down")
    days = polls.PollDays(
        {(0, 300): bytes(fine[0]), (1, 300): bytes(fine[1]), (1, 900): bytes(coarse)}, asked
    )
    slots = range(0, 3 * 86400, asked)

    assert days.over(slots) == [days[slot] for slot in slots]


@given(
    st.dictionaries(st.integers(0, 575), st.sampled_from(OUTCOMES)),
    st.lists(st.tuples(st.integers(-300, 900), st.integers(1, 400)), min_size=1, max_size=4),
)
def test_masks_say_of_each_slot_what_it_is_alone(
    written: dict[int, Outcome], places: list[tuple[int, int]]
) -> None:
    rows = [polls.empty(300), polls.empty(300)]
    for place, outcome in written.items():
        polls.write(rows[place // 288], place % 288, outcome)
    runs = sorted((86400 * 5 + place * 300, n) for place, n in places)
    days = {(5, 300): bytes(rows[0]), (6, 300): bytes(rows[1])}
    slots = [start + 300 * at for start, n in runs for at in range(n)]

    found = polls.PollDays(days, 300).masks(runs)

    alone = [polls.PollDays(days, 300)[slot] for slot in slots]
    assert found == tuple(
        sum(1 << at for at, outcome in enumerate(alone) if outcome == wanted) for wanted in ("ok", "down")
    )


def test_masks_leave_what_was_polled_on_two_grids_to_be_read_one_by_one() -> None:
    days = {(0, 300): bytes(polls.empty(300)), (0, 60): bytes(polls.empty(60))}

    assert polls.PollDays(days, 300).masks([(0, 12)]) is None


@pytest.mark.parametrize("way", ["masks", "over", "alone", "newest"])
def test_older_days_are_fetched_once_a_window_reaches_back_to_them(way: str) -> None:
    old, new = polls.empty(300), polls.empty(300)
    polls.write(old, 287, "ok")
    fetched: list[str] = []

    def older() -> polls.Days:
        fetched.append("older")
        return {(6, 300): bytes(old)}

    days = polls.PollDays({(7, 300): bytes(new)}, 300, 7, older)
    slot = 7 * 86400 - 300

    assert days.masks([(7 * 86400, 288)]) == (0, 0)
    assert not fetched
    for _again in range(2):
        found = {
            "masks": lambda: days.masks([(slot, 2)]) == (1, 0),
            "over": lambda: days.over([slot + 300, slot]) == ["gap", "ok"],
            "alone": lambda: days[slot] == "ok",
            "newest": lambda: days.newest(9 * 86400) == slot,
        }[way]
        assert found()
    assert fetched == ["older"]
