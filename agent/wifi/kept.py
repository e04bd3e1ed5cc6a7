"""The access points of each controller through a restart of the agent: one that left meanwhile is missing."""

from __future__ import annotations

from pathlib import Path

from agent.statefile import read_state, write_state
from agent.wifi.remember import known_aps, with_known
from inventory.reading import Reading
from inventory.wifi import AccessPoint


class KnownAps:
    """The access points of one agent's controllers, on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aps = read_state(path, dict[str, list[AccessPoint]]) or {}
        self._changed = False

    def completed(self, device: str, first: Reading) -> Reading:
        """The first reading since the start, with the access points that were known before it."""
        return with_known(first, self._aps.get(device, []))

    def keep(self, device: str, reading: Reading) -> None:
        """Remember those of the newest reading."""
        aps = known_aps(reading)
        if aps and self._aps.get(device) != aps:
            self._aps[device] = aps
            self._changed = True

    def save(self) -> None:
        """Write what changed."""
        if self._changed:
            self._changed = not write_state(self._path, self._aps)
