"""wanzhao why, whatif and forecast, asked of a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sixty_filled import fill
from sixty_types import NOW, SchoolTruth
from sixty_world import county
from sqlalchemy import Engine, func, select

from collector.store.engine import open_store
from collector.store.schema import verdict
from collector.store.verdicts import keep_verdicts
from inventory.verdict import SchoolVerdict, State
from wanzhao.cli import main

AS_OF = "2026-09-18T20:00"
TARGET = "cx-access-10g"
SCHOOLS = county().schools[:6]
READ = next(school for school in SCHOOLS if "ok" in school.campuses[0].gateway[-24:])
"""A school whose gateway answers."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configured collector that has judged nothing yet."""
    folder = Path(tmp_path_factory.mktemp("ask"))
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    fill(engine, SCHOOLS)
    engine.dispose()
    (folder / "config.toml").write_text(
        f'[collector]\ndatabase = "sqlite:///{folder / "wanzhao.db"}"\n'
        f'state_dir = "{folder}"\nprofiles = ["changxing-145"]\n'
    )
    return folder


def ask(base: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status = main([*arguments, "--config", str(base / "config.toml"), "--as-of", AS_OF])
    assert status == 0
    return capsys.readouterr().out


def test_why_tells_rule_numbers_facts_thresholds_and_steps(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ask(base, capsys, "why", READ.id, TARGET)

    for part in ("rule: true in at least 95.0 % of the polls", "numbers:", "fact: E3 ifHighSpeed"):
        assert part in told
    for part in ("万兆到校", "goal of the county >= 100 % [plan]", "min_port_mbps = 10000", "Next steps"):
        assert part in told


def test_why_as_json_is_the_same_and_whole(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(ask(base, capsys, "why", SCHOOLS[0].id, TARGET, "--json"))

    assert told["school"] == SCHOOLS[0].id
    assert told["profile"] == "changxing-145"
    assert {part["rule"] for part in told["parts"]} == {"legs", "polls"}
    polls = told["parts"][1]["verdict"]["polls"]
    assert polls["a"] + polls["d"] + polls["m"] > 0


def test_why_is_answered_in_chinese_too(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANZHAO_LANG", "zh")

    told = ask(base, capsys, "why", SCHOOLS[0].id, TARGET)

    assert "学校上联端口万兆" in told
    assert "规则：" in told
    assert "下一步" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("why", "no-school", TARGET), "there is no school no-school"),
        (("why", SCHOOLS[0].id, "cx-acces-10g"), "did you mean cx-access-10g"),
        (("why", SCHOOLS[0].id, "cx-vocational-vr"), "is not judged at this school"),
        (("whatif", "--set", "cx-wifi.area_ratio=2"), "has to be a ratio"),
        (("why", SCHOOLS[0].id, TARGET, "--profile", "other"), "is not configured"),
    ],
)
def test_what_cannot_be_answered_says_why(
    base: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    status = main([*arguments, "--config", str(base / "config.toml"), "--as-of", AS_OF])

    assert status == 2
    assert says in capsys.readouterr().err


def test_whatif_shows_who_would_pass_and_stores_nothing(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = f"{TARGET}.min_port_mbps=1"
    told = json.loads(ask(base, capsys, "whatif", "--set", setting, "--set", f"{TARGET}.thr=0", "--json"))

    (mine,) = [each for each in told if each["target"] == TARGET]
    assert mine["after"]["counts"]["p"] > mine["before"]["counts"]["p"]
    assert "fail" not in {moved["after"] for moved in mine["moved"]}
    engine = open_store(f"sqlite:///{base / 'wanzhao.db'}")
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(verdict)).scalar_one() == 0
    engine.dispose()


def test_whatif_without_a_change_moves_nobody(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No school would be judged differently" in ask(base, capsys, "whatif")


def keep(engine: Engine, school: SchoolTruth, state: State, days_ago: float) -> None:
    at = NOW.timestamp() - days_ago * 86_400
    with engine.begin() as connection:
        found = [SchoolVerdict(target=TARGET, school=school.id, state=state)]
        keep_verdicts(connection, school.id, "changxing-145", "sha", found, as_of=at, known_at=at)


def test_forecast_speaks_of_the_targets_own_history(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = open_store(f"sqlite:///{base / 'wanzhao.db'}")
    with source.begin() as connection:
        connection.execute(verdict.delete())
    for number, school in enumerate(SCHOOLS):
        keep(source, school, State.FAIL, 100)
        if number < 3:
            keep(source, school, State.PASS, 60 - 20 * number)
    told = json.loads(ask(base, capsys, "forecast", TARGET, "--json"))
    shown = ask(base, capsys, "forecast", TARGET)
    with source.begin() as connection:
        connection.execute(verdict.delete())
    source.dispose()

    assert list(told) == [TARGET]
    assert (told[TARGET]["passing"], told[TARGET]["gains"]) == (3, 3)
    assert told[TARGET]["likely"] > NOW.timestamp()
    assert "Forecasts, not verdicts" in shown
    assert "3/" in shown
