"""wanzhao agent spool: a look at the spool beside the running agent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from batches import T0, batch, packed

from agent.spool import Spool
from agent.spool_look import faults_of, state_of
from inventory.errors import StoreError
from inventory.facts import GapColumns
from wanzhao.cli import main

CONFIG = """
[agent]
campus = "2133999001-01"
state_dir = "{folder}"
[agent.collector]
url = "http://127.0.0.1:1"
token = "plain:t"
[[agent.device]]
id = "gw"
address = "127.0.0.1"
role = "gateway"
community = "plain:public"
"""


def build(epoch: str, seq: int, gaps: GapColumns) -> bytes:
    return packed(batch(seq, T0 + seq * 300, epoch=epoch, gaps=gaps))


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    one = Spool(tmp_path / "spool.db", max_bytes=10**6, max_age_s=1e9, min_free_bytes=0)
    for n in range(4):
        one.append(T0 + 300.0 * n, build)
    yield one
    one.close()


def run(folder: Path, *words: str) -> int:
    config = folder / "config.toml"
    config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    return main(["agent", "spool", *words, "--config", str(config), "--json"])


def test_the_state_is_told_while_the_agent_has_the_spool(
    spool: Spool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = spool.oldest()
    assert first is not None
    spool.settle(first, 1)

    assert run(tmp_path, "status") == 0

    state = json.loads(capsys.readouterr().out)
    assert (state["epoch"], state["waiting"], state["kept"]) == (spool.epoch, 3, 1)
    assert state["oldest_made_at"] == T0 + 300.0
    assert state_of(tmp_path / "spool.db").body_bytes == state["body_bytes"] > 0


def test_a_good_spool_has_no_faults_and_a_damaged_one_names_the_batch(
    spool: Spool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "verify") == 0
    with sqlite3.connect(tmp_path / "spool.db") as other:
        other.execute("UPDATE item SET body = x'00' WHERE seq = 2")
        other.execute("DELETE FROM item WHERE seq = 3")
    other.close()
    capsys.readouterr()

    assert run(tmp_path, "verify") == 1

    faults = json.loads(capsys.readouterr().out)["faults"]
    assert faults == [f"{spool.epoch}/backlog/2: CRC", "backlog/3: missing"]


def test_a_number_that_is_told_as_lost_is_no_fault(spool: Spool, tmp_path: Path) -> None:
    spool._drop(spool.epoch, "backlog", 2, 0.0, "damaged")

    assert faults_of(tmp_path / "spool.db") == []


def test_a_spool_that_is_not_there_is_an_error_that_says_where(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"spool\.db"):
        state_of(tmp_path / "spool.db")
