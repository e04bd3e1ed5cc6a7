"""The whole report's data are made when they are asked for, and not again and again."""

from __future__ import annotations

import pytest
from sixty_register import register_of
from sixty_types import CountyTruth
from sixty_world import county
from sqlalchemy import Engine

from collector import whole
from collector.judging import Plan
from collector.store.registers import store_register
from inventory.dossier import LEFT_OUT, all_of
from inventory.errors import ConfigError
from inventory.metrics.compute import CAMPUS, SCHOOL
from inventory.plan import builtin_profiles, load_profile
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView, ProfileRef

PLAN_ID = "changxing-145"


class Clock:
    """A clock that only moves when something is made: by 3 seconds."""

    def __init__(self) -> None:
        self.now = 100.0
        self.made = 0

    def __call__(self) -> float:
        return self.now

    def make(self, *_asked: object) -> tuple[CountyView, ReportBasis]:
        self.now += 3
        self.made += 1
        ref = ProfileRef(id=PLAN_ID, version="1", sha256="")
        return CountyView(as_of=self.now, county="试验县", adcode="", profile=ref), BARE


def plan() -> Plan:
    path = builtin_profiles()[PLAN_ID]
    return Plan(load_profile(path), path.read_text(encoding="utf-8"))


def test_it_is_handed_out_for_twenty_times_as_long_as_it_took(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(whole, "reported", clock.make)
    reports = whole.WholeReports(engine, [plan()], clock)

    first = reports(PLAN_ID)
    clock.now += 59
    assert reports(PLAN_ID) == first
    assert clock.made == 1

    clock.now += 1
    assert reports(PLAN_ID) != first
    assert clock.made == 2


def test_every_metric_is_in_it(engine: Engine) -> None:
    schools = county().schools[:2]
    with engine.begin() as connection:
        store_register(connection, register_of(CountyTruth(schools)), author="test", at=1.0)

    view, basis = whole.WholeReports(engine, [plan()])(PLAN_ID)

    assert [school.school.id for school in view.schools] == [school.id for school in schools]
    for school in view.schools:
        told = {metric for metric, _subject in all_of(school)}
        assert told >= (CAMPUS.keys() | SCHOOL.keys()) - LEFT_OUT
    assert basis.seed


def test_without_a_register_it_says_so(engine: Engine) -> None:
    with pytest.raises(ConfigError, match="register is empty"):
        whole.WholeReports(engine, [plan()])(PLAN_ID)
