"""Work items through the store: judging opens and moves them, people assign and close them."""

from __future__ import annotations

import pytest
from sixty_register import register_of
from sixty_types import NOW, CountyTruth
from sixty_world import county
from sqlalchemy import Engine

from collector.judging import Plan, look
from collector.rounds import Rounds
from collector.store.items import act, read_items
from collector.store.registers import store_register
from inventory.causes import STATES, causes
from inventory.errors import InputError
from inventory.items import Event, WorkItem
from inventory.papers import SiteTest
from inventory.plan import builtin_profiles, load_profile
from inventory.spot_sheet import Entered, with_tests

AS_OF = NOW.timestamp()
SCHOOLS = county().schools[:3]


@pytest.fixture
def plan() -> Plan:
    path = builtin_profiles()["changxing-145"]
    return Plan(load_profile(path), path.read_text(encoding="utf-8"))


@pytest.fixture
def judged(engine: Engine, plan: Plan) -> Engine:
    """Three schools of which no agent was ever heard, judged once."""
    with engine.begin() as connection:
        store_register(connection, register_of(CountyTruth(SCHOOLS)), author="test", at=1.0)
    Rounds(engine, [plan]).round(AS_OF)
    return engine


def items(engine: Engine) -> dict[str, WorkItem]:
    with engine.connect() as connection:
        return {item.name: item for own in read_items(connection).values() for item in own}


def test_every_cause_has_its_item_and_every_item_its_cause(judged: Engine, plan: Plan) -> None:
    view = look(judged, plan.profile, AS_OF)
    wanted = {
        (school.school.id, kind, cause.item)
        for school in view.schools
        for kind in STATES
        for cause in causes(school, kind)
    }

    found = items(judged)

    assert {(item.school, item.kind, item.item) for item in found.values()} == wanted
    assert {item.kind for item in found.values()} == {"mend", "prove"}
    assert {item.status for item in found.values()} == {"open"}


def test_judging_again_changes_nothing_and_another_process_neither(judged: Engine, plan: Plan) -> None:
    before = items(judged)

    Rounds(judged, [plan]).round(AS_OF + 60)

    assert items(judged) == before


def test_an_item_cannot_be_closed_while_its_cause_stands(judged: Engine) -> None:
    name = next(iter(items(judged)))

    with judged.begin() as connection, pytest.raises(InputError, match="is not begun"):
        act(connection, name, Event(at=AS_OF + 1, kind="closed", by="李"))

    assert items(judged)[name].status == "open"


def test_a_person_closes_what_an_inspector_found_mended_and_it_relapses(judged: Engine, plan: Plan) -> None:
    name, item = next((n, each) for n, each in items(judged).items() if each.kind == "mend")
    before = register_of(CountyTruth(SCHOOLS))
    found = SiteTest(
        metric=item.item.split(":")[0], state="pass", tested_on=NOW.date(), inspector="赵", campus=""
    )
    rounds = Rounds(judged, [plan])
    with judged.begin() as connection:
        act(connection, name, Event(at=AS_OF + 1, kind="assigned", by="李", person="王五"))
        mended = with_tests(before, [Entered(item.school, found)])
        store_register(connection, mended, author="test", at=AS_OF + 2)
    rounds.round(AS_OF + 3)
    assert items(judged)[name].status == "to_review"

    with judged.begin() as connection:
        act(connection, name, Event(at=AS_OF + 4, kind="closed", by="李", document="d7"))
    closing = items(judged)[name].closing
    assert closing is not None
    assert (closing.by, closing.document) == ("李", "d7")

    with judged.begin() as connection:
        store_register(connection, before, author="test", at=AS_OF + 5)
    rounds.round(AS_OF + 6)
    again = items(judged)[name]
    assert again.status == "relapsed"
    assert again.assigned is not None
    assert again.assigned.person == "王五"


def test_a_collector_that_takes_over_again_forgets_what_it_knew_before(judged: Engine, plan: Plan) -> None:
    name, item = next((n, each) for n, each in items(judged).items() if each.kind == "mend")
    found = SiteTest(metric=item.item.split(":")[0], state="pass", tested_on=NOW.date(), inspector="赵")
    before = register_of(CountyTruth(SCHOOLS))
    one, other = Rounds(judged, [plan]), Rounds(judged, [plan])
    one.round(AS_OF + 1)
    with judged.begin() as connection:
        store_register(
            connection, with_tests(before, [Entered(item.school, found)]), author="test", at=AS_OF + 2
        )
    other.round(AS_OF + 3)
    one.round(AS_OF + 3, keep=False)
    assert items(judged)[name].status == "to_review"

    with judged.begin() as connection:
        store_register(connection, before, author="test", at=AS_OF + 4)
    one.round(AS_OF + 5)

    assert items(judged)[name].status == "open", "the cause stands again, as it did when this one last looked"


def test_a_name_that_is_no_item_says_where_to_look(judged: Engine) -> None:
    for name in ("Z2133000001-99", "nonsense", "", "Z"):
        with judged.begin() as connection, pytest.raises(InputError, match="no item"):
            act(connection, name, Event(at=1.0, kind="started"))
