"""One writer, many agents: who is stored, who is told to come again, and in which order."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from batches import T0, batch
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DataError, OperationalError

from collector import commit
from collector.commit import GROUP, Committer, commit_group
from collector.ingest import Caps, sifted
from collector.store.schema import fact, ledger
from collector.store.write import Arrival, Sender
from collector.telemetry import Telemetry
from inventory.errors import Refused, StoreBusy
from inventory.facts import Receipt


def arrival(campus: int, seq: int = 1, **fields: Any) -> Arrival:
    name = f"21339990{campus:02d}-01"
    one = batch(seq, T0 + 300 * seq, agent=name, campus=name, **fields)
    return Arrival(Sender(f"21339990{campus:02d}", name, name), one, f"sha of {campus} {seq}", T0 + 600.0)


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(ledger)).scalar_one())


@pytest.fixture
def committer(engine: Engine) -> Iterator[Committer]:
    one = Committer(engine, Telemetry())
    yield one
    one.close()


class Gate:
    """store_batch that waits to be let through: what comes meanwhile queues up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.honest = commit.store_batch
        self.entered, self.open = threading.Event(), threading.Event()
        self.seen: list[Arrival] = []
        monkeypatch.setattr(commit, "store_batch", self)

    def __call__(self, connection: Connection, one: Arrival, *others: Any) -> Receipt:
        self.entered.set()
        assert self.open.wait(30)
        self.seen.append(one)
        return self.honest(connection, one, *others)


