"""Which polls count: school days, holidays, make-up days, the freeze, and polls under way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.clock import is_school_day, slots, window_s
from inventory.register import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN = Calendar()
NATIONAL_DAY = Calendar(
    holidays=frozenset(date(2026, 10, n) for n in range(1, 8)),
    workdays=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)
SUMMER = Calendar(holidays=frozenset(date(2026, 7, 1) + timedelta(days=n) for n in range(62)))


def at(*when: int) -> float:
    return datetime(*when, tzinfo=ZONE).timestamp()  # type: ignore[misc]


def days_of(found: object) -> list[date]:
    local = [datetime.fromtimestamp(slot, ZONE).date() for slot in found]  # type: ignore[attr-defined]
    return sorted(set(local))


def test_a_plain_week_holds_five_days_of_120_polls() -> None:
    found = slots("7d", "school", at(2026, 9, 18, 20), 300, PLAIN)

    assert (len(found), len(days_of(found))) == (600, 5)


def test_school_hours_begin_and_end_to_the_minute() -> None:
    found = slots("7d", "school", at(2026, 9, 18, 20), 300, PLAIN)
    times = {datetime.fromtimestamp(slot, ZONE).time() for slot in found}

    assert (min(times), max(times)) == (time(7, 30), time(17, 25))


def test_a_make_up_saturday_is_a_school_day_and_a_holiday_monday_is_not() -> None:
    assert is_school_day(date(2026, 10, 10), NATIONAL_DAY)
    assert not is_school_day(date(2026, 10, 5), NATIONAL_DAY)
    assert not is_school_day(date(2026, 10, 11), NATIONAL_DAY)


def test_the_week_after_a_holiday_counts_its_own_days_when_there_are_three() -> None:
    found = slots("7d", "school", at(2026, 10, 11, 20), 300, NATIONAL_DAY)

    assert days_of(found) == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]


def test_a_holiday_week_reaches_back_for_three_school_days() -> None:
    found = slots("7d", "school", at(2026, 10, 7, 12), 300, NATIONAL_DAY)

    assert days_of(found) == [date(2026, 9, 28), date(2026, 9, 29), date(2026, 9, 30)]


def test_the_answer_is_frozen_through_the_holiday() -> None:
    early = slots("7d", "school", at(2026, 10, 6, 9), 300, NATIONAL_DAY)
    late = slots("7d", "school", at(2026, 10, 8, 7), 300, NATIONAL_DAY)

    assert early == late
    assert len(early) == 360


def test_sixty_days_without_three_school_days_are_a_holiday() -> None:
    assert not slots("7d", "school", at(2026, 8, 31, 12), 300, SUMMER)


def test_the_freeze_reaches_sixty_days_and_no_further() -> None:
    assert slots("7d", "school", at(2026, 8, 25, 12), 300, SUMMER)
    assert not slots("7d", "school", at(2026, 8, 26, 12), 300, SUMMER)


def test_a_poll_under_way_is_not_a_gap() -> None:
    now = at(2026, 9, 18, 12, 2)
    found = slots("7d", "school", now, 300, PLAIN)

    assert found[-1] + 2 * 300 <= now < found[-1] + 3 * 300


def test_the_clock_round_the_day_counts_every_interval() -> None:
    assert len(slots("7d", "always", at(2026, 9, 18, 12, 2), 300, PLAIN)) == 2016


@pytest.mark.parametrize(("window", "interval", "n"), [("30s", 1, 30), ("40s", 2, 20), ("10m", 60, 10)])
def test_short_windows_hold_what_their_length_says(window: str, interval: int, n: int) -> None:
    assert len(slots(window, "always", at(2026, 9, 18, 12) + 0.7, interval, PLAIN)) == n


def test_a_short_window_at_night_shows_the_last_school_day() -> None:
    assert days_of(slots("10m", "school", at(2026, 9, 19, 3), 300, PLAIN)) == [date(2026, 9, 18)]


def test_hours_follow_the_zone_through_a_change_of_summer_time() -> None:
    berlin = Calendar(timezone="Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    found = slots("7d", "school", datetime(2026, 10, 30, 20, tzinfo=zone).timestamp(), 300, berlin)
    firsts = {datetime.fromtimestamp(slot, zone).time() for slot in found}

    assert min(firsts) == time(7, 30)


@pytest.mark.parametrize("wrong", ["", "7", "d", "0d", "-7d", "7 d", "7w", "1.5h"])
def test_a_window_that_is_no_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        window_s(wrong)


@given(
    st.integers(0, 400 * 86400),
    st.sampled_from(["30s", "10m", "1d", "7d", "30d"]),
    st.sampled_from(["school", "always"]),
    st.sampled_from([1, 2, 60, 300, 420]),
)
def test_slots_are_rising_multiples_of_the_interval_in_the_past(
    shift: int, window: str, clock: str, interval: int
) -> None:
    if window == "30d" and interval < 60:
        return
    as_of = at(2026, 1, 1) + shift
    found = list(slots(window, clock, as_of, interval, NATIONAL_DAY))

    assert found == sorted(set(found))
    assert all(slot % interval == 0 for slot in found)
    assert not found or found[-1] + 2 * interval <= as_of
    if clock == "always":
        assert len(found) == window_s(window) // interval
