"""wanzhao baseline: accept, list, alarms and end, as a person of the county uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sixty_filled import fill
from sixty_register import register_of
from sixty_types import NOW, CountyTruth, SchoolTruth
from sixty_world import county

from collector.config import load_collector_settings
from collector.judging import load_plans
from collector.rounds import Rounds
from collector.store.baselines import read_baselines, settle
from collector.store.engine import open_store
from collector.store.registers import store_register
from exporters.prometheus import county_page
from inventory.register import School
from wanzhao.cli import main

SCHOOLS = county().schools[:12]
AS_OF = NOW.isoformat()
TARGET = "cx-access-10g"
HOUR_S = 3600.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    fill(engine, SCHOOLS)
    engine.dispose()
    file = tmp_path / "config.toml"
    file.write_text(
        f'[collector]\ndatabase = "sqlite:///{tmp_path / "wanzhao.db"}"\n'
        f'state_dir = "{tmp_path}"\nprofiles = ["changxing-145"]\n'
    )
    return file


def wanzhao(capsys: pytest.CaptureFixture[str], config: Path, *arguments: str) -> tuple[int, str, str]:
    status = main(["baseline", *arguments, "--config", str(config)])
    told = capsys.readouterr()
    return status, told.out, told.err


def states(config: Path) -> dict[str, str]:
    settings = load_collector_settings(config)
    engine = open_store(settings.database_url)
    (view,) = Rounds(engine, load_plans(settings.profiles, config.parent)).round(NOW.timestamp())
    engine.dispose()
    return {
        one.school.id: next((v.state for v in one.verdicts if v.target == TARGET), "") for one in view.schools
    }


def of_state(config: Path, state: str) -> SchoolTruth:
    found = states(config)
    return next(school for school in SCHOOLS if found.get(school.id) == state)


def test_a_county_accepts_what_passes_and_sees_it_fall(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = of_state(config, "pass")
    status, out, _ = wanzhao(
        capsys, config, "accept", good.id, TARGET, "--by", "李", "--note", "验收 3 号", "--as-of", AS_OF
    )
    assert (status, out.splitlines()[-1]) == (0, "1 things accepted")
    _, out, _ = wanzhao(capsys, config, "list")
    assert f"{good.id}  changxing-145/{TARGET}" in out
    assert "李" in out
    assert "验收 3 号" in out
    assert wanzhao(capsys, config, "alarms")[0] == 0

    settings = load_collector_settings(config)
    engine = open_store(settings.database_url)
    bare = register_of(CountyTruth(SCHOOLS))
    schools = tuple(_shared(school) if school.id == good.id else school for school in bare.schools)
    with engine.begin() as connection:
        store_register(connection, replace(bare, schools=schools), author="test", at=NOW.timestamp() + 60)
    rounds = Rounds(engine, load_plans(settings.profiles, config.parent))
    (view,) = rounds.round(NOW.timestamp() + 120)

    status, out, _ = wanzhao(capsys, config, "alarms")
    assert status == 1
    assert good.id in out
    assert "pass -> fail" in out
    page = county_page(view, rendered_at=NOW.timestamp(), fresh_s=HOUR_S).decode()
    assert f'wanzhao_regression{{school="{good.id}",item="changxing-145/{TARGET}",kind="failed"}} 1' in page

    again = (NOW.timestamp() + 3 * HOUR_S, NOW.timestamp() + 30 * 24 * HOUR_S)
    for at in again:
        assert [each.kind for each in rounds.round(at)[0].regressions] == ["failed"], "it does not age out"
    with engine.begin() as connection:
        accepted = read_baselines(connection, [good.id])[good.id][0].mark
        figures = tuple(msgspec.structs.replace(each, value=1.0, best=1.0) for each in accepted.figures)
        slower = msgspec.structs.replace(accepted, figures=figures)
        settle(connection, [good.id], lambda _: {slower.item: slower}, "changxing-145", again[1] + 1)
    _, out, _ = wanzhao(capsys, config, "alarms")
    assert "10000 Mbit/s -> 1 Mbit/s" in out, "the present fall"
    assert "pass -> fail" in out, "and the first"
    wanzhao(capsys, config, "end", good.id, TARGET, "--by", "王", "--note", "停用")
    assert wanzhao(capsys, config, "alarms")[0] == 0
    _, out, _ = wanzhao(capsys, config, "alarms", "--history", "--json")
    (alarm,) = json.loads(out)
    assert (alarm["closed_by"], alarm["note"]) == ("王", "停用")
    engine.dispose()


def _shared(school: School) -> School:
    """The same school on a shared medium: it no longer has 10G of its own."""
    campuses = tuple(
        replace(campus, uplinks=tuple(replace(uplink, medium="pon") for uplink in campus.uplinks))
        for campus in school.campuses
    )
    return replace(school, campuses=campuses)


def test_what_nobody_has_measured_cannot_be_accepted(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school = of_state(config, "unknown")
    status, _, err = wanzhao(capsys, config, "accept", school.id, TARGET, "--by", "李", "--as-of", AS_OF)
    assert status == 2
    assert "is not measured" in err


def test_everything_that_passes_is_accepted_at_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = wanzhao(capsys, config, "accept", "--all", "--by", "李", "--as-of", AS_OF, "--json")
    accepted = json.loads(out)["accepted"]
    _, listed, _ = wanzhao(capsys, config, "list", "--json")
    rows = json.loads(listed)
    assert status == 0
    assert len(rows) == accepted > len(SCHOOLS)
    assert {row["mark"]["state"] for row in rows} == {"pass"}
    assert any(row["mark"]["item"].startswith("uplink:") for row in rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("accept", "--by", "李"), "name a school, or give --all"),
        (("accept", "nobody", "--by", "李"), "there is no school nobody"),
        (("accept", SCHOOLS[0].id, "cx-acces-10g", "--by", "李"), "cx-access-10g"),
        (("end", SCHOOLS[0].id, TARGET, "--by", "李"), "nothing is accepted of"),
    ],
)
def test_a_wrong_name_is_told_with_what_is_right(
    config: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    status, _, err = wanzhao(capsys, config, *arguments, "--as-of", AS_OF)
    assert status == 2
    assert told in err


def test_chinese_is_spoken_too(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANZHAO_LANG", "zh")
    _, out, _ = wanzhao(capsys, config, "list")
    assert "学校" in out