def test_what_queued_up_goes_into_one_transaction(
    committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    first = committer.submit(arrival(0))
    assert gate.entered.wait(30)

    others = [committer.submit(arrival(n)) for n in range(1, GROUP + 1)]
    gate.open.set()

    assert {one.result(30).status for one in [first, *others]} == {"stored"}
    sizes = committer.telemetry.registry.get_sample_value
    assert sizes("wanzhao_collector_group_batches_count") == 2
    assert sizes("wanzhao_collector_group_batches_sum") == GROUP + 1


def test_an_answer_comes_after_the_commit(committer: Committer, engine: Engine) -> None:
    receipt = committer.submit(arrival(1)).result(30)

    assert (receipt.status, receipt.seq) == ("stored", 1)
    assert stored(engine) == 1


def test_one_poison_batch_among_64_is_refused_and_63_are_stored(engine: Engine) -> None:
    arrivals = [arrival(n) for n in range(GROUP)]
    poison = batch(2**70, T0, agent="2133999017-01", campus="2133999017-01")
    arrivals[17] = Arrival(arrivals[17].sender, poison, "sha", T0 + 600.0)

    results = commit_group(engine, arrivals)

    assert isinstance(results[17], Refused)
    assert results[17].status == 422
    assert sum(isinstance(result, Receipt) for result in results) == GROUP - 1
    assert stored(engine) == GROUP - 1


def test_a_number_used_twice_is_409_for_that_one_only(engine: Engine) -> None:
    commit_group(engine, [arrival(1)])
    other = Arrival(arrival(1).sender, arrival(1).batch, "other content", T0 + 700.0)

    results = commit_group(engine, [arrival(2), other, arrival(3)])

    assert isinstance(results[1], Refused)
    assert results[1].status == 409
    assert stored(engine) == 3


def test_yesterdays_batch_sent_again_changes_nothing(engine: Engine) -> None:
    commit_group(engine, [arrival(1)])

    (again,) = commit_group(engine, [arrival(1)])

    assert isinstance(again, Receipt)
    assert again.status == "duplicate"
    assert stored(engine) == 1


def test_after_a_failure_the_batches_of_that_agent_keep_their_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, seen = commit.store_batch, []

    def fails_once(connection: Connection, one: Arrival, *others: Any) -> Receipt:
        seen.append((one.sender.campus_id, one.batch.seq))
        if len(seen) == 1:
            raise DataError("INSERT", {}, Exception("out of range"))
        return honest(connection, one, *others)

    monkeypatch.setattr(commit, "store_batch", fails_once)
    results = commit_group(engine, [arrival(1, 1), arrival(1, 2), arrival(2, 1)])

    assert all(isinstance(result, Receipt) for result in results)
    assert [seq for campus, seq in seen if campus == "2133999001-01"] == [1, 1, 2]


def test_a_database_that_is_away_is_nobodys_fault_and_asked_a_few_times_only(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def away(_connection: Connection, one: Arrival, *_others: Any) -> Receipt:
        asked.append(one)
        raise OperationalError("INSERT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(commit, "store_batch", away)
    results = commit_group(engine, [arrival(n) for n in range(GROUP)])

    assert all(isinstance(result, StoreBusy) for result in results)
    assert len(asked) == 3


def test_a_full_queue_turns_away_at_once(committer: Committer, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    committer.queue_limit = 3
    waiting = [committer.submit(arrival(0))]
    assert gate.entered.wait(30)
    waiting += [committer.submit(arrival(n)) for n in (1, 2, 3)]

    with pytest.raises(StoreBusy):
        committer.submit(arrival(4))

    gate.open.set()
    assert {one.result(30).status for one in waiting} == {"stored"}


def test_a_locked_database_fills_the_queue_and_no_more_and_all_that_was_taken_is_stored(
    committer: Committer, engine: Engine
) -> None:
    committer.queue_limit = 10
    answers, turned_away = [], 0
    with engine.begin() as holder:  # SQLite: the one writer's lock
        if engine.dialect.name == "postgresql":
            holder.exec_driver_sql("LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE")
        for n in range(80):
            try:
                answers.append(committer.submit(arrival(n)))
            except StoreBusy:
                turned_away += 1
        assert not any(answer.done() for answer in answers)

    assert {answer.result(30).status for answer in answers} == {"stored"}
    assert turned_away == 80 - len(answers) >= 6
    assert stored(engine) == len(answers)


def test_hostile_texts_are_stored_cleaned(engine: Engine) -> None:
    dirty = "\0 \x1b[2J \u202e \u2028 \ud800 <script>alert(1)</script> '; DROP TABLE fact; --"
    one = arrival(1, changes={("gw", "port:\0", "alias"): dirty, ("gw", "", "lldp"): [dirty]})
    kept, rejected = sifted(one.batch, one.sender, T0 + 600.0, Caps())

    (result,) = commit_group(engine, [Arrival(one.sender, kept, "sha", T0 + 600.0)])

    assert isinstance(result, Receipt)
    assert rejected == []
    with engine.connect() as connection:
        found = dict(connection.execute(select(fact.c.key, fact.c.value)).all())
    assert json.loads(found["lldp"]) == [json.loads(found["alias"])]
    assert json.loads(found["alias"]).startswith("� �[2J � � � <script>")


def test_many_rows_fill_the_queue_as_well_as_many_batches(
    committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    committer.submit(arrival(0), rows=commit.ROWS_LIMIT)
    assert gate.entered.wait(30)
    committer.submit(arrival(1), rows=commit.ROWS_LIMIT)

    assert committer.full()

    gate.open.set()


def test_a_stop_finishes_what_is_queued(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    committer = Committer(engine, Telemetry())
    answers = [committer.submit(arrival(n)) for n in range(5)]
    closing = threading.Thread(target=committer.close)
    closing.start()
    gate.open.set()
    closing.join(30)

    assert [answer.result(0).status for answer in answers] == ["stored"] * 5
    with pytest.raises(StoreBusy):
        committer.submit(arrival(9))


def test_the_batches_of_one_agent_are_stored_as_they_came(
    committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    gate.open.set()

    answers = [committer.submit(arrival(n % 3, n // 3 + 1)) for n in range(60)]
    for answer in answers:
        answer.result(30)

    for campus in ("2133999000-01", "2133999001-01", "2133999002-01"):
        numbers = [one.batch.seq for one in gate.seen if one.sender.campus_id == campus]
        assert numbers == list(range(1, 21))


def test_two_batches_of_one_agent_in_one_group_see_each_other(engine: Engine) -> None:
    results = commit_group(
        engine, [arrival(1, 1), arrival(2, 1), arrival(1, 2), arrival(1, 1), arrival(1, 4)]
    )

    told = [(one.status, one.have_seq) for one in results if isinstance(one, Receipt)]
    assert told == [("stored", 1), ("stored", 1), ("stored", 2), ("duplicate", 2), ("stored", 2)]
    assert stored(engine) == 4


def test_a_group_in_few_statements_stores_what_it_does_one_by_one(engine: Engine) -> None:
    arrivals = [
        arrival(n % 5, n // 5 + 1, changes={("gw", "", "model"): f"S{n}", ("gw", "", "software"): "V2"})
        for n in range(30)
    ]

    commit_group(engine, arrivals)

    with engine.connect() as connection:
        query = select(ledger.c.school_id, ledger.c.seq, ledger.c.sha256)
        proofs = {tuple(row) for row in connection.execute(query)}
        live = connection.execute(
            select(fact.c.value).where(fact.c.key == "model", fact.c.valid_to.is_(None))
        )
        assert sorted(live.scalars()) == [f'"S{n}"' for n in range(25, 30)]
    assert proofs == {(one.sender.school_id, one.batch.seq, one.sha256) for one in arrivals}
