"""Loggers named ``wanzhao.<module>``, so that generic package names never reach a log configuration."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


def get_logger(module: str) -> logging.Logger:
    """The logger of a module; call with ``__name__``."""
    return logging.getLogger(module if module.startswith("wanzhao") else f"wanzhao.{module}")


def configure(*, level: str = "INFO", form: str = "text") -> None:
    """Log to standard error: ``form`` is "text" for people or "json", one object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else _TextLines())
    root = logging.getLogger("wanzhao")
    root.handlers = [handler]
    root.setLevel(level.upper())
    root.propagate = False
    # What the libraries below us have to say goes the same way, warnings and worse only.
    for name in ("apscheduler", "uvicorn.error"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [handler], False
        library.setLevel(logging.WARNING)


class _TextLines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "\\r").replace("\x1b", "\\x1b")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
