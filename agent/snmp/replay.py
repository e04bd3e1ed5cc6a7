"""A recorded device as an engine: a file of variables (.snmprec) that answers as the device once did.

The format is snmpsim's: one variable a line, ``OID|TAG|VALUE``; TAG is the number of the BER tag, with an
"x" when VALUE is hexadecimal. ``wanzhao agent record`` writes it.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path

from agent.snmp.engine import Answer, Kind, Missing, Oid, Value, oid
from agent.snmp.target import Target
from inventory.errors import InputError
from inventory.words import _

_NUMBERS = frozenset({2, 65, 66, 67, 70, 71})
_OCTETS = frozenset({4, 68})
_NULL, _OID, _IP_ADDRESS = 5, 6, 64


class Recording:
    """An engine and its link in one; every target is this device."""

    def __init__(self, objects: dict[Oid, Value]) -> None:
        self.objects = objects
        self._order = sorted(objects)

    async def connect(self, target: Target) -> Recording:  # noqa: ARG002 - whatever the address
        return self

    def close(self) -> None:
        """Nothing to close."""

    async def ask(
        self,
        kind: Kind,
        oids: Sequence[Oid],
        waits_s: Sequence[float],  # noqa: ARG002 - a recording never keeps anybody waiting
        repetitions: int = 0,
    ) -> Answer:
        """The answer of a device that follows RFC 3416."""
        if kind == "get":
            return Answer(0, 0, [(name, self._get(name)) for name in oids])
        found: list[tuple[Oid, Value]] = []
        row = list(oids)
        for _round in range(repetitions if kind == "bulk" else 1):
            row_found = [self._next(name) for name in row]
            found += row_found
            row = [name for name, _value in row_found]
        return Answer(0, 0, found)

    def _get(self, name: Oid) -> Value:
        if name in self.objects:
            return self.objects[name]
        at = bisect_left(self._order, name[:-1])
        known = at < len(self._order) and self._order[at][: len(name) - 1] == name[:-1]
        return Missing.NO_SUCH_INSTANCE if known else Missing.NO_SUCH_OBJECT

    def _next(self, name: Oid) -> tuple[Oid, Value]:
        at = bisect_right(self._order, name)
        if at == len(self._order):
            return name, Missing.END_OF_VIEW
        return self._order[at], self.objects[self._order[at]]


def load_recording(path: Path) -> Recording:
    """The device in a file. Raises InputError naming the line that is none; OSError."""
    objects: dict[Oid, Value] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip() or line.startswith(b"#"):
            continue
        try:
            name, tag, value = line.split(b"|", 2)
            objects.setdefault(oid(name.decode("ascii")), value_of(tag.decode("ascii"), value))
        except (ValueError, KeyError) as error:
            raise InputError(
                _("this line is not OID|TAG|VALUE"),
                where=f"{path}:{number}",
                do=_("record the device again with: wanzhao agent record"),
            ) from error
    return Recording(objects)


def value_of(tag: str, value: bytes) -> Value:
    """One value of a recording. Raises ValueError."""
    if tag.endswith("x"):
        value = bytes.fromhex(value.decode("ascii"))
    kind = int(tag.rstrip("x"))
    if kind in _NUMBERS:
        return int(value)
    if kind in _OCTETS:
        return value
    if kind == _OID:
        return oid(value.decode("ascii")) if value else ()
    if kind == _IP_ADDRESS:
        # Some recorders write the four octets bare where all are printable.
        raw = tag.endswith("x") or (len(value) == 4 and b"." not in value)
        return value if raw else ipaddress.ip_address(value.decode("ascii")).packed
    if kind == _NULL:
        return None
    raise ValueError(tag)
