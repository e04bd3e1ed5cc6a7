"""The 56 metrics of the catalogue, from catalogue.csv beside this file.

Level C is judged per campus and rolled into the school, K once per county. A threshold ``info`` is shown
without a verdict unless a profile sets a limit. Evidence is the least level that proves the metric:
E1 declared, E2 a document, E3 a device fact, E4 an active test, E5 a test on site.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("catalogue.csv")


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the catalogue; ``threshold`` is the product's default in words."""

    no: str
    id: str
    zh: str
    en: str
    level: str
    unit: str
    threshold: str
    evidence: str

    def name(self, language: str) -> str:
        """The metric's name in a language, "zh" or "en"."""
        return self.zh if language == "zh" else self.en


@cache
def catalogue() -> dict[str, Metric]:
    """All metrics by id, in the order of the catalogue."""
    with _TABLE.open(encoding="utf-8", newline="") as table:
        return {row["id"]: Metric(**row) for row in csv.DictReader(table)}
