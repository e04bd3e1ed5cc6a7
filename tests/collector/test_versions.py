"""An old agent and a new collector, a new agent and an old collector: each understands what the other says.

The forms of the first version stand here as they were. What they lack, the newer side does without.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import httpx
import msgspec
import zstandard
from batches import PORT, T0
from served_collector import ServedCollector
from sqlalchemy import select

from agent.changes import Columns
from agent.config import CollectorSettings
from agent.rounds import Memory
from agent.samples import Block
from agent.spool import Spool
from agent.uplink import Progress, client_for, compress, sender, ship_one
from collector.store.schema import fact, ledger
from inventory.facts import Batch, FactValue, GapColumns, Receipt

CAMPUS = "2133999001-01"


class FirstPolls(msgspec.Struct):
    device: list[str] = []
    slot: list[int] = []
    outcome: list[Literal["ok", "down", "gap"]] = []


class FirstFrames(msgspec.Struct):
    device: list[str] = []
    slot: list[int] = []


class FirstFacts(msgspec.Struct):
    device: list[str] = []
    slot: list[int] = []
    subject: list[str] = []
    key: list[str] = []
    value: list[FactValue] = []


class FirstBatch(msgspec.Struct):
    agent: str
    campus: str
    epoch: str
    seq: int
    made_at: float
    interval_s: int
    schema: str = "wanzhao.batch/1"
    lane: Literal["now", "backlog"] = "backlog"
    agent_version: str = ""
    polls: FirstPolls = msgspec.field(default_factory=FirstPolls)
    frames: FirstFrames = msgspec.field(default_factory=FirstFrames)
    facts: FirstFacts = msgspec.field(default_factory=FirstFacts)


class FirstReceipt(msgspec.Struct):
    status: Literal["stored", "duplicate"]
    agent: str
    epoch: str
    lane: str
    seq: int


def test_a_batch_of_the_first_agent_is_stored_and_its_receipt_understood(tmp_path: Path) -> None:
    served = ServedCollector(tmp_path, "2133999001", CAMPUS, now=T0 + 600.0)
    polls, frames = FirstPolls(["gw"], [T0], ["ok"]), FirstFrames(["gw"], [T0])
    facts = FirstFacts(["gw"], [T0], [PORT], ["speed_mbps"], [10000])
    old = FirstBatch(CAMPUS, CAMPUS, "e1", 1, T0 + 1.0, 300, polls=polls, frames=frames, facts=facts)
    head = {
        "Authorization": f"Bearer {served.token}",
        "Content-Type": "application/vnd.wanzhao.batch+json;v=1",
        "Content-Encoding": "zstd",
    }
    try:
        url = "http://{}:{}/v1/batches".format(*served.address)
        answer = httpx.post(url, content=compress(msgspec.json.encode(old)), headers=head)
        with served.engine.connect() as connection:
            stored = connection.execute(select(fact.c.subject, fact.c.value).where(fact.c.key != "")).all()
            assert connection.execute(select(ledger.c.seq)).scalars().all() == [1]
    finally:
        served.close()

    assert [tuple(row) for row in stored] == [(PORT, "10000")]
    receipt = msgspec.json.decode(answer.content, type=FirstReceipt)
    assert receipt == FirstReceipt("stored", CAMPUS, "e1", "backlog", 1)


def of_today(epoch: str, seq: int, gaps: GapColumns) -> bytes:
    """A batch with all that an agent can say today."""
    columns = Columns(T0)
    columns.add_poll("gw", "ok")
    columns.add_frame("gw", {(PORT, "speed_mbps"): 10000})
    columns.add_digest("gw", "0" * 32)
    columns.add_samples("gw", [Block([PORT], ["in_octets"], [0], [[12345]])])
    batch = Batch(
        agent=CAMPUS,
        campus=CAMPUS,
        epoch=epoch,
        seq=seq,
        made_at=float(T0),
        made_mono=1.0,
        boot="b",
        interval_s=300,
        polls=columns.polls,
        frames=columns.frames,
        facts=columns.facts,
        samples=columns.samples,
        digests=columns.digests,
        gaps=gaps,
    )
    return compress(msgspec.json.encode(batch))


def test_the_first_collector_takes_a_batch_of_today_and_the_agent_its_receipt(tmp_path: Path) -> None:
    seen: list[FirstBatch] = []

    def first_collector(request: httpx.Request) -> httpx.Response:
        plain = zstandard.ZstdDecompressor().decompress(request.content)
        seen.append(one := msgspec.json.decode(plain, type=FirstBatch))
        said = FirstReceipt("stored", one.agent, one.epoch, one.lane, one.seq)
        return httpx.Response(200, content=msgspec.json.encode(said))

    spool = Spool(tmp_path / "spool.db", max_bytes=10**6, max_age_s=1e9)
    spool.append(float(T0), of_today)
    batch = spool.oldest()
    assert batch is not None
    memory, progress = Memory(), Progress()
    settings = CollectorSettings(url="http://collector", token="plain:x")
    with_first = client_for(settings)
    with_first._transport = httpx.MockTransport(first_collector)
    given: list[Receipt] = []

    def heed(receipt: Receipt) -> None:
        given.append(receipt)
        memory.heed(receipt)

    asyncio.run(ship_one(spool, sender(with_first), batch, progress, heed))

    assert [(one.seq, one.facts.value, one.frames.device) for one in seen] == [(1, [10000], ["gw"])]
    assert (spool.depth().batches, progress.shipped, memory.frames_wanted) == (0, 1, set())
    assert given[0].clock_offset_s is None
    spool.close()
