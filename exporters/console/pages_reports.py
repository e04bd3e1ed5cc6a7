"""The words of the pages about reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.console.texts_reports import FORM_WORDS, REPORT_TEXTS, STAGE_WORDS
from exporters.report.forms import hindrance
from exporters.report.json import sha256, to_json
from exporters.report.lines import report_lines
from inventory.report_basis import ReportBasis
from inventory.verdict import CountyView
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


def school_pdf(data: Mapping[str, Any], language: Language) -> bytes:
    """The page of one school as PDF; InputError where what it needs is not installed."""
    if error := hindrance("single"):
        raise error
    from exporters.report.school_pdf import to_single  # not everybody has the libraries

    view: CountyView = data["view"]
    (school,) = view.schools
    report = report_lines(view, ReportBasis(items={school.school.id: tuple(data["items"])}))
    return b"".join(made for _code, made in to_single(report, sha256(to_json(report)), language))
