"""Noto Sans SC, Regular and Bold, as files (SIL Open Font License 1.1, see OFL.txt)."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """The folder with the two TTF files."""
    return Path(__file__).parent
