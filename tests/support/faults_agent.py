"""A school's agent for the fault tests: the real spool and the real way out, with computed rounds.

Everything it does goes into a history, one JSON object a line, each line one write to the kernel: what was
written before a SIGKILL is there afterwards. ``built`` says that a batch may exist, ``spooled`` that it was
promised, ``sent``, ``answered`` and ``settled`` what became of it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import random
import signal
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from faults_school import Clock, School, Teller, encoded

from agent import uplink
from agent.config import CollectorSettings
from agent.spool import Spool, Spooled
from agent.uplink import Progress, client_for, compress, sender, ship_forever, ship_one
from inventory.errors import CollectorError, Refused, StoreError
from inventory.facts import GapColumns, Lane, Receipt

SHORT_QUEUE = 3
REFUSALS = 20


@dataclass(slots=True)
class Options:
    """What one life of an agent is to do. ``until`` is the last round; then it ships what waits and ends.
    ``skew_s`` is how wrong its clock is, and with it the slots that it tells."""

    folder: str
    url: str
    token: str
    campus: str
    seed: int
    start: int
    interval_s: int = 60
    devices: int = 3
    weight: int = 0
    until: int = 1_000_000
    first: int = 0
    stride: int = 1
    pace_s: float = 0.0
    at_most_waiting: int = 1_000_000
    ahead: int = 0
    """So many rounds are spooled before the first is sent."""
    timeout_s: float = 5.0
    longest_wait_s: float = 0.2
    max_bytes: int = 2**30
    max_age_s: float = 3650 * 86400.0
    keep_s: float = 2 * 86400.0
    skew_s: float = 0.0
    has_boot: bool = True
    failpoint: str = ""
    """NAME or NAME:N; kills the process there, at the N-th passing, once (``folder/armed`` is removed)."""
    shape: str = ""
    """"old": batches as the first version made them; "future": with what no version knows yet."""
    patient: bool = False
    """Waits between tries as long as the real agent does."""
    linger: bool = False
    """Goes on waiting (SIGTERM ends it) once all is shipped."""
    life: int = field(default_factory=lambda: random.SystemRandom().getrandbits(32))


def run(options: Options) -> int:
    """One life; 0 when everything that was made is shipped, 5 when the spool refused."""
    try:
        return asyncio.run(_Agent(options).live())
    except StoreError as error:
        print(f"agent: {error}", file=sys.stderr, flush=True)
        return 5


class History:
    """Lines appended to a file, each at once."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, event: str, **what: Any) -> None:
        os.write(self._file, (json.dumps({"event": event, **what}) + "\n").encode())


