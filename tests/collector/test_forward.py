"""The county's verdicts to the collector above by the command that people run, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_collector import ServedCollector
from sqlalchemy import select

from collector.store.engine import open_store
from collector.store.schema import fact, verdict
from wanzhao.cli import main

SCHOOL, CAMPUS = "339998", "339998-up"


@pytest.fixture
def province(tmp_path: Path) -> Iterator[ServedCollector]:
    one = ServedCollector(tmp_path / "province", SCHOOL, CAMPUS)
    yield one
    one.close()


def county(folder: Path, url: str, token: str) -> Path:
    """A county with two verdicts, and its configuration."""
    engine = open_store(f"sqlite:///{folder}/collector.db")
    row = {"profile_id": "plan", "target_id": "10g", "known_from": 1.0, "as_of": 1.0, "profile_sha256": "0"}
    with engine.begin() as connection:
        for school, state, reason in (("2133999001", "pass", ""), ("2133999002", "fail", "below")):
            values = row | {"school_id": school, "state": state, "reason": reason, "doc": b""}
            connection.execute(verdict.insert().values(**values))
    engine.dispose()
    (folder / "token").write_text(token, encoding="ascii")
    config = folder / "county.toml"
    above = f'campus = "{CAMPUS}"\nurl = "{url}"\ntoken = "file:{folder}/token"\n'
    config.write_text(f'[collector]\nstate_dir = "{folder}"\n[collector.above]\n{above}', encoding="utf-8")
    return config


def test_what_was_judged_below_is_known_above_after_one_run(
    province: ServedCollector, tmp_path: Path
) -> None:
    config = county(tmp_path, "http://{}:{}".format(*province.address), province.token)

    assert main(["collector", "forward", "--once", "--config", str(config)]) == 0

    query = select(fact.c.device_id, fact.c.key, fact.c.value).where(fact.c.subject == "plan:plan/10g")
    with province.engine.connect() as connection:
        found = {(device, key): json.loads(value) for device, key, value in connection.execute(query)}
    assert found == {
        ("2133999001", "state"): "pass",
        ("2133999002", "state"): "fail",
        ("2133999002", "reason"): "below",
        (CAMPUS, "schools"): {"pass": "1", "fail": "1"},
    }


def test_a_wrong_token_is_told_with_the_address(
    province: ServedCollector, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://{}:{}".format(*province.address)
    config = county(tmp_path, url, "wz_000000000000_" + "x" * 40)

    assert main(["collector", "forward", "--once", "--config", str(config)]) != 0

    said = capsys.readouterr().err
    assert url in said
    assert "x" * 40 not in said


def test_without_a_collector_above_the_command_says_what_to_fill_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'[collector]\nstate_dir = "{tmp_path}"\n', encoding="utf-8")

    assert main(["collector", "forward", "--config", str(config)]) != 0

    assert "collector.above" in capsys.readouterr().err
