"""Whatever happens to a spool, in any order: each batch is delivered or told as lost, in order, not both."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from agent.spool import Spool
from inventory.facts import GapColumns

NOW = 1_790_000_000.0


class SpoolMachine(RuleBasedStateMachine):
    """The spool beside a model of it: sets of numbers, and what a collector has heard."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wz-"))
        self.homes = 0
        self.made: list[int] = []
        self.waiting: list[int] = []
        self.damaged: set[int] = set()
        self.arrived: set[int] = set()
        self.told: set[int] = set()
        self.gaps_in: dict[int, set[int]] = {}
        self.spool = self.opened(self.folder / "0" / "spool.db")

    def opened(self, path: Path) -> Spool:
        return Spool(path, max_bytes=10**6, max_age_s=1e9, min_free_bytes=0)

    @rule()
    def put(self) -> None:
        def build(epoch: str, seq: int, gaps: GapColumns) -> bytes:
            pairs = zip(gaps.first_seq, gaps.last_seq, strict=True)
            self.gaps_in[seq] = {n for first, last in pairs for n in range(first, last + 1)}
            return f"{epoch}:{seq}".encode() * 10

        seq = self.spool.append(NOW + len(self.made), build)
        assert seq == len(self.made) + 1
        self.made.append(seq)
        self.waiting.append(seq)

    @precondition(lambda self: self.waiting)
    @rule(answer_is_lost=st.booleans())
    def ship(self, answer_is_lost: bool) -> None:
        batch = self.spool.oldest()
        self.waiting = [seq for seq in self.waiting if seq not in self.damaged]
        if batch is None:
            assert self.waiting == []
            return
        assert batch.seq == self.waiting[0]
        self.arrived.add(batch.seq)
        self.told |= self.gaps_in[batch.seq]
        if not answer_is_lost:
            self.spool.settle(batch, self.have_seq())
            self.waiting.pop(0)

    @precondition(lambda self: self.waiting and self.waiting[0] not in self.arrived)
    @rule()
    def refuse(self) -> None:
        batch = self.spool.oldest()
        self.waiting = [seq for seq in self.waiting if seq not in self.damaged]
        if batch is None or batch.seq in self.arrived:
            return
        self.spool.refuse(batch, "no")
        self.waiting.remove(batch.seq)

    @precondition(lambda self: set(self.waiting) - self.arrived)
    @rule(which=st.integers(min_value=0))
    def damage(self, which: int) -> None:
        left = sorted(set(self.waiting) - self.arrived)
        seq = left[which % len(left)]
        with closing(sqlite3.connect(self.spool.path)) as db, db:
            db.execute("UPDATE item SET body = x'00' WHERE seq = ?", (seq,))
        self.damaged.add(seq)

    @rule()
    def restart(self) -> None:
        self.spool.close()
        self.spool = self.opened(self.spool.path)

    @rule()
    def lose_power(self) -> None:
        """The files as they are on disk at this moment, on another machine."""
        self.homes += 1
        home = self.folder / str(self.homes)
        shutil.copytree(self.spool.path.parent, home)
        self.spool.close()
        self.spool = self.opened(home / "spool.db")

    def have_seq(self) -> int:
        """The number up to which a collector has all, or knows that it is lost."""
        seq = 0
        while seq + 1 in self.arrived | self.told:
            seq += 1
        return seq

    def teardown(self) -> None:
        for _again in range(4):  # a batch that tells of a loss may be damaged itself: the next one tells it
            self.put()
            while self.waiting:
                self.ship(answer_is_lost=False)
        self.spool.close()
        shutil.rmtree(self.folder)
        assert self.arrived | self.told == set(self.made)
        assert not self.arrived & self.told


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
