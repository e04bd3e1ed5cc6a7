"""What devices print, written after their makers' public manuals: commands without a template or a recorded
sample. One file each in ``transcripts``; ``VRP_ROUTES`` here is the text of vrp_routes.txt."""

from __future__ import annotations

from pathlib import Path

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
NAMES = [path.stem.upper() for path in FILES]


def __getattr__(name: str) -> str:
    if name not in NAMES:
        raise AttributeError(name)
    return FILES[NAMES.index(name)].read_text(encoding="utf-8")
