"""Several collector processes on one PostgreSQL: an agent may talk to any of them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from batches import batch, packed
from line import ENV, until
from sqlalchemy import Engine, select

from collector.store.engine import open_store
from collector.store.schema import fact, ledger, metadata
from collector.store.tokens import load_pepper, new_token
from inventory.facts import Batch
from wanzhao.demo.processes import free_port

pytestmark = pytest.mark.postgres

SCHOOL, CAMPUS = "2133999001", "2133999001-01"
MEDIA = {"Content-Type": "application/vnd.wanzhao.batch+json;v=1", "Content-Encoding": "zstd"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two collectors, their database, and the token of one agent."""

    urls: tuple[str, str]
    engine: Engine
    token: str

    def send(self, to: int, one: Batch) -> str:
        head = MEDIA | {"Authorization": f"Bearer {self.token}"}
        answer = httpx.post(f"{self.urls[to]}/v1/batches", content=packed(one), headers=head, timeout=60)
        answer.raise_for_status()
        return str(answer.json()["status"])

    def stored(self, epoch: str) -> list[int]:
        with self.engine.connect() as connection:
            query = select(ledger.c.seq).where(ledger.c.school_id == SCHOOL, ledger.c.epoch == epoch)
            return sorted(connection.execute(query).scalars())


@pytest.fixture(scope="module")
def pair(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    engine = open_store(postgres_url)
    with engine.begin() as connection:
        for table in metadata.tables.values():
            connection.execute(table.delete().where(table.c.school_id == SCHOOL))
        token = new_token(connection, load_pepper(folder / "pepper"), SCHOOL, CAMPUS, time.time())
    ports = (free_port(), free_port())
    processes = [_start(folder, port, postgres_url) for port in ports]
    urls = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
    try:
        for url in urls:
            until(lambda url=url: httpx.get(f"{url}/-/healthy").status_code == 200, f"{url} is healthy")
        yield Pair(urls, engine, token)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        engine.dispose()


def _start(folder: Path, port: int, database: str) -> subprocess.Popen[bytes]:
    """The pepper is the same file for both; nothing else of the folder is used."""
    config = folder / f"{port}.toml"
    config.write_text(
        f'[collector]\nstate_dir = "{folder}"\ndatabase = "{database}"\nlisten = "127.0.0.1:{port}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "wanzhao.cli", "collector", "run", "--config", str(config)]
    with (folder / f"{port}.log").open("wb") as log:
        return subprocess.Popen(command, cwd="/", env=ENV, stdout=log, stderr=log)


def made(seq: int, epoch: str) -> Batch:
    slot = int(time.time()) // 300 * 300 - 86400 + 300 * seq
    changes = {("gw", "", "software"): f"V{seq}"}
    return batch(seq, slot, changes=changes, frames=("gw",) if seq == 1 else (), epoch=epoch)


def test_an_agent_may_talk_to_each_in_turn(pair: Pair) -> None:
    batches = [made(seq, "turns") for seq in range(1, 11)]

    first = [pair.send(one.seq % 2, one) for one in batches]
    again = [pair.send(1 - one.seq % 2, one) for one in batches]

    assert (set(first), set(again)) == ({"stored"}, {"duplicate"})
    assert pair.stored("turns") == list(range(1, 11))
    with pair.engine.connect() as connection:
        query = select(fact.c.valid_from).where(fact.c.school_id == SCHOOL, fact.c.key == "software")
        assert len(connection.execute(query).all()) == 10


def test_one_batch_to_both_at_once_is_stored_once(pair: Pair) -> None:
    found: list[tuple[int, str]] = []
    gate = threading.Barrier(2)
    batches = [made(seq, "race") for seq in range(1, 16)]

    def send(to: int) -> None:
        for one in batches:
            gate.wait(timeout=60)
            found.append((one.seq, pair.send(to, one)))

    threads = [threading.Thread(target=send, args=(to,)) for to in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert Counter(status for _seq, status in found) == {"stored": 15, "duplicate": 15}
    assert Counter(seq for seq, status in found if status == "stored") == Counter(range(1, 16))
    assert pair.stored("race") == list(range(1, 16))
