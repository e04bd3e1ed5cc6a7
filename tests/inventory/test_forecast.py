"""When a target may be reached: repeatable, honest about what it does not know, and moved by its history."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.forecast import DAY_S, HORIZON_DAYS, Forecast, Stay, forecast

NOW = 200 * DAY_S
T = list[Stay]


def steady(gains: int, schools: int = 60, *, begun: int = 20, days: float = 180) -> T:
    """``begun`` schools that always passed; of the others ``gains`` came to pass, one after the other."""
    start = NOW - days * DAY_S
    stays = [Stay(f"s{n}", start, None, passes=True) for n in range(begun)]
    for n in range(begun, schools):
        if n < begun + gains:
            turned = start + (n - begun + 1) * days * DAY_S / (gains + 1)
            stays += [Stay(f"s{n}", start, turned, passes=False), Stay(f"s{n}", turned, None, passes=True)]
        else:
            stays.append(Stay(f"s{n}", start, None, passes=False))
    return stays


def test_the_same_history_gives_the_same_forecast_in_any_order() -> None:
    stays = steady(20)
    mixed = stays[:]
    random.Random(1).shuffle(mixed)

    assert forecast(stays, 60, 60, NOW) == forecast(mixed, 60, 60, NOW)


def test_counts_are_those_of_the_history() -> None:
    found = forecast(steady(20), 60, 60, NOW)

    assert (found.passing, found.gains, found.losses, round(found.days)) == (40, 20, 0, 180)


def test_early_comes_before_likely_before_late() -> None:
    found = forecast(steady(20), 60, 55, NOW)

    assert found.early is not None
    assert found.likely is not None
    assert found.late is not None
    assert NOW < found.early <= found.likely <= found.late


def test_the_pace_is_that_of_the_schools_still_waiting() -> None:
    # 20 of 40 waiting schools passed in 180 days, on average 30 waiting: about 0.0037 a day each. Ten more of
    # the 20 left take the sum of 1 / (k * 0.0037) for k from 20 down to 11: about 180 days.
    found = forecast(steady(20), 60, 50, NOW)

    assert found.likely is not None
    assert 120 < (found.likely - NOW) / DAY_S < 260


def test_a_quicker_history_gives_an_earlier_date() -> None:
    slow, quick = forecast(steady(8), 60, 50, NOW), forecast(steady(25), 60, 50, NOW)

    assert slow.likely is not None
    assert quick.likely is not None
    assert quick.likely < slow.likely


def test_little_history_is_less_certain_than_much_of_the_same_pace() -> None:
    def spread(found: Forecast) -> float:
        assert found.early is not None
        return ((found.late or NOW + HORIZON_DAYS * DAY_S) - found.early) / DAY_S

    little = forecast(steady(2, days=30, begun=20, schools=60), 60, 30, NOW)
    much = forecast(steady(12, days=180, begun=20, schools=60), 60, 42, NOW)

    assert spread(little) > spread(much)


def test_schools_that_lapse_put_the_goal_further_off() -> None:
    stays = steady(20)
    lost = [
        Stay(stay.school, stay.start, NOW - 5 * DAY_S, passes=True)
        if stay.passes and stay.end is None and stay.school in {f"s{n}" for n in range(8)}
        else stay
        for stay in stays
    ] + [Stay(f"s{n}", NOW - 5 * DAY_S, None, passes=False) for n in range(8)]

    kept, lapsed = forecast(stays, 60, 52, NOW), forecast(lost, 60, 52, NOW)

    assert lapsed.losses == 8
    assert kept.likely is not None
    assert lapsed.likely is None or lapsed.likely > kept.likely


def test_what_cannot_be_forecast_says_why() -> None:
    assert forecast(steady(20), 60, 40, NOW).why_not == "reached"
    assert forecast(steady(5, days=20), 60, 60, NOW).why_not == "too_short"
    assert forecast(steady(0), 60, 60, NOW).why_not == "no_gain"
    assert forecast([], 60, 60, NOW).why_not == "too_short"


def test_a_goal_beyond_all_schools_is_never_reached() -> None:
    found = forecast(steady(20), 60, 61, NOW)

    assert (found.early, found.likely, found.late) == (None, None, None)


def test_a_later_due_date_is_never_less_likely_to_be_kept() -> None:
    shares = [forecast(steady(20), 60, 55, NOW, due=NOW + days * DAY_S).by_due_bp for days in (1, 200, 2000)]

    assert shares == sorted(shares, key=lambda share: share or 0)
    assert shares[-1] is not None
    assert shares[-1] > 9000


def test_what_was_not_known_then_is_not_looked_at() -> None:
    later = [*steady(20), Stay("s59", NOW + 1, None, passes=True)]

    assert forecast(later, 60, 60, NOW).passing == 40


@settings(max_examples=25)
@given(st.integers(1, 30), st.integers(1, 60))
def test_the_goal_nearer_is_never_reached_later(gains: int, needed: int) -> None:
    near, far = (forecast(steady(gains), 60, goal, NOW) for goal in (needed, min(60, needed + 5)))
    if near.why_not or far.why_not:
        return

    assert (near.likely or float("inf")) <= (far.likely or float("inf"))
