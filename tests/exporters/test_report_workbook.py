from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime
from itertools import pairwise

import openpyxl
import pytest
import views
from hostile_report import ATTACKS, attacked
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from exporters.report import xlsx, xlsx_look
from exporters.report.json import to_json
from exporters.report.lines import report_lines
from exporters.report.plain import plain
from exporters.report.shown import heading, shown
from exporters.report.tables import Column, Report, Table
from exporters.report.xlsx import HEAD, to_xlsx
from inventory.verdict import CountyView
from inventory.words import Language, say

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def sheets(view: CountyView, language: Language) -> dict[str, Worksheet]:
    """The sheets by the id of their table; their order is that of the report."""
    report = report_lines(view)
    book = workbook(to_xlsx(report, "ab" * 32, language))
    assert len(book.sheetnames) == len(report.tables)
    return {table.id: book[name] for table, name in zip(report.tables, book.sheetnames, strict=True)}


def body(sheet: Worksheet, table: Table) -> list[list[object]]:
    rows = sheet.iter_rows(min_row=HEAD + 2, max_row=HEAD + 1 + len(table.rows), max_col=len(table.columns))
    return [[cell.value for cell in row] for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_a_sheet_with_every_column_and_row(language: Language) -> None:
    report = report_lines(views.view())
    for name, sheet in sheets(views.view(), language).items():
        table = report.table(name)
        if name == "cover":
            items = [sheet.cell(HEAD + 1 + n, 1).value for n in range(len(table.columns))]
            assert items == [heading(column, language) for column in table.columns]
            continue
        heads = [sheet.cell(HEAD + 1, n).value for n in range(1, len(table.columns) + 1)]
        assert heads == [heading(column, language) for column in table.columns]
        rows = body(sheet, table)
        for row, cells in zip(rows, table.rows, strict=True):
            for value, cell, column in zip(row, cells, table.columns, strict=True):
                assert as_shown(value, column) == plain(shown(cell, column, language, report.timezone)), (
                    name,
                    column.id,
                )


def as_shown(value: object, column: Column) -> str:
    """What a spreadsheet shows for a value that was read back."""
    match value:
        case None:
            return ""
        case datetime() if column.kind == "time":
            return value.strftime("%Y-%m-%d %H:%M")
        case datetime():
            return value.strftime("%Y-%m-%d")
        case float() | int() if column.kind == "percent":
            return f"{value * 100:.1f}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def test_a_sheet_has_the_figures_of_the_json() -> None:
    machine = json.loads(to_json(report_lines(views.view())))["tables"]["county"]
    table = report_lines(views.view()).table("county")
    places = {column.id: place for place, column in enumerate(table.columns)}
    for row, record in zip(body(sheets(views.view(), "zh")["county"], table), machine, strict=True):
        for name in ("n", "met", "failed", "unknown", "na", "goal_value"):
            assert row[places[name]] == record[name]
        for name in ("low_percent", "high_percent"):
            share = row[places[name]]
            assert (None if share is None else round(float(str(share)) * 100, 1)) == record[name]


def test_a_code_of_ten_digits_is_text_and_a_time_is_a_time_of_the_county() -> None:
    sheet = sheets(views.view(), "zh")["campuses"]
    columns = [column.id for column in report_lines(views.view()).table("campuses").columns]
    code = sheet.cell(HEAD + 2, columns.index("school") + 1)
    last = sheet.cell(HEAD + 2, columns.index("last_report") + 1)

    assert (code.value, code.data_type, code.number_format) == ("2133990001", "s", "@")
    assert (str(last.value), last.number_format) == ("2025-11-22 17:59:00", "yyyy-mm-dd hh:mm")


def test_a_percentage_is_cut_and_never_rounded_up() -> None:
    report = one_table("percent", 9996, 9999, 10000, 0)
    sheet = workbook(to_xlsx(report, "", "en")).worksheets[0]

    assert [sheet.cell(HEAD + 2 + n, 1).value for n in range(4)] == [0.999, 0.999, 1, 0]


def one_table(kind: str, *cells: str | float) -> Report:
    table = Table(
        id="one",
        title="",
        columns=(Column("c", "Column", kind),),  # type: ignore[arg-type]
        rows=tuple((cell,) for cell in cells),
    )
    return Report(
        county="示例县",
        adcode="",
        as_of=views.AS_OF,
        timezone="Asia/Shanghai",
        profile_id="",
        profile_version="",
        profile_sha256="",
        tables=(table,),
    )


def test_heads_stay_in_sight_are_printed_on_each_page_and_can_be_filtered() -> None:
    for name, sheet in sheets(views.view(), "zh").items():
        assert sheet.page_setup.paperSize == 9
        assert "&P / &N" in str(sheet.oddFooter.center.text) or sheet.oddFooter.center.text == "&P / &N"
        if name == "cover":
            continue
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.freeze_panes).endswith(str(HEAD + 2))
        assert sheet.print_title_rows == f"${HEAD + 1}:${HEAD + 1}"
        assert str(sheet.auto_filter.ref).startswith(f"A{HEAD + 1}:")


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_are_coloured_by_their_word_and_differ_in_grey(language: Language) -> None:
    sheet = sheets(views.view(), language)["campuses"]
    rules = {
        rule.formula[0]: rule.dxf.fill.bgColor.rgb
        for ranged in sheet.conditional_formatting
        for rule in ranged.rules
    }
    words = {"en": ("Met", "Not met", "Unknown"), "zh": ("达标", "未达标", "待核实")}[language]

    greys = sorted(grey(str(rules[f'"{word}"'])) for word in words)
    assert min(b - a for a, b in pairwise(greys)) > 30, greys


