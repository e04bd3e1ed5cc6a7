"""A device under questioning: one question at a time, retries, and a deadline for the whole reading."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType

from agent.snmp.engine import Answer, Engine, Kind, Link, Missing, Oid, Value
from agent.snmp.target import Target
from inventory.errors import NoAnswer
from inventory.words import _


class OutOfTime(Exception):  # noqa: N818 - reads as what happened; never leaves the agent
    """The time allowed for this device is used up."""


class Session:
    """``async with Session(engine, target, budget_s)``; every question passes through ``ask``."""

    def __init__(self, engine: Engine, target: Target, budget_s: float) -> None:
        self.target = target
        self._engine = engine
        self._budget_s = budget_s
        self._deadline = 0.0
        self._link: Link | None = None
        self.questions = 0
        self.varbinds = 0
        self.bulk_works: bool | None = None
        """None until the first GETBULK was answered, or only GETNEXT was."""

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
        waits_s = self.target.waits_s[:tries]
        self.questions += 1
        try:
            async with asyncio.timeout(left_s):
                answer = await self._link.ask(kind, oids, waits_s, repetitions)
        except TimeoutError:
            if self.left_s() <= 0:
                raise OutOfTime from None
            raise
        self.varbinds += len(answer.varbinds)
        return answer

    async def get(self, oids: Mapping[str, Oid]) -> dict[str, Value]:
        """The scalars that the device has, by name; those that it lacks are left out.

        An SNMPv1 agent, and some v2c agents, refuse a whole question for one missing variable
        (noSuchName, genErr): then each is asked alone.
        """
        found: dict[str, Value] = {}
        names = list(oids)
        for start in range(0, len(names), self.target.max_varbinds):
            group = names[start : start + self.target.max_varbinds]
            answer = await self.ask("get", [oids[name] for name in group])
            if answer.error and len(group) > 1:
                for name in group:
                    _keep(found, {oids[name]: name}, await self.ask("get", [oids[name]]))
            else:
                _keep(found, {oids[name]: name for name in group}, answer)
        return found

    async def is_alive(self, oid: Oid) -> bool:
        """Whether the device answers at all; any answer counts, an error too."""
        try:
            await self.ask("get", [oid])
        except (TimeoutError, OSError):
            return False
        return True


def _keep(found: dict[str, Value], names: Mapping[Oid, str], answer: Answer) -> None:
    if answer.error:
        return
    for oid, value in answer.varbinds:
        name = names.get(oid)
        if name is not None and value is not None and not isinstance(value, Missing):
            found[name] = value
