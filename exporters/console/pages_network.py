"""What the pages about devices, agents, plans and imports need beside their data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.console.texts_network import (
    BROKEN_WORDS,
    LINE_NAMES,
    LINK_WORDS,
    NETWORK_TEXTS,
    PLOT_NAMES,
    TABLE_WORDS,
    WORDS,
)
from inventory.plan_diff import PlanDiff
from inventory.words import Language, say

Context = dict[str, Any]


def network_words(_data: Context, language: Language) -> Context:
    """Words of plots, states and tables."""
    return {
        "n": _said(NETWORK_TEXTS, language),
        "plot_names": _said(PLOT_NAMES, language),
        "line_names": _said(LINE_NAMES, language),
        "words": _said(WORDS, language),
        "table_words": _said(TABLE_WORDS, language),
        "link_words": _said(LINK_WORDS, language),
    }


def device_page(data: Context, language: Language) -> Context:
    """The words, the ports with a transceiver, and how each table of the device was answered."""
    tables = data["facts"].get("tables")
    return {
        **network_words(data, language),
        "optics": [port for port in data["ports"] if any(key.startswith("optic_") for key in port.facts)],
        "tables": sorted(tables.items()) if isinstance(tables, dict) else [],
    }


def plans_page(data: Context, language: Language) -> Context:
    """The words, and each difference with its values in words, targets first."""
    words = network_words(data, language)
    diff: PlanDiff | None = data["diff"]
    changed = sorted(diff.changed, key=lambda one: not one.where.startswith("target ")) if diff else []
    absent = words["n"]["not_given"]
    return {
        **words,
        "lines": [(one, value_words(one.old, absent), value_words(one.new, absent)) for one in changed],
    }


def audit_page(data: Context, language: Language) -> Context:
    """The words, of actions and of what can be wrong with the log, too."""
    return {
        **network_words(data, language),
        "actions": _said(data["actions"], language),
        "broken_words": _said(BROKEN_WORDS, language),
    }


def value_words(value: object, absent: str) -> str:
    """The value of a plan's key in a line; ``absent`` where it has none."""
    if value in (None, "", [], {}):
        return absent
    if isinstance(value, list):
        return ", ".join(value_words(each, absent) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key}={value_words(each, absent)}" for key, each in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said(texts: Mapping[str, str], language: Language) -> dict[str, str]:
    return {name: say(message, language) for name, message in texts.items()}
