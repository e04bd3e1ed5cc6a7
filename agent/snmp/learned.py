"""How each device likes to be asked: learnt at one poll, kept on disk, used at the next.

A hint only saves questions and waits; a wrong one costs some, never a reading. So the file may be lost or
damaged at any time: a damaged one is set aside and learning begins again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec

from agent.statefile import read_state, set_aside, write_state

_FORMAT: Final = 1
_MOST_HINTS: Final = 5000
"""Devices and models of one agent; the ones used longest ago go first."""

POLLS_BEFORE_DOUBT: Final = 300
"""After so many polls, about a day at the usual interval, a device is learnt anew: a path that lost many
datagrams for an hour must not make it slow for ever."""

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Dotted = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,10})*$")]


class Hint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one device, or the devices of one model, showed.

    ``varbinds`` were carried in one answer. ``bulk`` is whether GETBULK works, None when that is not known.
    ``too_big`` are variables per answer that got no answer twice, by table. ``rows`` are the rows of each
    table by the OID of its entry, in the order of asking; 0 where the device has none. ``polls`` counts the
    polls that it has served.
    """

    varbinds: _Count = 0
    bulk: bool | None = None
    too_big: dict[str, _Count] = {}
    rows: dict[_Dotted, _Count] = {}
    polls: _Count = 0


class _File(msgspec.Struct, frozen=True):
    format: int
    hints: dict[str, Hint]


class Learned:
    """The hints of one agent. Nothing here raises: a file that cannot be read or written is logged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hints = _loaded(path)
        self._changed = False

    def of(self, *keys: str) -> Hint:
        """The hint for the first of these keys that has one: the device's own, its model's."""
        return next((self._hints[key] for key in keys if key in self._hints), Hint())

    def keep(self, hint: Hint, *keys: str) -> None:
        """Remember a lesson under each key."""
        for key in filter(None, keys):
            self._hints.pop(key, None)
            self._hints[key] = hint
            self._changed = True
        for key in list(self._hints)[:-_MOST_HINTS]:
            del self._hints[key]

    def save(self) -> None:
        """Write what changed: all of the file or nothing of it."""
        if self._changed:
            self._changed = not write_state(self._path, _File(_FORMAT, self._hints))


def _loaded(path: Path) -> dict[str, Hint]:
    found = read_state(path, _File)
    if found is not None and found.format != _FORMAT:
        set_aside(path, f"format {found.format}")
        return {}
    return found.hints if found else {}
