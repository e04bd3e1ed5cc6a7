"""A device in memory behind the engine seam, obedient until told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.snmp.engine import Answer, Kind, Missing, Oid, Value
from agent.snmp.target import Target

Twist = Callable[["Question"], Answer | None]


@dataclass(frozen=True)
class Question:
    kind: Kind
    oids: tuple[Oid, ...]
    repetitions: int
    tries: int
    number: int


@dataclass
class FakeDevice:
    """An engine and a link in one. ``objects`` are served in the order given by ``order`` (their own by
    default). A ``twist`` sees each question first and may answer it, raise, or leave it by returning None."""

    objects: Mapping[Oid, Value]
    order: Sequence[Oid] = ()
    twist: Twist | None = None
    v1: bool = False
    asked: list[Question] = field(default_factory=list)

    async def connect(self, _target: Target) -> FakeDevice:
        return self

    def close(self) -> None:
        """Nothing to close."""

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        question = Question(kind, tuple(oids), repetitions, len(waits_s), len(self.asked))
        self.asked.append(question)
        twisted = self.twist(question) if self.twist else None
        return twisted or self.obey(question)

    def obey(self, question: Question) -> Answer:
        """The answer of a device that follows the standard."""
        if question.kind == "get":
            return Answer(0, 0, [(oid, self._get(oid)) for oid in question.oids])
        rounds = question.repetitions if question.kind == "bulk" else 1
        found: list[tuple[Oid, Value]] = []
        row = list(question.oids)
        for _round in range(rounds):
            pairs = [self._next(oid) for oid in row]
            if self.v1 and (ended := [place for place, pair in enumerate(pairs) if pair is None]):
                return Answer(2, ended[0] + 1, [(oid, None) for oid in row])
            found += [pair or (oid, Missing.END_OF_VIEW) for oid, pair in zip(row, pairs, strict=True)]
            row = [oid for oid, _value in found[-len(row) :]]
        return Answer(0, 0, found)

    def _get(self, oid: Oid) -> Value:
        if oid in self.objects:
            return self.objects[oid]
        known = any(held[: len(oid) - 1] == oid[:-1] for held in self.objects)
        return Missing.NO_SUCH_INSTANCE if known else Missing.NO_SUCH_OBJECT

    def _next(self, oid: Oid) -> tuple[Oid, Value] | None:
        order = list(self.order or sorted(self.objects))
        after = order[order.index(oid) + 1 :] if oid in order else [held for held in order if held > oid]
        return (after[0], self.objects[after[0]]) if after else None


def table(entry: Oid, columns: Mapping[int, Mapping[Oid, Value]]) -> dict[Oid, Value]:
    """The objects of a table: column number -> index -> value."""
    return {
        (*entry, number, *index): value for number, cells in columns.items() for index, value in cells.items()
    }
