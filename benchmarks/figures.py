"""The figures of a benchmark: the last line that it prints, and a file that benchmarks/table.py reads."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

OUT = Path(__file__).parent / "out"

Figure = float | int | str | None


def report(name: str, figures: dict[str, Figure]) -> None:
    """Print the figures as one JSON object, the last line, and keep them in benchmarks/out/<name>.json."""
    line = json.dumps({"benchmark": name, **machine(), **figures}, ensure_ascii=False)
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)


def machine() -> dict[str, Figure]:
    """What the figures were measured on."""
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "machine": platform.machine(),
    }
