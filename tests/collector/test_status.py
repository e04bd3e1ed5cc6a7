"""What the operator is shown of the store, and what of it needs a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from collector.backup import sums_of
from collector.status import problems, status_of
from collector.store import schema
from collector.store.engine import open_store
from collector.store.tokens import load_pepper, new_token
from wanzhao.cli import main

NOW = 1_790_000_000.0
AGENT = {"school_id": "2133999001", "agent_id": "2133999001-01"}
LANE = AGENT | {"epoch": "e1", "lane": "backlog"}


def seen(connection: Connection, **changes: Any) -> None:
    row = {
        "campus_id": "c",
        "last_report": NOW - 60,
        "newest_slot": 1,
        "interval_s": 300,
        "agent_version": "1",
    }
    connection.execute(schema.agent_seen.insert().values(**AGENT | row | changes))


def arrived(connection: Connection, *seqs: int, **changes: Any) -> None:
    row = {"sha256": "0", "received_at": NOW - 60, "made_at": NOW - 61, "offset_s": 0.5, "shift_s": 0}
    for seq in seqs:
        connection.execute(schema.ledger.insert().values(**LANE | row | {"seq": seq} | changes))


def marked(connection: Connection, seq: int) -> None:
    connection.execute(schema.watermark.insert().values(**LANE, seq=seq, updated_at=NOW))


def lost(connection: Connection, **changes: Any) -> None:
    row = {"number": 1, "first_seq": 3, "last_seq": 5, "first_at": NOW - 900, "last_at": NOW - 300}
    row |= {"what": "everything", "why": "no_room", "received_at": NOW}
    connection.execute(schema.gap.insert().values(**LANE | row | changes))


def said(connection: Connection) -> list[str]:
    return [str(problem) for problem in problems(status_of(connection, NOW), fresh_s=86400.0)]


def test_a_store_that_is_well_needs_nobody(engine: Engine) -> None:
    with engine.begin() as connection:
        seen(connection)
        arrived(connection, 11, 12)
        marked(connection, 12)

        status = status_of(connection, NOW)

        assert said(connection) == []
    (one,) = status.agents
    assert (one.lag_s, one.clock_offset_s, one.epoch, one.version) == (60.0, 0.5, "e1", "1")
    assert (status.schema_version, status.kept.rows["ledger"]) == (schema.SCHEMA_VERSION, 2)
    assert status.kept.database_bytes > 10_000


def test_the_clock_is_that_of_the_newest_batch(engine: Engine) -> None:
    with engine.begin() as connection:
        seen(connection)
        arrived(connection, 1, offset_s=-4000.0, received_at=NOW - 9000)
        arrived(connection, 2, offset_s=1.0)

        assert status_of(connection, NOW).agents[0].clock_offset_s == 1.0
        assert said(connection) == []


def test_numbers_that_are_missing_below_later_ones_are_a_hole(engine: Engine) -> None:
    with engine.begin() as connection:
        marked(connection, 10)
        arrived(connection, 10, 14, 17, received_at=NOW - 7200)

        (hole,) = status_of(connection, NOW).holes

    assert (hole.seq, hole.missing, hole.since) == (10, 5, NOW - 7200)


def test_the_newest_number_ahead_of_the_mark_is_no_hole(engine: Engine) -> None:
    with engine.begin() as connection:
        marked(connection, 10)
        arrived(connection, 10, 11, 12)

        assert status_of(connection, NOW).holes == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda c: seen(c, last_report=NOW - 90000), "silent for 25 h"),
        (lambda c: (seen(c), arrived(c, 1, offset_s=-172800.0)), "its clock is off by -172800 s"),
        (lambda c: (marked(c, 1), arrived(c, 4, received_at=NOW - 7200)), "2 batches after number 1 are"),
        (lambda c: lost(c), "3 batches were lost for good: no_room"),
        (
            lambda c: c.execute(
                schema.landing.insert().values(
                    **LANE, seq=1, day=int(NOW // 86400) - 5, slot=1, n=1, codec=1, body=b""
                )
            ),
            "waited 5 days",
        ),
        (
            lambda c: c.execute(
                schema.landing.insert().values(**LANE, seq=1, day=1, slot=1, n=1, codec=0, body=b"")
            ),
            "1 batches could not be read",
        ),
        (
            lambda c: c.execute(
                schema.agent.insert().values(
                    **AGENT, token_prefix="p", campus_id="c", token_hmac="h", created_at=1.0
                )
            ),
            "never reported",
        ),
    ],
)
def test_what_is_wrong_is_said(engine: Engine, make: Any, says: str) -> None:
    with engine.begin() as connection:
        make(connection)

        (what,) = said(connection)

    assert says in what


def test_an_old_loss_and_thinned_samples_need_nobody(engine: Engine) -> None:
    with engine.begin() as connection:
        lost(connection, received_at=NOW - 8 * 86400)
        lost(connection, number=2, what="samples")

        assert said(connection) == []
        assert len(status_of(connection, NOW).gaps) == 1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f'[collector]\nstate_dir = "{tmp_path}/state"\n', encoding="utf-8")
    return path


def run(config: Path, *words: str) -> int:
    return main(["collector", *words, "--config", str(config)])


def test_the_command_tells_machines_and_ends_with_1_when_it_needs_a_person(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "status") == 0
    engine = open_store(f"sqlite:///{tmp_path}/state/collector.db")
    with engine.begin() as connection:
        seen(connection, last_report=1.0)
    engine.dispose()
    capsys.readouterr()

    assert run(config, "status", "--json") == 1

    told = json.loads(capsys.readouterr().out)
    assert told["agents"][0]["agent"] == AGENT["agent_id"]
    assert len(told["problems"]) == 1


def test_the_commands_take_a_backup_there_and_back(config: Path, tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/state/collector.db")
    with engine.begin() as connection:
        seen(connection)
        before = sums_of(connection)
    file = str(tmp_path / "a.backup")

    assert run(config, "backup", file) == 0
    assert run(config, "restore", file) == 2  # there is data
    assert run(config, "restore", file, "--force") == 0

    with engine.connect() as connection:
        assert sums_of(connection) == before
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("up",), 0),
        (("down", "--to", "1"), 0),
        (("down",), 2),
        (("down", "--to", "0"), 2),
        (("up", "--to", "1"), 2),
        (("up", "--to", "99"), 2),
    ],
)
def test_the_command_changes_the_schema_version_only_the_way_it_was_told(
    config: Path, words: tuple[str, ...], code: int
) -> None:
    assert run(config, "migrate", "up") == 0

    assert run(config, "migrate", *words) == code


def test_the_command_adds_a_pepper_and_shows_which_tokens_hang_on_which(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/state/collector.db")
    with engine.begin() as connection:
        new_token(connection, load_pepper(tmp_path / "state" / "pepper"), "2133999001", "2133999001-01", NOW)
    engine.dispose()

    assert run(config, "pepper", "--add") == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:3]]
    assert [row[1] for row in rows] == ["0", "1"]
    assert [row[0] for row in rows] == [name for name, _ in load_pepper(tmp_path / "state" / "pepper").all]
