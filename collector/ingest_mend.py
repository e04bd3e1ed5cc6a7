"""A batch of an agent that says things we do not know: what can be read of it is, the rest is counted.

Only a batch that the strict decoder did not take comes here: a newer agent with a new poll outcome, a value
of a kind that facts do not have, half a surrogate pair in a name.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, get_args

import msgspec

from inventory.facts import (
    Batch,
    DigestColumns,
    FactColumns,
    FrameColumns,
    GapColumns,
    PollColumns,
    Rejected,
    SampleColumns,
)
from inventory.words import _

_FLAT: dict[str, Any] = {
    "polls": PollColumns,
    "facts": FactColumns,
    "frames": FrameColumns,
    "digests": DigestColumns,
    "gaps": GapColumns,
}


def mended(plain: bytes) -> tuple[Batch, list[Rejected]]:
    """The batch without the rows that cannot be understood, and what these were.

    Raises ValueError (msgspec's errors are such) or RecursionError where the batch as a whole is none.
    """
    document = json.loads(plain, parse_constant=_refuse_constant)
    if not isinstance(document, dict):
        raise ValueError(_("a batch is an object"))
    rejected: list[Rejected] = []
    for part, kind in _FLAT.items():
        if part in document:
            document[part], rows = _readable(document[part], kind)
            if rows:
                rejected.append(_unknown(part, rows))
    try:
        msgspec.convert(document.get("samples", {}), SampleColumns)
    except msgspec.ValidationError:
        blocks = document.pop("samples")
        rejected.append(_unknown("samples", len(blocks) if isinstance(blocks, list | dict) else 1))
    return msgspec.convert(document, Batch), rejected


def _readable(group: Any, kind: Any) -> tuple[Any, int]:
    """The group without the rows that its types do not allow, and how many these were."""
    try:
        msgspec.convert(group, kind)
    except msgspec.ValidationError:
        types = {field.name: get_args(field.type)[0] for field in msgspec.structs.fields(kind)}
    else:
        return group, 0
    if not isinstance(group, dict):
        return {}, 1
    columns = [group.get(name, []) for name in types]
    if not all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return {}, max((len(column) for column in columns if isinstance(column, list)), default=1) or 1
    rows = list(zip(*columns, strict=True))
    good = [row for row in rows if all(map(_fits, row, types.values()))]
    return dict(zip(types, map(list, zip(*good, strict=True)), strict=False)), len(rows) - len(good)


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _unknown(part: Any, rows: int) -> Rejected:
    return Rejected(part=part, rows=rows, why=_("not known to this collector"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(_("%(name)s is not a number of JSON") % {"name": name})
