"""A device under questioning: one question at a time, retries, and a deadline for the whole reading."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple

from agent.snmp.engine import TOO_BIG, Answer, Engine, Kind, Link, Missing, Oid, Value
from agent.snmp.learned import POLLS_BEFORE_DOUBT, Hint
from agent.snmp.pace import Limits
from agent.snmp.target import Target
from inventory.errors import NoAnswer
from inventory.words import _

_AMPLE = 8
"""Rounds of waits that fit before the deadline: then a question cannot overrun it, and no alarm is set. One
of SNMPv3 may be several exchanges: discovery, a clock to set, a restarted engine."""

SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_TICKS_NEAR_FULL = 2**32 - 360_000


class OutOfTime(Exception):  # noqa: N818 - reads as what happened; never leaves the agent
    """The time allowed for this device is used up."""


class Session:
    """``async with Session(engine, target, budget_s)``; every question passes through ``ask``. ``hint`` is
    what earlier polls learnt of the device, ``lesson()`` what this one did."""

    def __init__(self, engine: Engine, target: Target, budget_s: float, hint: Hint | None = None) -> None:
        self.target = target
        self._waits_s = target.waits_s
        self.limits = Limits.of(target)
        self.rows: dict[str, int] = {}
        """Rows of the tables read so far, by the OID of their entry."""
        self.questions = 0
        self.varbinds = 0
        self.restarts = 0
        """How often the device has restarted since the first question, as far as that was seen."""
        self.hint = Hint()
        self._uptime_ticks: int | None = None
        self._engine = engine
        self._budget_s = budget_s
        self._deadline = 0.0
        self._link: Link | None = None
        if hint is not None:
            self.heed(hint)

    async def __aenter__(self) -> Session:
        self._deadline = asyncio.get_running_loop().time() + self._budget_s
        try:
            async with asyncio.timeout(self._budget_s):
                self._link = await self._engine.connect(self.target)
        except (OSError, TimeoutError) as error:
            raise NoAnswer(
                _("cannot reach this address (%(error)s)") % {"error": error},
                where=self.target.where,
                do=_("check the address and the name service"),
            ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._link is not None:
            self._link.close()

    def heed(self, hint: Hint) -> None:
        """Use what is known of the device, or of its model as soon as that is known."""
        self.hint = hint if hint.polls < POLLS_BEFORE_DOUBT else Hint()
        limits = self.limits
        limits.size = min(limits.most, self.hint.varbinds or limits.size)
        limits.too_big = {**self.hint.too_big, **limits.too_big}
        if limits.bulk is None:
            limits.bulk = self.hint.bulk

    def lesson(self) -> Hint:
        """What to tell the next poll of this device. Where datagrams were lost by chance, a limit found in
        this poll may have been chance too, and is not passed on."""
        known, limits = self.hint, self.limits
        is_lossy = limits.lost_by_chance > 0
        return Hint(
            varbinds=max(known.varbinds, limits.size) if is_lossy else limits.size,
            bulk=known.bulk if self.target.version == "1" else limits.bulk,
            too_big=known.too_big if is_lossy else limits.too_big,
            rows={**known.rows, **self.rows},
            polls=known.polls + 1,
        )

    def left_s(self) -> float:
        """Seconds left for this device."""
        return self._deadline - asyncio.get_running_loop().time()

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], *, repetitions: int = 0, tries: int | None = None
    ) -> Answer:
        """The answer. Raises TimeoutError after all tries, OSError when the network refuses, OutOfTime."""
        left_s = self.left_s()
        if left_s <= 0:
            raise OutOfTime
        assert self._link is not None
        waits_s = self._waits_s[:tries]
        self.questions += 1
        if left_s > _AMPLE * sum(waits_s):
            answer = await self._link.ask(kind, oids, waits_s, repetitions)
        else:
            answer = await self._ask_before_the_end(left_s, kind, oids, waits_s, repetitions)
        self.varbinds += len(answer.varbinds)
        return answer

    async def get(self, oids: Mapping[str, Oid]) -> dict[str, Value]:
        """The scalars that the device has, by name; those that it lacks are left out.

        An SNMPv1 agent, and some v2c agents, refuse a whole question for one missing variable (noSuchName,
        genErr), others for too many variables. The one that the error-index names is left out of the next
        try; where that does not help, since agents exist that name the wrong one, halves are tried.
        Raises as ``ask`` does.
        """
        found: dict[str, Value] = {}
        most = self.target.max_varbinds
        names = list(oids)
        waiting = [_Group(names[start : start + most]) for start in range(0, len(names), most)]
        while waiting:
            group = waiting.pop(0)
            answer = await self.ask("get", [oids[name] for name in group.names])
            if answer.error:
                waiting[:0] = group.in_other_words(answer)
            else:
                self._see_uptime(answer)
                _keep(found, {oids[name]: name for name in group.names}, answer)
        return found

    async def is_alive(self) -> bool:
        """Whether the device answers at all; any answer counts, an error too."""
        try:
            self._see_uptime(await self.ask("get", [SYS_UP_TIME]))
        except (TimeoutError, OSError):
            return False
        return True

    def _see_uptime(self, answer: Answer) -> None:
        """Count a restart: sysUpTime went back, and not because it is full (after 497 days)."""
        for oid, value in answer.varbinds:
            if oid == SYS_UP_TIME and isinstance(value, int):
                self.restarts += (
                    self._uptime_ticks is not None and value < self._uptime_ticks < _TICKS_NEAR_FULL
                )
                self._uptime_ticks = value

    async def _ask_before_the_end(
        self, left_s: float, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer:
        assert self._link is not None
        try:
            async with asyncio.timeout(left_s):
                return await self._link.ask(kind, oids, waits_s, repetitions)
        except TimeoutError:
            if self.left_s() <= 0:
                raise OutOfTime from None
            raise


class _Group(NamedTuple):
    """Scalars to ask for at once; ``suspect`` is one left out, for which the others were refused."""

    names: list[str]
    suspect: str | None = None

    def in_other_words(self, refusal: Answer) -> list[_Group]:
        """What to ask instead, now that this was refused."""
        names = self.names
        named = self.suspect is None and refusal.error != TOO_BIG and 1 <= refusal.error_at <= len(names)
        if named and len(names) > 1:
            at = refusal.error_at - 1
            return [_Group(names[:at] + names[at + 1 :], names[at])]
        everything = names if self.suspect is None else [*names, self.suspect]
        if len(everything) == 1:
            return []
        half = len(everything) // 2
        return [_Group(everything[:half]), _Group(everything[half:])]


def _keep(found: dict[str, Value], names: Mapping[Oid, str], answer: Answer) -> None:
    for oid, value in answer.varbinds:
        name = names.get(oid)
        if name is not None and value is not None and not isinstance(value, Missing):
            found[name] = value
