"""The words of the pages about reports."""

from __future__ import annotations

from typing import Any

from exporters.console.texts_reports import FORM_WORDS, REPORT_TEXTS, STAGE_WORDS
from inventory.words import Language, say

Context = dict[str, Any]


def report_words(_data: Context, language: Language) -> Context:
    """Texts, stages and formats."""
    return {
        "p": {name: say(message, language) for name, message in REPORT_TEXTS.items()},
        "stages": {name: say(message, language) for name, message in STAGE_WORDS.items()},
        "form_words": {name: say(message, language) for name, message in FORM_WORDS.items()},
    }
