"""A table of a profile as a record: every unknown key, missing key and wrong kind of value is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import cache
from math import isfinite
from types import UnionType
from typing import Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from inventory.plan_book import Finding, Path
from inventory.suggest import did_you_mean
from inventory.words import N_, _

T = TypeVar("T")
Table: TypeAlias = dict[str, object]

KINDS = {
    str: N_("has to be a text"),
    date: N_("has to be a date such as 2027-12-31"),
    bool: N_("has to be true or false"),
    float: N_("has to be a number"),
    tuple: N_("has to be a list of texts"),
    Mapping: N_("has to be a table"),
}
KEYS = {"klass": "class"}
"""Fields that are called otherwise in the file: ``class`` is no name in Python."""


def read_table(
    row: object,
    path: Path,
    type_: type[T],
    found: list[Finding],
    *,
    elsewhere: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
) -> T | None:
    """A table as a record, or None where it has faults; they are added to ``found``. Keys ``elsewhere`` are
    known and read by the caller; fields ``hidden`` are no keys of the file."""
    if not isinstance(row, dict):
        found.append(Finding(path, _("the table is missing")))
        return None
    hints = _hints(type_)  # type: ignore[arg-type]
    names = {KEYS.get(field.name, field.name): field for field in fields(type_)}  # type: ignore[arg-type]
    for name in (*elsewhere, *hidden):
        names.pop(name, None)
    found.extend(unknown_keys(row, path, (*names, *elsewhere)))
    before = len(found)
    values: Table = {}
    for key, field in names.items():
        if key not in row:
            if field.default is MISSING and field.default_factory is MISSING:
                found.append(Finding(path, _("the key %(key)s is missing") % {"key": key}))
            continue
        fault = value_fault(row[key], hints[field.name], (*path, key))
        if fault:
            found.append(fault)
        else:
            values[field.name] = row[key]
    return msgspec.convert(values, type_) if len(found) == before else None


@cache
def _hints(type_: type) -> Mapping[str, object]:
    return get_type_hints(type_)


def unknown_keys(row: Mapping[str, object], path: Path, known: Iterable[str]) -> Iterator[Finding]:
    """Keys that nobody reads: a misspelt one would be lost without a word."""
    words = tuple(known)
    for key in row:
        if key not in words:
            yield Finding((*path, key), _("unknown key %(key)s") % {"key": key}, did_you_mean(key, words))


def unknown_words(found: Iterable[str], known: Iterable[str], path: Path) -> Iterator[Finding]:
    """Words out of a closed list; in a list of words each has its own line."""
    words = tuple(known)
    for n, word in enumerate(found):
        if word not in words:
            what = _("unknown: %(word)s") % {"word": repr(word)}
            yield Finding((*path, n), what, did_you_mean(word, words))


def value_fault(value: object, hint: object, path: Path) -> Finding | None:
    """Why a value is not of its field's type, or None."""
    choices = tuple(_choices(hint))
    if choices and isinstance(value, str):
        return next(unknown_words([value], choices, path), None) if value not in choices else None
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return Finding(path, _kind_words(hint))
    if isinstance(value, datetime):
        return Finding(path, _(KINDS[date]))
    if isinstance(value, float) and not isfinite(value):
        return Finding(path, _(KINDS[float]))
    return None


def _kind_words(hint: object) -> str:
    for part in _parts(hint):
        kind = get_origin(part) or part
        for known, words in KINDS.items():
            if kind is known:
                return _(words)
    return _(KINDS[str]) if any(True for _choice in _choices(hint)) else _(KINDS[Mapping])


def _choices(hint: object) -> Iterator[str]:
    """The words of a closed list, without the empty one that stands for "not given"."""
    for part in _parts(hint):
        if get_origin(part) is Literal:
            yield from (word for word in get_args(part) if word)


def _parts(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
