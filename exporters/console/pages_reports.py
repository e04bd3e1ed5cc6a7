"""The words of the pages about reports."""

from __future__ import annotations

from typing import Any

from exporters.console.texts_reports import FORM_WORDS, REPORT_TEXTS, STAGE_WORDS
from inventory.words import Language, say

Context = dict[str, Any]


def reports_page(data: Context, language: Language) -> Context:
    """The words, and of the newest report the files in the page's language."""
    names = [name for name in data["names"] if (".en." in name) == (language == "en")]
    return {**report_words(data, language), "names": names}


def report_words(_data: Context, language: Language) -> Context:
    """Texts, stages and formats."""
    return {
        "p": {name: say(message, language) for name, message in REPORT_TEXTS.items()},
        "stages": {name: say(message, language) for name, message in STAGE_WORDS.items()},
        "form_words": {name: say(message, language) for name, message in FORM_WORDS.items()},
    }
