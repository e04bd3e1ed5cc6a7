"""The register and the verdicts in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from collector.store.engine import open_store
from collector.store.registers import read_register, read_versions, store_register
from collector.store.schema import meta, register, verdict
from collector.store.verdicts import keep_profile, keep_verdicts
from inventory.errors import ConfigError, PlanError, StoreError
from inventory.history import Version, history
from inventory.papers import Platform
from inventory.register import Calendar, Campus, Contract, Device, Register, School
from inventory.verdict import SchoolVerdict, State, Verdict

ONE = School(
    id="2133999001",
    name="试验小学",
    kind="primary",
    stages=("primary",),
    campuses=(
        Campus(
            id="2133999001-01",
            devices=(Device(id="gw", role="gateway"),),
            contracts=(Contract(down_mbps=10000, up_mbps=10000, start=date(2026, 1, 1)),),
        ),
    ),
)
TWO = replace(ONE, id="2133999002", name="第二小学", campuses=())
COUNTY = Register(
    county="试验县", calendar=Calendar(holidays=frozenset({date(2026, 10, 1)})), schools=(ONE, TWO)
)


def test_a_register_comes_back_as_it_went_in(engine: Engine) -> None:
    with engine.begin() as connection:
        assert read_register(connection) is None
        done = store_register(connection, COUNTY, author="李", at=100.0)
        assert read_register(connection) == COUNTY
    assert (done.added, done.changed, done.removed) == (("2133999001", "2133999002"), (), ())


def test_the_same_register_again_changes_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        store_register(connection, COUNTY, author="李", at=100.0)
        done = store_register(connection, COUNTY, author="王", at=200.0)
        rows = connection.execute(select(func.count()).select_from(register)).scalar()
    assert (done.added, done.changed, done.removed, done.unchanged) == ((), (), (), 2)
    assert rows == 3


def test_the_register_of_a_past_day_can_still_be_read(engine: Engine) -> None:
    renamed = replace(COUNTY, schools=(replace(ONE, name="实验小学"),))
    with engine.begin() as connection:
        store_register(connection, COUNTY, author="李", at=100.0)
        done = store_register(connection, renamed, author="李", at=200.0)
        assert read_register(connection) == renamed
        assert read_register(connection, 150.0) == COUNTY
        assert read_register(connection, 99.0) is None
    assert (done.changed, done.removed) == (("2133999001",), ("2133999002",))


def versions(engine: Engine, school: str) -> list[Version]:
    with engine.connect() as connection:
        return read_versions(connection, school, "Asia/Shanghai")


def store(engine: Engine, new: Register, at: float, author: str = "李", source: str = "台账.xlsx") -> None:
    with engine.begin() as connection:
        store_register(connection, new, author=author, at=at, source=source)


def test_each_row_tells_since_when_it_stands_by_whom_and_from_which_file(engine: Engine) -> None:
    campus = replace(ONE.campuses[0], contracts=(Contract(down_mbps=1000, start=date(2026, 1, 1)),))
    store(engine, COUNTY, 100.0)
    store(engine, replace(COUNTY, schools=(replace(ONE, campuses=(campus,)), TWO)), 200.0, "王", "console")

    found = history(versions(engine, ONE.id))

    stands = {row.table: (row.since, row.author, row.source) for row in found.standing}
    assert stands["devices"] == (100.0, "李", "台账.xlsx")
    assert stands["contracts"] == (200.0, "王", "console")
    (changed,) = [event for event in found.events if event.what == "changed"]
    assert (changed.table, changed.at) == ("contracts", 200.0)
    assert changed.cells == (("down_mbps", 10000, 1000), ("up_mbps", 10000, None))


def test_who_took_a_school_out_and_who_brought_it_back_is_told(engine: Engine) -> None:
    store(engine, COUNTY, 100.0)
    store(engine, replace(COUNTY, schools=(ONE,)), 200.0, "王", "new.xlsx")
    with engine.connect() as connection:
        assert read_register(connection, 150.0) == COUNTY
        assert read_register(connection, 200.0) == replace(COUNTY, schools=(ONE,))
    store(engine, COUNTY, 300.0, "赵")

    found = history(versions(engine, TWO.id))

    assert [(event.what, event.at, event.author) for event in found.events] == [
        ("added", 100.0, "李"),
        ("removed", 200.0, "王"),
        ("added", 300.0, "赵"),
    ]
    assert [row.since for row in found.standing] == [300.0]


def test_the_county_s_own_rows_and_settings_have_a_history_too(engine: Engine) -> None:
    store(engine, COUNTY, 100.0)
    store(engine, replace(COUNTY, poll_interval_s=600, platforms=(Platform(name="大数据平台"),)), 200.0, "王")

    events = [event for event in history(versions(engine, "")).events if event.at == 200.0]

    assert [(event.table, event.key, event.what) for event in events] == [
        ("county", ("county.poll_interval_s",), "changed"),
        ("platforms", ("大数据平台",), "added"),
    ]


def test_two_imports_in_one_moment_are_two_versions(engine: Engine) -> None:
    store(engine, COUNTY, 100.0)
    store(engine, replace(COUNTY, schools=(replace(ONE, name="实验小学"), TWO)), 100.0)

    events = history(versions(engine, ONE.id)).events
    assert [event.cells for event in events if event.what == "changed"] == [
        (("name", "试验小学", "实验小学"),)
    ]


def test_a_very_long_name_of_a_file_does_not_stop_an_import(engine: Engine) -> None:
    store(engine, COUNTY, 100.0, "李" * 200, "表" * 300)

    (version,) = versions(engine, ONE.id)
    assert (len(version.author), len(version.source)) == (128, 256)


def test_a_school_that_never_was_in_the_register_has_no_versions(engine: Engine) -> None:
    store(engine, COUNTY, 100.0)

    assert versions(engine, "2133999009") == []


def one_verdict(state: State, reason: str = "") -> SchoolVerdict:
    campus = Verdict(metric="access_port_speed_10g", subject="2133999001-01", state=state, reason=reason)
    return SchoolVerdict(target="access", school=ONE.id, state=state, reason=reason, campuses=(campus,))


def keep(engine: Engine, verdicts: list[SchoolVerdict], at: float, sha256: str = "aa") -> int:
    with engine.begin() as connection:
        return keep_verdicts(connection, ONE.id, "plan", sha256, verdicts, as_of=at, known_at=at)


def test_a_verdict_is_stored_when_it_changes_and_only_then(engine: Engine) -> None:
    steps = [State.PASS, State.PASS, State.FAIL, State.FAIL, State.PASS]
    new = [
        keep(engine, [one_verdict(state, "negotiated_1000" if state == State.FAIL else "")], 100.0 * n)
        for n, state in enumerate(steps)
    ]

    with engine.connect() as connection:
        rows = connection.execute(
            select(verdict.c.state, verdict.c.known_from, verdict.c.known_to).order_by(verdict.c.known_from)
        ).all()
    assert new == [1, 0, 1, 0, 1]
    assert [tuple(row) for row in rows] == [
        ("pass", 0.0, 200.0),
        ("fail", 200.0, 400.0),
        ("pass", 400.0, None),
    ]


def test_a_target_that_left_the_plan_ends_and_another_profile_judges_anew(engine: Engine) -> None:
    keep(engine, [one_verdict(State.PASS)], 100.0)

    assert keep(engine, [one_verdict(State.PASS)], 200.0, sha256="bb") == 1
    assert keep(engine, [], 300.0, sha256="bb") == 0

    with engine.connect() as connection:
        assert connection.execute(select(verdict).where(verdict.c.known_to.is_(None))).all() == []


def test_a_profile_that_has_judged_is_never_changed_under_its_version(engine: Engine) -> None:
    with engine.begin() as connection:
        keep_profile(connection, "plan", "1", "aa", "text", 1.0)
        keep_profile(connection, "plan", "1", "aa", "text", 2.0)
        keep_profile(connection, "plan", "2", "bb", "other", 3.0)
        with pytest.raises(PlanError, match="new version"):
            keep_profile(connection, "plan", "1", "cc", "changed", 4.0)


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(meta.update().values(value="99"))
        url = engine.url

    with pytest.raises(StoreError, match="99"):
        open_store(url.render_as_string(hide_password=False))


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x", ""])
def test_a_wrong_database_url_says_what_to_write(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH"):
        open_store(url)


def test_a_database_that_is_away_is_an_error_without_its_password() -> None:
    with pytest.raises(StoreError) as error:
        open_store("postgresql://wanzhao:geheim@127.0.0.1:1/none")
    assert "geheim" not in str(error.value)
    assert "127.0.0.1" in str(error.value)
