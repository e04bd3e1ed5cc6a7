"""What a page needs beside its data: lines and words that are made in Python, not in a template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from exporters.console.pages_import import import_page
from exporters.console.pages_network import audit_page, device_page, network_words, plans_page
from exporters.console.pages_papers import document_page, evidence_school, paper_words
from exporters.console.pages_people import people_page, session_words
from exporters.console.pages_reports import report_words, reports_page
from exporters.report.explain import change_words, evidence_words, rule_words, step_words
from exporters.report.school_pages import school_pages
from exporters.report.schools import schools_table
from exporters.report.tables import Report
from inventory.baseline import FALLS
from inventory.dossier import all_of
from inventory.items import STATUSES
from inventory.report_basis import ReportBasis
from inventory.verdict import CountyView
from inventory.why import Why
from inventory.words import Language, say

Context = dict[str, Any]


def prepared(page: str, data: Context, language: Language) -> Context:
    """The data with what the page adds to them."""
    add = _ADDED.get(page)
    return {**data, **(add(data, language) if add else {})}


def _county(data: Context, _language: Language) -> Context:
    view: CountyView | None = data["view"]
    if view is None:
        return {"texts": {}, "names": {}}
    return {
        "texts": {text.id: text for text in view.texts},
        "names": {school.school.id: school.school.name for school in view.schools},
    }


def _school(data: Context, language: Language) -> Context:
    view: CountyView = data["view"]
    school = data["school"]
    basis = ReportBasis(items={school.school.id: tuple(data["items"])})
    report = Report(
        county=view.county,
        adcode=view.adcode,
        as_of=view.as_of,
        timezone=view.timezone,
        profile_id=view.profile.id,
        profile_version=view.profile.version,
        profile_sha256=view.profile.sha256,
        tables=(schools_table(replace(view, schools=(school,)), basis),),
    )
    (page,) = school_pages(report, language)
    page.sections = [section for section in page.sections if section[0] not in ("targets", "work")]
    return {
        "page": page,
        "texts": {text.id: text for text in view.texts},
        "known": all_of(school),
        "statuses": {status: say(words, language) for status, words in STATUSES.items()},
    }


def _verdict(data: Context, language: Language) -> Context:
    why: Why = data["why"]
    return {
        "parts": [
            {
                "part": part,
                "rule": rule_words(part, language),
                "change": change_words(part.change, why.timezone, language) if part.change else "",
                "evidence": [evidence_words(each, why.timezone, language) for each in part.verdict.evidence],
            }
            for part in why.parts
        ],
        "steps": [step_words(step, language) for step in why.steps],
    }


def _items(_data: Context, language: Language) -> Context:
    return {"statuses": {status: say(words, language) for status, words in STATUSES.items()}}


def _baselines(_data: Context, language: Language) -> Context:
    return {"falls": {kind: say(words, language) for kind, words in FALLS.items()}}


_ADDED: dict[str, Callable[[Context, Language], Context]] = {
    "county": _county,
    "school": _school,
    "verdict": _verdict,
    "items": _items,
    "baselines": _baselines,
    "devices": network_words,
    "agents": network_words,
    "account": session_words,
    "people": people_page,
    "person": people_page,
    "audit": audit_page,
    "import": import_page,
    "plans": plans_page,
    "device": device_page,
    "evidence": paper_words,
    "evidence_school": evidence_school,
    "document": document_page,
    "spot": paper_words,
    "reports": reports_page,
    "report_run": report_words,
    "report_kept": report_words,
}
