"""Names and texts of a batch: which may be stored, and what is put for a sign that no page can show."""

from __future__ import annotations

import re

from inventory.facts import FactValue
from inventory.words import _

TEXT_LIMIT = 1024
NAME_LIMIT = 128
KEY_LIMIT = 32
DEVICE_LIMIT = 64
ITEMS_LIMIT = 256
_INT64 = 2**63

# C0 and C1 controls but tab, line feed and carriage return, the signs that turn text round (bidi), line and
# paragraph separators, byte order mark, half surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAK = re.compile(r"[\t\r\n]")


def mended_names(names: list[str]) -> list[str]:
    """Names with a visible sign (U+FFFD) instead of each that must not be in one."""
    dirty = {name for name in set(names) if _UNSAFE.search(name) or _BREAK.search(name)}
    return [_UNSAFE.sub("�", _BREAK.sub(" ", name)) if name in dirty else name for name in names]


def cleaned(value: FactValue) -> FactValue:
    """The value with a visible sign instead of each unsafe one; the same object where there is none."""
    if isinstance(value, str):
        return _UNSAFE.sub("�", value) if _UNSAFE.search(value) else value
    if isinstance(value, list):
        return [_UNSAFE.sub("�", text) for text in value] if _UNSAFE.search("".join(value)) else value
    if isinstance(value, dict):
        dirty = _UNSAFE.search("".join([*value, *value.values()]))
        return {_UNSAFE.sub("�", k): _UNSAFE.sub("�", v) for k, v in value.items()} if dirty else value
    return value


def value_fault(value: FactValue) -> str:
    """Why a value cannot be stored, or ""."""
    if isinstance(value, str):
        return _("a text is too long") if len(value) > TEXT_LIMIT else ""
    if isinstance(value, list | dict):
        texts = value if isinstance(value, list) else [*value, *value.values()]
        too_long = len(texts) > ITEMS_LIMIT or any(len(text) > TEXT_LIMIT for text in texts)
        return _("a text is too long") if too_long else ""
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return too_large()
    return ""


def device_fault(name: str) -> str:
    """Why a text is no name of a device, or ""."""
    return fault_of(name, DEVICE_LIMIT) if name else _("a name is empty")


def name_fault(name: str) -> str:
    """Why a text is no name of a subject, or ""."""
    return fault_of(name, NAME_LIMIT)


def key_fault(name: str) -> str:
    """Why a text is no key, or ""."""
    return fault_of(name, KEY_LIMIT) if name else _("a name is empty")


def fault_of(name: str, limit: int) -> str:
    """Why a text of at most so many signs is no name, or ""."""
    if len(name) > limit:
        return _("a name is longer than %(limit)d") % {"limit": limit}
    return _("a name has signs that cannot be shown") if _UNSAFE.search(name) or _BREAK.search(name) else ""


def too_large() -> str:
    """What is said of a number beyond 64 bits."""
    return _("a number is too large")
