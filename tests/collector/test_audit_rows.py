"""What changes something writes its row into the log, in the same transaction; what changes nothing, none."""

from __future__ import annotations

import pytest
from people import PEPPERS
from sixty_register import register_of
from sixty_types import NOW, CountyTruth
from sixty_world import county
from sqlalchemy import Engine

from collector.judging import Plan
from collector.people.audit import By, read_audit, verify
from collector.rounds import Rounds
from collector.store.baselines import accept, end
from collector.store.items import act, read_items
from collector.store.registers import store_register
from collector.store.tokens import new_code, redeem, revoke
from inventory.baseline import Figure, Mark
from inventory.errors import InputError, Refused
from inventory.items import Event
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Register, School
from inventory.verdict import State

SCHOOL, CAMPUS = "2133999001", "2133999001-01"
LI = By("li", "192.0.2.7")
ONE = School(id=SCHOOL, name="一小", kind="primary", stages=("primary",), campuses=())
COUNTY = Register(county="试验县", schools=(ONE,))


def log(engine: Engine) -> list[tuple[str, str, str, str]]:
    with engine.connect() as connection:
        assert verify(connection) is None
        return [(row.who, row.origin, row.action, row.object) for row in read_audit(connection)][::-1]


def test_a_code_its_use_and_the_revocation_are_written_down(engine: Engine) -> None:
    with engine.begin() as connection:
        code = new_code(connection, PEPPERS, SCHOOL, CAMPUS, 1.0, LI)
    with engine.begin() as connection:
        _campus, token = redeem(connection, PEPPERS, code, 2.0, "192.0.2.9")
    with pytest.raises(Refused), engine.begin() as connection:
        redeem(connection, PEPPERS, code, 3.0, "192.0.2.9")
    with engine.begin() as connection:
        assert revoke(connection, CAMPUS, 4.0, LI) == 1

    assert log(engine) == [
        ("li", "192.0.2.7", "code_made", CAMPUS),
        (f"agent:{CAMPUS}", "192.0.2.9", "agent_enrolled", CAMPUS),
        ("li", "192.0.2.7", "tokens_revoked", CAMPUS),
    ]
    with engine.connect() as connection:
        whole = str(read_audit(connection))
    assert code not in whole
    assert token not in whole


def test_an_import_is_written_down_where_it_changed_anything(engine: Engine) -> None:
    for at in (1.0, 2.0):
        with engine.begin() as connection:
            store_register(connection, COUNTY, author="li", at=at, source="a.xlsx", origin="192.0.2.7")

    assert log(engine) == [("li", "192.0.2.7", "register_imported", "a.xlsx")]
    with engine.connect() as connection:
        assert '"added":1,"changed":0' in read_audit(connection)[0].detail


def test_an_acceptance_and_its_end_are_written_down(engine: Engine) -> None:
    figure = Figure(subject="c", metric="m", value=1.0, unit="Mbit/s", best=1.0)
    mark = Mark(item="plan/t", state=State.PASS, figures=(figure,))
    with engine.begin() as connection:
        accept(connection, SCHOOL, [mark], by="li", note="验收", at=1.0, origin="192.0.2.7")
        assert end(connection, SCHOOL, "plan/t", by="li", note="停用", at=2.0, origin="192.0.2.7")
        assert not end(connection, SCHOOL, "plan/t", by="li", note="停用", at=3.0, origin="192.0.2.7")

    assert log(engine) == [
        ("li", "192.0.2.7", "baseline_accepted", SCHOOL),
        ("li", "192.0.2.7", "baseline_ended", SCHOOL),
    ]


def test_what_is_done_to_an_item_is_written_down_and_what_is_refused_is_not(engine: Engine) -> None:
    path = builtin_profiles()["changxing-145"]
    plan = Plan(load_profile(path), path.read_text(encoding="utf-8"))
    with engine.begin() as connection:
        store_register(connection, register_of(CountyTruth(county().schools[:1])), author="li", at=1.0)
    now = NOW.timestamp()
    Rounds(engine, [plan]).round(now)
    with engine.begin() as connection:
        (item, *_rest) = next(iter(read_items(connection).values()))
        with pytest.raises(InputError):
            act(connection, item.name, Event(at=now, kind="closed", by="li"), "192.0.2.7")
        act(connection, item.name, Event(at=now, kind="assigned", by="li", person="王"), "192.0.2.7")

    assert log(engine)[1:] == [("li", "192.0.2.7", "item_changed", item.name)]
    with engine.connect() as connection:
        assert '"person":"王"' in read_audit(connection)[0].detail
