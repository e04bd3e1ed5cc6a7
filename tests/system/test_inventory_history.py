"""wanzhao inventory history and show --as-of: who changed which row, and the register of a past day."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from collector.store.engine import open_store
from collector.store.registers import store_register
from inventory.register import Campus, Contract, Register, School
from wanzhao.cli import main

DAY_S = 86400.0
JANUARY = 1_767_225_600.0
"""2026-01-01, 08:00 in Shanghai."""
CAMPUS = Campus(id="2133999001-01", contracts=(Contract(down_mbps=1000, up_mbps=1000, carrier="电信"),))
SCHOOL = School(id="2133999001", name="一小", kind="primary", stages=("primary",), campuses=(CAMPUS,))
BEFORE = Register(county="试验县", adcode="339999", schools=(SCHOOL,))
FASTER = replace(CAMPUS, contracts=(Contract(down_mbps=10_000, up_mbps=10_000, carrier="电信"),))
AFTER = replace(BEFORE, schools=(replace(SCHOOL, name="第一小学", campuses=(FASTER,)),))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    with engine.begin() as connection:
        store_register(connection, BEFORE, author="李", at=JANUARY, source="台账.xlsx")
        store_register(connection, AFTER, author="王", at=JANUARY + 100 * DAY_S, source="更新.csv")
    engine.dispose()
    file = tmp_path / "config.toml"
    file.write_text(
        f'[collector]\ndatabase = "sqlite:///{tmp_path / "wanzhao.db"}"\nstate_dir = "{tmp_path}"\n'
        'profiles = ["changxing-145"]\n'
    )
    return file


def said(capsys: pytest.CaptureFixture[str], config: Path, *arguments: str) -> str:
    assert main(["inventory", *arguments, "--config", str(config)]) == 0
    return capsys.readouterr().out


def test_every_change_is_told_with_who_when_and_from_which_file(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said(capsys, config, "history", "2133999001").splitlines()
    changed = [line for line in lines if "王" in line]
    assert any("更新.csv" in line and "name: 一小 -> 第一小学" in line for line in changed)
    assert any("contracts" in line and "down_mbps: 1000 -> 10000" in line for line in changed)
    assert all("2026-04-11" in line for line in changed)


def test_the_rows_that_stand_know_since_when(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, config, "history", "第一小学", "--json"))
    since = {row["table"]: (row["since"], row["author"], row["source"]) for row in told["standing"]}
    assert since["contracts"] == (JANUARY + 100 * DAY_S, "王", "更新.csv")
    assert since["campuses"] == (JANUARY, "李", "台账.xlsx")
    rows = said(capsys, config, "history", "2133999001", "--rows", "--table", "campuses")
    assert "李" in rows
    assert "contracts" not in rows


def test_the_register_of_a_past_day_is_shown(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "第一小学" in said(capsys, config, "show")
    assert "一小" in said(capsys, config, "show", "--as-of", "2026-02-01")
    assert "第一小学" not in said(capsys, config, "show", "--as-of", "2026-02-01")


def test_the_county_s_own_rows_have_a_history(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "calendar.terms" in said(capsys, config, "history", "county")


def test_a_school_that_never_was_is_an_error(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "history", "9999999999", "--config", str(config)]) == 2
    assert "there is no school 9999999999" in capsys.readouterr().err
