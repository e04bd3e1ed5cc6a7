"""The Wi-Fi generation of an access point by its model.

The models are data (wifi_models.csv: maker, pattern, generation); the first pattern of the maker that fits
the beginning of the model counts. A model that the table lacks is unknown.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("wifi_models.csv")


def of_model(model: str | None, vendor: str | None) -> int | None:
    """4 (n), 5 (ac), 6 (ax) or 7 (be), or None for a model that the table does not know."""
    if not model or not vendor:
        return None
    for pattern, found in _patterns().get(vendor, ()):
        if pattern.match(model):
            return found
    return None


def of_model_alone(model: str) -> int | None:
    """The same where the maker is not known: None where the tables of two makers differ on the model."""
    found = {of_model(model, vendor) for vendor in _patterns()} - {None}
    return found.pop() if len(found) == 1 else None


@cache
def _patterns() -> dict[str, list[tuple[re.Pattern[str], int]]]:
    found: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        pattern = re.compile(row["pattern"], re.IGNORECASE)
        found.setdefault(row["vendor"], []).append((pattern, int(row["generation"])))
    return found
