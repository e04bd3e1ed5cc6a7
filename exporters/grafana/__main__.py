"""``python -m exporters.grafana OUTDIR`` writes zh/*.json and en/*.json."""

from __future__ import annotations

import sys
from pathlib import Path

from exporters.grafana.boards.index import BOARDS
from exporters.grafana.build import dashboard_json
from exporters.grafana.model import LANGUAGES


def write(folder: Path) -> None:
    """Every dashboard in every language; files of other names in those folders stay."""
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for board in BOARDS.values():
            text = dashboard_json(board, BOARDS, language)
            (folder / language / f"{board.key}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m exporters.grafana OUTDIR")
    write(Path(sys.argv[1]))
