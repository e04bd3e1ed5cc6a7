from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import docx
import pytest
import views
from docx.document import Document
from docx.oxml.ns import qn
from hostile_report import ATTACKS, attacked

from exporters.report.docx import to_docx
from exporters.report.json import to_json
from exporters.report.lines import report_lines
from exporters.report.paper import paper_tables
from exporters.report.plain import plain
from inventory.register import School
from inventory.verdict import CountyView
from inventory.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def paper(view: CountyView, language: Language) -> Document:
    return docx.Document(io.BytesIO(to_docx(report_lines(view), "ab" * 32, language)))


def cells(document: Document) -> list[list[list[str]]]:
    """The text of each cell, by table and row."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def test_each_target_is_one_sentence_with_its_counts_bounds_and_verdict() -> None:
    text = [paragraph.text for paragraph in paper(views.view(), "en").paragraphs]
    speed = next(line for line in text if line.startswith("(1) "))

    assert "全县所有学校万兆到校" in speed
    assert "5 are checked, 2 of them met, 1 not met, 2 unknown, 1 more not applicable" in speed
    assert "the rate is between 40.0 % and 80.0 %" in speed
    assert "the goal is ≥ 100% by 2025-12-31" in speed
    assert speed.endswith("Verdict: Not met.")


def test_a_target_without_goal_and_bounds_says_neither() -> None:
    text = [paragraph.text for paragraph in paper(views.view(), "en").paragraphs]
    library = next(line for line in text if line.startswith("(3) "))

    assert "goal" not in library
    assert "rate" not in library


def test_bounds_that_agree_are_one_rate() -> None:
    view = views.view()
    exact = replace(view, targets=(replace(view.targets[0], low_bp=9996, high_bp=9996),))
    text = [paragraph.text for paragraph in paper(exact, "en").paragraphs]

    assert "the rate is 99.9 %, the goal" in next(line for line in text if line.startswith("(1) "))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_has_the_tables_with_the_figures_of_the_json(language: Language) -> None:
    report = report_lines(views.view())
    found = cells(paper(views.view(), language))[1:]
    wanted = [table for table in paper_tables(report, language) if table.rows]

    assert [(table[0], table[1:]) for table in found] == [(table.heads, table.rows) for table in wanted]
    county, machine = found[0], json.loads(to_json(report))["tables"]["county"]
    for row, record in zip(county[1:], machine, strict=True):
        for name in ("n", "met", "failed", "unknown", "na"):
            assert str(record[name]) in row
        for name in ("low_percent", "high_percent"):
            assert record[name] is None or any(str(record[name]) in cell.split("\n") for cell in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_school_of_the_lists_is_in_the_paper(language: Language) -> None:
    text = "\n".join(cell for table in cells(paper(views.view(), language)) for row in table for cell in row)
    report = report_lines(views.view())

    for table in ("to_mend", "to_prove", "campuses"):
        for record in report.table(table).records():
            assert plain(str(record["school_name"])) in text


def test_margins_and_fonts_are_those_of_the_standard() -> None:
    document = paper(views.view(), "zh")
    first = document.sections[0]
    sides = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    runs = [run for paragraph in document.paragraphs for run in paragraph._p.iter(qn("w:rFonts"))]
    faces = [run.get(qn("w:eastAsia")) for run in runs]

    assert [round(side.mm) for side in sides if side is not None] == [37, 35, 28, 26]
    assert faces[0] == "方正小标宋简体"
    assert set(faces) == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}


def test_the_head_of_each_table_is_repeated_on_each_page() -> None:
    for table in paper(views.view(), "zh").tables:
        rows = table._tbl.tr_lst
        assert [bool(list(row.iter(qn("w:tblHeader")))) for row in rows] == [True] + [False] * (len(rows) - 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_gives_the_same_paper(language: Language) -> None:
    report = report_lines(views.view())
    content = to_docx(report, "ab", language)

    assert content == to_docx(report, "ab", language)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_text_is_only_text_in_the_paper(name: str) -> None:
    attack = ATTACKS[name]
    content = to_docx(report_lines(attacked(attack)), "", "zh")
    harmless = to_docx(report_lines(attacked("无害")), "", "zh")

    assert tags(content) - {qn("w:br"), qn("w:tab")} == tags(harmless) - {qn("w:br"), qn("w:tab")}
    document = docx.Document(io.BytesIO(content))
    names = [cell.replace("\t", " ") for table in cells(document) for row in table for cell in row]
    wanted = plain(attack)[:150].replace("\t", " ")
    assert any(wanted in cell for cell in names)
    assert wanted[:80] in document.paragraphs[0].text.replace("\t", " ")


def tags(content: bytes) -> set[str]:
    return {str(element.tag) for element in docx.Document(io.BytesIO(content)).element.iter()}


def test_a_name_of_a_school_cannot_break_the_sentence_of_the_county() -> None:
    view = views.view()
    school = School(id="2133990001", name="%(n)s %d {0}", kind="primary", stages=("primary",))
    view = replace(view, county=school.name, profile=replace(view.profile, title=school.name))

    assert "%(n)s %d {0}" in paper(view, "en").paragraphs[2].text
