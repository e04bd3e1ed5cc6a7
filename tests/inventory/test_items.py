"""The life of a work item: what is measured moves it, a person closes it, a relapse is the same item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.items import DAY_S, RELAPSE_DAYS, Event, Key, WorkItem, settled

SCHOOL, PLAN = "2133000001", "plan"
DOWN: Key = ("cx-access-10g:2133000001-01:access_port_speed_10g", "mend")
OTHER: Key = ("cx-wifi:2133000001-01:wifi_ap_online_ratio", "mend")


class Book:
    """The items of one school, settled round after round."""

    def __init__(self) -> None:
        self.items: dict[str, WorkItem] = {}

    def round(self, now: float, *causes: Key) -> None:
        changed = list(settled(SCHOOL, PLAN, self.items.values(), dict.fromkeys(causes, "uplink_down"), now))
        for item in changed:
            self.items[item.name] = item

    def close(self, name: str, now: float) -> None:
        self.items[name] = self.items[name].with_event(Event(at=now, kind="closed", by="李"))

    def statuses(self) -> dict[str, str]:
        return {name: item.status for name, item in self.items.items()}


def test_a_cause_opens_one_item_and_opens_it_once() -> None:
    book = Book()
    for now in range(5):
        book.round(now, DOWN)

    (item,) = book.items.values()
    assert (item.name, item.status, item.opened_at) == (f"Z{SCHOOL}-01", "open", 0)
    assert [event.kind for event in item.events] == ["opened"]


def test_what_is_mended_waits_for_a_person_and_comes_back_if_it_breaks_again() -> None:
    book = Book()
    book.round(1, DOWN)
    book.items[f"Z{SCHOOL}-01"] = book.items[f"Z{SCHOOL}-01"].with_event(Event(at=2, kind="started", by="王"))
    book.round(3)
    assert book.statuses() == {f"Z{SCHOOL}-01": "to_review"}

    book.round(4, DOWN)

    assert book.statuses() == {f"Z{SCHOOL}-01": "in_work"}, "the work that was begun is not forgotten"


def test_a_relapse_within_90_days_is_the_same_item_and_later_a_new_one() -> None:
    book = Book()
    book.round(1, DOWN)
    book.round(2)
    book.close(f"Z{SCHOOL}-01", 3)
    book.round(3 + RELAPSE_DAYS * DAY_S, DOWN)
    assert book.statuses() == {f"Z{SCHOOL}-01": "relapsed"}

    book.round(10 + RELAPSE_DAYS * DAY_S)
    closed_at = 20.0 + RELAPSE_DAYS * DAY_S
    book.close(f"Z{SCHOOL}-01", closed_at)
    book.round(closed_at + RELAPSE_DAYS * DAY_S + 1, DOWN)

    assert book.statuses() == {f"Z{SCHOOL}-01": "closed", f"Z{SCHOOL}-02": "open"}


def test_numbers_go_on_and_each_list_has_its_own() -> None:
    book = Book()
    book.round(1, DOWN)
    book.round(2, DOWN, OTHER, (OTHER[0], "prove"))

    assert sorted(book.items) == [f"B{SCHOOL}-01", f"Z{SCHOOL}-01", f"Z{SCHOOL}-02"]


def test_an_item_is_told_as_it_was_at_any_time() -> None:
    book = Book()
    book.round(10, DOWN)
    book.round(20)
    book.close(f"Z{SCHOOL}-01", 30)
    item = book.items[f"Z{SCHOOL}-01"]

    told = [(then.status if then else None) for then in map(item.until, (5, 10, 25, 30))]

    assert told == [None, "open", "to_review", "closed"]


@given(st.lists(st.sampled_from(["cause", "gone", "close"]), max_size=30), st.integers(1, 60))
def test_whatever_happens_an_open_cause_has_one_open_item(steps: list[str], days: int) -> None:
    book = Book()
    standing = False
    for number, step in enumerate(steps):
        now = float(number * days * DAY_S)
        if step == "close":
            for name, status in book.statuses().items():
                if status == "to_review":
                    book.close(name, now)
            continue
        standing = step == "cause"
        book.round(now, *([DOWN] if standing else []))

        open_items = [item for item in book.items.values() if item.status not in ("closed", "to_review")]
        assert len(open_items) == standing
        assert all(
            [event.at for event in item.events] == sorted(event.at for event in item.events)
            for item in book.items.values()
        )


@pytest.mark.parametrize("other", [("a:b:c", "prove"), ("a:b:d", "mend")])
def test_another_plan_s_items_are_left_alone(other: Key) -> None:
    foreign = WorkItem(
        school=SCHOOL,
        profile="another",
        item=other[0],
        kind=other[1],
        number=4,
        events=(Event(at=0, kind="opened"),),
    )

    changed = list(settled(SCHOOL, PLAN, [foreign], {DOWN: "uplink_down"}, 1))

    assert [item.profile for item in changed] == [PLAN]
    assert changed[0].number == (5 if other[1] == "mend" else 1), "no number is given twice at a school"