def grey(argb: str) -> float:
    red, green, blue = (int(argb[n : n + 2], 16) for n in (2, 4, 6))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_the_sheet_of_the_county_has_a_stacked_bar_of_every_target() -> None:
    content = to_xlsx(report_lines(views.view()), "", "zh")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()

    assert '<c:grouping val="percentStacked"/>' in chart
    assert len(re.findall("<c:ser>", chart)) == 3
    assert "$M$4:$M$6" in chart or "$L$4:$L$6" in chart


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_gives_the_same_workbook(language: Language) -> None:
    assert to_xlsx(report_lines(views.view()), "ab", language) == to_xlsx(
        report_lines(views.view()), "ab", language
    )


def test_a_large_report_is_written_row_by_row_with_the_same_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = sheets(views.view(), "zh")
    monkeypatch.setattr(xlsx, "ROWS_IN_MEMORY", 3)
    by_row = sheets(views.view(), "zh")

    for name, table in ((table.id, table) for table in report_lines(views.view()).tables):
        assert body(by_row[name], table) == body(in_memory[name], table)


@pytest.mark.parametrize("rows_in_memory", [3, 20_000])
@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_text_is_only_text_in_the_workbook(
    name: str, rows_in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "ROWS_IN_MEMORY", rows_in_memory)
    attack = ATTACKS[name]
    content = to_xlsx(report_lines(attacked(attack)), "", "zh")

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = [parts.read(part).decode() for part in parts.namelist() if "worksheets/sheet" in part]
        assert not any("externalLink" in part for part in parts.namelist())
    assert not [page for page in pages if "<f>" in page or "<hyperlink" in page]
    cells = [
        cell
        for sheet in workbook(content).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    ]
    found = [str(cell.value) for cell in cells if cell.data_type == "s"]
    # openpyxl leaves Excel's escapes in the strings of a sheet as they are written.
    found += [unescape(text) for text in found]
    wanted = plain(attack)
    assert [text for text in found if text.rstrip()[:30_000] == wanted[:30_000]], found[:9]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_names_of_sheets_are_such_as_excel_takes() -> None:
    taken: set[str] = set()
    names = [xlsx_look.sheet_name(title, taken) for title in ("a/b:c", "A B C", "x" * 40, "x" * 40, "'", "")]

    assert names == ["a b c", "A B C 2", "x" * 31, "x" * 29 + " 2", "-", "- 2"]


def test_a_table_without_rows_is_a_sheet_with_its_heads() -> None:
    sheet = workbook(to_xlsx(one_table("text"), "", "zh")).worksheets[0]

    assert sheet.cell(HEAD + 1, 1).value == say("Column", "zh")
    assert sheet.cell(HEAD + 2, 1).value is None
