"""What the pages about people need beside their data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.console.pages_network import network_words
from exporters.console.texts_people import DONE, HOW_NAMES, PEOPLE_TEXTS, STATE_NAMES
from inventory.words import Language, say

FORMS = ("add", "roles")
"""Forms that have roles."""
Context = dict[str, Any]


def people_page(data: Context, language: Language) -> Context:
    """The words, of roles and states too, what was done in a sentence, and the roles that are ticked: those
    of a form that was refused, else those that are held."""
    held = data["account"].roles if "account" in data else ()
    form = data["form"]
    return {
        **network_words(data, language),
        **session_words(data, language),
        "ticked": [role for role in data["roles"] if f"role.{role}" in form] if data["do"] in FORMS else held,
        "role_names": _said(data["roles"], language),
        "state_names": _said(STATE_NAMES, language),
        "done_words": say(DONE[data["done"]], language) if data["done"] in DONE else "",
    }


def session_words(_data: Context, language: Language) -> Context:
    """The words that a list of sessions needs."""
    return {"p": _said(PEOPLE_TEXTS, language), "how_names": _said(HOW_NAMES, language)}


def _said(texts: Mapping[str, str], language: Language) -> dict[str, str]:
    return {name: say(message, language) for name, message in texts.items()}
