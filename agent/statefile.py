"""Small files of the agent: read whole, written whole or not at all, never a reason to stop."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import msgspec

from inventory.log import get_logger

log = get_logger(__name__)

T = TypeVar("T")


def read_state(path: Path, kind: type[T]) -> T | None:
    """The content of a JSON file, or None where there is none that can be used. A damaged file is set aside
    under the name with ".damaged" and logged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read (%s): beginning without it", path, error)
        return None
    except (ValueError, RecursionError) as error:  # msgspec's own errors are ValueErrors
        set_aside(path, str(error))
        return None


def write_state(path: Path, value: object) -> bool:
    """Write a JSON file, all of it or nothing of it, readable by its owner alone; False where the disk
    refuses, which is logged."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(value))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        log.warning("%s cannot be written (%s)", path, error)
        return False
    return True


def set_aside(path: Path, why: str) -> None:
    """Rename a damaged file, so that a person can look at it, and say so."""
    aside = path.with_name(f"{path.name}.damaged")
    log.warning("%s is damaged (%s): set aside as %s, beginning without it", path, why, aside.name)
    try:
        path.replace(aside)
    except OSError as error:
        log.warning("%s cannot be set aside (%s)", path, error)