class _Agent:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = Path(options.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.history = History(self.folder / "history")
        self.rng = random.Random(f"{options.seed}/{options.life}")
        start = options.start + int(options.skew_s)
        self.school = School(
            options.campus, options.seed, start, options.interval_s, options.devices, options.weight
        )
        self.teller = Teller(self.school)
        self.passes = 0
        if options.failpoint.startswith("sql"):
            _watch_sql(self)
        if options.skew_s:
            _turn_clock(options.skew_s)
        self.spool = _open_spool(options, self.folder / "spool.db")
        self.epoch = ""
        self.losses: tuple[Any, ...] = ()
        self.wake = asyncio.Event()
        self.made_all = False
        self.ready = asyncio.Event()

    async def live(self) -> int:
        options = self.options
        self.note_epoch()
        self.history.add("start", life=options.life, pid=os.getpid())
        settings = CollectorSettings(url=options.url, token=options.token, timeout_s=options.timeout_s)
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        async with client_for(settings) as client:
            work: asyncio.Future[Any] = asyncio.gather(self.make_rounds(), self.ship(client))
            stopping: asyncio.Future[Any] = asyncio.create_task(stop.wait())
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                self.history.add("stopped")
                return 0
            stopping.cancel()
            await work
        depth = self.spool.depth()
        self.history.add("drained", waiting=depth.batches, dropped=depth.dropped, refused=depth.refused)
        if options.linger:
            await stop.wait()
        self.spool.close()
        return 0

    def passing(self, name: str) -> None:
        """A failpoint: the process ends here if this is the one, and it is still armed."""
        wanted, _colon, count = self.options.failpoint.partition(":")
        armed = self.folder / "armed"
        if name != wanted or not armed.exists():
            return
        self.passes += 1
        if self.passes >= int(count or 1):
            armed.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    def note_epoch(self) -> None:
        if self.spool.epoch != self.epoch:
            self.epoch = self.spool.epoch
            self.history.add("epoch", epoch=self.epoch)

    async def make_rounds(self) -> None:
        options = self.options
        number = max(self.last_built() + options.stride, options.first)
        made = 0
        if not options.ahead:
            self.ready.set()
        while number <= options.until:
            await asyncio.sleep(self.rng.expovariate(1 / options.pace_s) if options.pace_s else 0)
            while self.spool.depth().batches > options.at_most_waiting:
                self.ready.set()
                await asyncio.sleep(0.01)
            self.make_round(number)
            number += options.stride
            made += 1
            if made >= options.ahead:
                self.ready.set()
            self.wake.set()
        self.ready.set()
        self.made_all = True
        self.wake.set()

    def make_round(self, number: int) -> None:
        self.tell_anew_after_loss()
        columns, keep = self.teller.columns(number)
        try:
            self.put(number, columns, "backlog")
        except StoreError as error:
            self.history.add("not_spooled", n=number, why=str(error))
            self.teller.told = {}
            return
        keep()
        if self.spool.depth().batches > SHORT_QUEUE and "lane" in _accepts(Spool.append):
            self.put(number, self.teller.present(number), "now")

    def put(self, number: int, columns: Any, lane: Lane) -> None:
        clock = self.clock(number)

        def build(epoch: str, seq: int, gaps: GapColumns = GapColumns()) -> bytes:  # noqa: B008
            self.history.add("built", n=number, lane=lane, epoch=epoch, seq=seq, gaps=len(gaps.number))
            self.passing(f"build_{lane}")
            plain = encoded(self.school, columns, clock, lane=lane, epoch=epoch, seq=seq, gaps=gaps)
            return compress(_SHAPES[self.options.shape](plain))

        more = {"lane": lane} if "lane" in _accepts(Spool.append) else {}
        seq = self.spool.append(clock.wall, build, **more)
        self.passing(f"spooled_{lane}")
        self.history.add("spooled", n=number, lane=lane, epoch=self.spool.epoch, seq=seq)

    def clock(self, number: int) -> Clock:
        """Rounds of the past have the time of their slot and no boot; those of the present what is so."""
        now, mono, boot = _clock()
        slot = self.school.slot(number)
        if not self.options.has_boot or abs(now - slot) > 3600:
            return Clock(float(slot) + 1)
        return Clock(now, mono, boot)

    def tell_anew_after_loss(self) -> None:
        depth = self.spool.depth()
        losses = (self.spool.epoch, depth.dropped, depth.refused)
        if losses != self.losses:
            self.losses, self.teller.told = losses, {}

    def last_built(self) -> int:
        with (self.folder / "history").open(encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if '"built"' in line]
        return max((line["n"] for line in lines), default=self.options.first - self.options.stride)

    async def ship(self, client: httpx.AsyncClient) -> None:
        await self.ready.wait()
        real, progress = sender(client), Progress()
        more: dict[str, Any] = {"on_receipt": self.heed} if "on_receipt" in _accepts(ship_one) else {}
        if self.options.patient:
            await ship_forever(self.spool, partial(self.send, real, None), self.wake, progress, **more)
        refusals = 0
        while True:
            self.wake.clear()
            batch = self.spool.oldest()
            if batch is None:
                if self.made_all:
                    return
                await self.wake.wait()
                continue
            try:
                await ship_one(self.spool, partial(self.send, real, batch), batch, progress, **more)
            except (CollectorError, StoreError) as error:
                refusals += isinstance(error, StoreError)
                if refusals > REFUSALS and self.made_all:
                    raise  # a daemon would go on; the disk will not get better
                await asyncio.sleep(self.rng.uniform(0, self.options.longest_wait_s))
            else:
                refusals = 0
                self.passing("settled")
                self.history.add("settled", seq=batch.seq)
            self.note_epoch()

    async def send(self, real: Any, batch: Spooled | None, body: bytes) -> Receipt:
        address: dict[str, Any] = {}
        if batch:
            epoch = getattr(batch, "epoch", self.spool.epoch)
            address = {"seq": batch.seq, "lane": getattr(batch, "lane", "backlog"), "epoch": epoch}
        self.history.add("sent", **address)
        self.passing("send")
        try:
            receipt = await real(body)
        except Refused as error:
            self.history.add("refused", **address, status=error.status, why=str(error)[:200])
            raise
        except CollectorError as error:
            self.history.add("failed", **address, why=str(error)[:200])
            raise
        self.passing("answered")
        if receipt is not None:
            address = {"seq": receipt.seq, "lane": receipt.lane, "epoch": receipt.epoch}
        self.history.add("answered", **address, status=getattr(receipt, "status", ""))
        return receipt  # type: ignore[no-any-return]

    def heed(self, receipt: Receipt) -> None:
        for rejected in receipt.rejected:
            self.history.add(
                "rejected", part=rejected.part, rows=rejected.rows, why=rejected.why, seq=receipt.seq
            )
        for device in receipt.frames_wanted:
            self.history.add("frame_wanted", device=device)
            self.teller.told = {name: facts for name, facts in self.teller.told.items() if name != device}


def _clock() -> tuple[float, float, str]:
    return uplink.clock() if hasattr(uplink, "clock") else (time.time(), 0.0, "")


def _accepts(function: Any) -> Any:
    return inspect.signature(function).parameters


def _open_spool(options: Options, path: Path) -> Spool:
    knows = _accepts(Spool)
    more: dict[str, Any] = {"min_free_bytes": 0, "keep_s": options.keep_s}
    if thinned := getattr(uplink, "thinned", None):
        more["thin"] = thinned
    more = {name: value for name, value in more.items() if name in knows}
    return Spool(path, max_bytes=options.max_bytes, max_age_s=options.max_age_s, **more)


def _old_shape(plain: bytes) -> bytes:
    """A batch as an agent of the first version made it: without what has been added since."""
    batch = json.loads(plain)
    for name in ("samples", "digests", "gaps", "made_mono", "boot"):
        batch.pop(name, None)
    return json.dumps(batch).encode()


def _future_shape(plain: bytes) -> bytes:
    """A batch with columns, a table and a word that this version does not know."""
    batch = json.loads(plain)
    batch["weather"] = {"device": ["d"], "slot": [1], "sky": ["grey"]}
    batch["polls"]["mood"] = ["calm"] * len(batch["polls"]["slot"])
    batch["agent_version"] = "99.0"
    return json.dumps(batch).encode()


_SHAPES = {"": lambda plain: plain, "old": _old_shape, "future": _future_shape}


def _watch_sql(agent: _Agent) -> None:
    """Make every statement of the spool a failpoint: ``sql:N`` is the N-th that begins."""
    connect = sqlite3.connect

    def watched(*arguments: Any, **named: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*arguments, **named)
        db.set_trace_callback(lambda _text: agent.passing("sql"))
        return db

    sqlite3.connect = watched  # type: ignore[assignment]


def _turn_clock(skew_s: float) -> None:
    """A wall clock that is wrong by so many seconds; the time since boot is right."""
    right = time.time
    time.time = lambda: right() + skew_s


if __name__ == "__main__":
    sys.exit(run(Options(**json.loads(sys.argv[1]))))
