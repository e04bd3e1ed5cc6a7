"""How much is asked at once: what grows it, what halves it, and what is remembered."""

from __future__ import annotations

from agent.snmp.pace import FIRST_SIZE, Limits, Pace
from agent.snmp.target import Target


def limits(most: int = 40, version: str = "2c") -> Limits:
    return Limits.of(Target("192.0.2.1", community="c", version=version, max_varbinds=most))  # type: ignore[arg-type]


def answer(pace: Pace, times: int = 1) -> None:
    for _again in range(times):
        pace.after_answer(pace.size, bulk=True)


def test_it_begins_modestly_and_grows_to_what_the_target_allows() -> None:
    pace = Pace(5, limits())
    assert pace.size == FIRST_SIZE

    answer(pace, 3)

    assert (pace.size, pace.width, pace.repetitions(5)) == (40, 5, 8)


def test_few_columns_get_more_rows() -> None:
    pace = Pace(10, limits())

    assert (pace.repetitions(10), pace.repetitions(2)) == (2, 10)


def test_a_device_that_gives_less_than_it_is_asked_for_is_not_asked_for_more() -> None:
    pace = Pace(5, limits())

    for _again in range(20):
        pace.after_answer(5, bulk=True)

    assert pace.size == FIRST_SIZE


def test_a_new_size_that_is_lost_is_tried_again_after_a_few_smaller_ones() -> None:
    pace = Pace(5, known := limits())
    answer(pace)

    assert pace.after_silence(40, bulk=True)
    assert pace.size == 20
    answer(pace, 3)
    assert pace.size == 20
    answer(pace)
    assert pace.size == 40

    answer(pace)
    assert known.lost_by_chance == 1
    assert known.too_big == {}


def test_a_size_that_worked_before_is_tried_again_at_once() -> None:
    pace = Pace(5, known := limits())
    answer(pace, 2)

    assert pace.after_silence(40, bulk=True)
    assert pace.size == 40
    answer(pace)

    assert (known.lost_by_chance, known.too_big) == (1, {})


def test_a_size_that_fails_twice_without_success_between_is_not_tried_again() -> None:
    pace = Pace(5, known := limits(), "texts")
    pace.after_answer(20, bulk=True)
    pace.after_silence(40, bulk=True)
    answer(pace, 4)
    pace.after_silence(40, bulk=True)

    answer(pace, 50)

    assert pace.size == 20
    assert known.too_big == {"texts": 40}
    assert Pace(5, known, "texts").size == 20


def test_the_limit_of_one_table_is_not_that_of_another() -> None:
    known = limits()
    known.too_big["texts"] = 20

    numbers = Pace(5, known, "numbers")
    answer(numbers, 5)

    assert numbers.size == 40
    assert Pace(5, known, "texts").size == 10


def test_too_big_is_believed_at_once() -> None:
    pace = Pace(5, known := limits(), "texts")

    assert pace.after_refusal(20, too_big=True)

    assert known.too_big == {"texts": 20}
    assert known.size == 10


def test_a_refusal_that_may_be_about_one_variable_does_not_slow_the_next_table() -> None:
    pace = Pace(5, known := limits())

    pace.after_refusal(20)

    assert pace.size == 10
    assert known.size == FIRST_SIZE


def test_the_smallest_question_has_no_smaller_one() -> None:
    pace = Pace(1, limits(most=1))

    assert pace.after_silence(1, bulk=False) is False
    assert pace.after_refusal(1) is False


def test_when_the_first_getbulk_is_lost_getnext_tells_whether_the_device_lives() -> None:
    pace = Pace(5, limits())

    assert pace.after_silence(20, bulk=True)
    assert pace.repetitions(5) == 1

    pace.after_answer(5, bulk=False)
    assert pace.repetitions(5) == 2


def test_three_lost_getbulks_and_answered_getnexts_mean_no_getbulk() -> None:
    pace = Pace(5, known := limits())
    for _again in range(3):
        pace.after_silence(20, bulk=True)
        pace.after_answer(5, bulk=False)

    assert known.bulk is False
    assert pace.repetitions(5) == 1


def test_version_1_has_no_getbulk() -> None:
    assert Pace(5, limits(version="1")).repetitions(1) == 1
