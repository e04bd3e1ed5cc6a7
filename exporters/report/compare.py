"""Two reports' data (report.json), cell by cell: what differs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from inventory.words import _


def differences(kept: bytes, other: bytes) -> list[str]:
    """What differs between the data that were kept and others: "county, row 3, met: 12, kept 10". Nothing
    where they are the same."""
    try:
        ours, theirs = msgspec.json.decode(kept), msgspec.json.decode(other)
    except msgspec.DecodeError as error:
        return [str(error)]
    found = list(_of_rows("cover", [ours.get("cover")], [theirs.get("cover")]))
    tables, others = ours.get("tables", {}), theirs.get("tables", {})
    for name in dict.fromkeys((*tables, *others)):
        found += _of_rows(name, tables.get(name) or [], others.get(name) or [])
    return found


def _of_rows(table: str, kept: list[Any], others: list[Any]) -> Iterator[str]:
    for number, (ours, theirs) in enumerate(zip_longest(kept, others), start=1):
        if ours == theirs:
            continue
        where = {"table": table, "row": number}
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            words = _("%(table)s, row %(row)d is not in the kept report")
            yield (words if ours is None else _("%(table)s, row %(row)d is missing")) % where
            continue
        for column in dict.fromkeys((*ours, *theirs)):
            if ours.get(column) != theirs.get(column):
                yield _("%(table)s, row %(row)d, %(column)s: %(now)s, kept %(kept)s") % {
                    **where,
                    "column": column,
                    "now": theirs.get(column),
                    "kept": ours.get(column),
                }
