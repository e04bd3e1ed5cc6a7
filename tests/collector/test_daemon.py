"""The judging loop of the collector's process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collector.daemon import Judging
from collector.judging import load_plans
from collector.publish import Published, Scrape
from collector.store.registers import store_register
from collector.telemetry import Telemetry
from inventory.errors import ConfigError
from inventory.register import Campus, Register, School
from inventory.verdict import CountyView

SCHOOL = School(
    id="2133999001",
    name="试验小学",
    kind="primary",
    stages=("primary",),
    campuses=(Campus(id="2133999001-01"),),
)


def judging(engine: Engine, telemetry: Telemetry, broken: bool = False) -> Judging:
    def publish(published: Published, view: CountyView, now: float) -> None:
        if broken:
            raise KeyError("a fault of ours")
        published.scrapes[(view.county, view.profile.id)] = Scrape(
            f"{len(view.schools)} at {now}".encode(), b"", now
        )

    return Judging(engine, load_plans(["changxing-145"], Path()), telemetry, publish)


def value(telemetry: Telemetry, name: str) -> float | None:
    return telemetry.registry.get_sample_value(name)


def test_without_a_register_nothing_is_judged_and_nothing_breaks(engine: Engine) -> None:
    telemetry = Telemetry()
    one = judging(engine, telemetry)

    asyncio.run(one.run_once())

    assert one.published.judged_at == 0
    assert value(telemetry, "wanzhao_collector_judge_failures_total") == 0


def test_a_judged_county_is_published(engine: Engine) -> None:
    with engine.begin() as connection:
        store_register(connection, Register(county="试验县", schools=(SCHOOL,)), author="t", at=1.0)
    telemetry = Telemetry()
    one = judging(engine, telemetry)

    asyncio.run(one.run_once())

    assert one.published.scrapes[("试验县", "changxing-145")].plain.startswith(b"1 at ")
    assert one.published.judged_at == value(telemetry, "wanzhao_collector_judged_timestamp_seconds")


def test_a_fault_in_judging_is_counted_and_leaves_the_pages_as_they_were(engine: Engine) -> None:
    with engine.begin() as connection:
        store_register(connection, Register(county="试验县", schools=(SCHOOL,)), author="t", at=1.0)
    telemetry = Telemetry()
    one = judging(engine, telemetry, broken=True)
    before = one.published

    asyncio.run(one.run_once())

    assert one.published is before
    assert value(telemetry, "wanzhao_collector_judge_failures_total") == 1


def test_a_plan_that_is_nowhere_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="changxing-145"):
        load_plans(["nowhere"], Path())
