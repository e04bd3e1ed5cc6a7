"""What docs/register.md says of each column, with an example, as the CSV that templates take notes from.

`make notes` writes exporters/workbook/notes.csv anew; a test compares the two.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from inventory.load_tables import TABLES, Table, heading

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "register.md"
FILES = {table.file: table.files[0].removesuffix(".csv") for table in TABLES}
NOTES = ROOT / "exporters" / "workbook" / "notes.csv"


def notes(page: str) -> str:
    """The CSV: table, column, what to write (in Chinese), example."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("table", "column", "note", "example"))
    for table in TABLES:
        text = page.partition(f"## {table.file}\n")[2].partition("\n## ")[0]
        examples = _examples(table, text)
        for key, note in _contents(text):
            writer.writerow((table.toml, key, note, examples.get(key, "")))
    return out.getvalue()


def _contents(text: str) -> Iterator[tuple[str, str]]:
    above = ""
    for key, note in re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|$", text, flags=re.M):
        plain = re.sub(r"`[a-z_0-9]+` (?=[一-鿿A-Z])", "", note).replace("`", "").strip()
        for file, name in FILES.items():
            plain = plain.replace(file, f"“{name}”表")
        above = {"见下": "", "同上": above}.get(plain, plain)
        yield key, above


def _examples(table: Table, text: str) -> dict[str, str]:
    """The fullest row of the example."""
    (block,) = re.findall(rf"```csv {re.escape(table.file)}\n(.*?)```", text, flags=re.S) or [""]
    rows = [
        {table.headings[heading(name)].key: cell for name, cell in row.items() if cell}
        for row in csv.DictReader(io.StringIO(block))
    ]
    return max(rows, key=len, default={})


if __name__ == "__main__":
    NOTES.write_text(notes(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
