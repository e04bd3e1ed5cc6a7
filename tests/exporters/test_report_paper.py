from __future__ import annotations

import io
import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import views
from fontTools.ttLib import TTCollection, TTFont
from hostile_report import ATTACKS, attacked

from exporters.report import charts, fonts
from exporters.report.fonts import GETA, Fonts, find_fonts
from exporters.report.history import history_charts
from exporters.report.html import to_html
from exporters.report.json import to_json
from exporters.report.lines import report_lines
from exporters.report.paper import LEFT_OUT, _shares, paper_tables
from exporters.report.pdf import to_pdf
from exporters.report.plain import plain
from exporters.report.tables import Column, Table
from inventory.errors import ConfigError
from inventory.report_basis import HistoryPoint, ReportBasis
from inventory.verdict import CountyView
from inventory.words import Language, say

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def pages(content: bytes) -> list[str]:
    """The text of each page, without the places where a long word may break."""
    found = pypdf.PdfReader(io.BytesIO(content)).pages
    return [page.extract_text().replace("\u200b", "") for page in found]


def text_of(view: CountyView, language: Language = "zh") -> str:
    """The words of the PDF without the blanks, which a line's end may add."""
    return bare("".join(pages(to_pdf(report_lines(view), "ab" * 32, language))))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_the_figures_of_the_countys_table(language: Language) -> None:
    report = report_lines(views.view())
    text = text_of(views.view(), language)
    paper = next(paper for paper in paper_tables(report, language) if paper.id == "county")

    for row in paper.rows:
        assert bare("".join(row)) in text
    figures = json.loads(to_json(report))["tables"]["county"][0]
    assert [row.index(str(figures["n"])) > 0 for row in paper.rows[:1]] == [True]
    assert f"{figures['low_percent']}\n{figures['high_percent']}" in paper.rows[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_every_school_of_the_lists_and_of_the_matrix(language: Language) -> None:
    report = report_lines(views.view())
    text = text_of(views.view(), language)

    for table in ("to_mend", "to_prove", "campuses"):
        for record in report.table(table).records():
            assert bare(plain(str(record["school_name"]))) in text
    for record in report.table("to_mend").records():
        assert str(record["no"]) in text


def test_each_page_says_which_of_how_many_it_is_and_repeats_the_heads() -> None:
    found = pages(to_pdf(report_lines(views.many(120)), "ab" * 32, "en"))

    assert len(found) > 5
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
    matrix = [page for page in found if "2100000040" in page or "2100000100" in page]
    assert all("School code" in page for page in matrix)


def test_the_pdf_is_a4_with_its_fonts_inside() -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(report_lines(views.view()), "ab" * 32, "zh")))
    sizes = {tuple(sorted(round(float(side)) for side in page.mediabox[2:])) for page in reader.pages}
    named = {font["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}

    assert sizes == {(595, 842)}
    assert {str(name).partition("+")[2].split("-")[0] for name in named} == {"NotoSansSC"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_gives_the_same_pdf(language: Language) -> None:
    report = report_lines(views.view())

    assert to_pdf(report, "ab" * 32, language) == to_pdf(report, "ab" * 32, language)


def test_a_long_list_is_cut_and_the_paper_says_where_the_rest_is() -> None:
    report = report_lines(views.many(600))
    papers = {paper.id: paper for paper in paper_tables(report, "en")}
    campuses = papers["campuses"]

    assert sum(len(papers[name].rows) for name in ("to_mend", "to_prove", "campuses")) <= 500
    assert campuses.more == say(LEFT_OUT, "en") % {"shown": len(campuses.rows), "all": 700}
    assert papers["county"].more == ""


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_text_is_only_text_in_the_pdf(name: str) -> None:
    attack = ATTACKS[name]
    wanted = bare(plain(attack).replace("\N{REPLACEMENT CHARACTER}", GETA))[:150]

    text = text_of(attacked(attack))

    assert text.count(wanted) > 2, text[:300]


def test_a_missing_glyph_is_told_in_the_log_and_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    view = replace(views.view(), county="示\U0002f800例县")
    with caplog.at_level(logging.WARNING):
        found = pages(to_pdf(report_lines(view), "ab" * 32, "en"))

    assert "U+2F800" in caplog.text
    assert "U+2F800" in found[-1]
    assert f"示{GETA}例县" in found[0]


def test_nothing_is_told_where_the_font_has_every_character(caplog: pytest.LogCaptureFixture) -> None:
    to_pdf(report_lines(views.view()), "ab" * 32, "zh")

    assert not caplog.records


def test_the_shipped_font_has_the_rare_characters_of_names() -> None:
    assert find_fonts({}).missing(["堃𬭊镕犇·𫍯𬳵𬴂𫖯㛃㙘䶮喆翀√×≥"]) == []


def test_a_configured_folder_comes_before_the_package(tmp_path: Path) -> None:
    shipped = next(find_fonts({}).folder.glob("*Regular.ttf"))
    (tmp_path / "own.ttf").symlink_to(shipped)

    assert find_fonts({"WANZHAO_FONTS": str(tmp_path)}).folder == tmp_path


def test_a_configured_folder_without_a_font_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no Chinese font"):
        find_fonts({"WANZHAO_FONTS": str(tmp_path)})


def test_a_collection_of_faces_serves_and_its_name_is_the_family_of_the_pdf(tmp_path: Path) -> None:
    packed = TTCollection()
    packed.fonts = [TTFont(path) for path in sorted(find_fonts({}).folder.glob("*.ttf"))]
    packed.save(tmp_path / "both.ttc")
    packed.close()
    (tmp_path / "broken.ttf").write_bytes(b"no font")

    found = find_fonts({"WANZHAO_FONTS": str(tmp_path)})
    content = to_pdf(report_lines(views.view()), "ab" * 32, "en", fonts=found)

    assert found.family == "Noto Sans SC"
    assert "School network plan" in pages(content)[0]


def test_without_any_font_the_error_names_the_ways_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package_of_fonts")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError) as caught:
        find_fonts({})

    assert all(way in str(caught.value) for way in ("./fonts", "apt install", "WANZHAO_FONTS"))


def test_a_font_is_as_good_as_all_of_its_files_together() -> None:
    few = Fonts("Noto Sans SC", Path(), frozenset(map(ord, "ab")))

    assert few.missing(["abc", "d\n"]) == ["c", "d"]


def test_a_table_that_nobody_named_is_printed_with_its_columns() -> None:
    report = report_lines(views.view())
    new = Table(
        id="new",
        title="New",
        columns=(Column("one", "One"), Column("none", "None"), Column("pen", "Pen", "pen")),
        rows=(("a", None, None),),
    )
    paper = next(
        p for p in paper_tables(replace(report, tables=(*report.tables, new)), "en") if p.id == "new"
    )

    assert (paper.heads, paper.rows) == (["One", "Pen"], [["a", ""]])


def test_a_progress_bar_ends_at_its_bounds_and_marks_its_goal() -> None:
    chart = str(charts.progress_chart([charts.Progress("a", 4000, 8000, 10000)], "p", "t"))

    widths = [float(w) for w in re.findall(r'<rect x="0" y="0" width="([\d.]+)"', chart)]
    assert widths == [charts.BAR, charts.BAR * 0.8, charts.BAR * 0.4]
    assert f'<line x1="{charts.BAR:.1f}"' in chart
    assert "40.0 %–80.0 %" in chart


def test_townships_add_up_to_the_campuses() -> None:
    campuses = report_lines(views.view()).table("campuses")

    tallies = charts.townships_of(campuses)

    assert sum(t.met + t.unknown + t.failed for t in tallies) == len(campuses.rows)
    assert [t.failed for t in tallies] == [2]


def test_a_history_needs_two_points_and_draws_each() -> None:
    points = [charts.Point(views.AS_OF + day * 86400, 4000 + day, 8000) for day in range(3)]

    assert charts.history_chart(points[:1], None, "h", "t", "Asia/Shanghai") == ""
    lines = re.findall(
        r'<polyline points="([^"]+)"', str(charts.history_chart(points, 9000, "h", "t", "UTC"))
    )
    assert [len(line.split()) for line in lines] == [3, 3]


def test_a_hostile_label_opens_no_tag_in_a_chart() -> None:
    chart = str(charts.progress_chart([charts.Progress('"><script>', 0, 1)], "p", '"><script>'))

    assert "<script" not in chart


def test_the_history_is_printed_where_there_is_one() -> None:
    points = tuple(HistoryPoint(views.AS_OF - day * 86400, 1, 1, day) for day in (2, 1, 0))
    target = views.view().targets[0].target
    basis = ReportBasis(history={target: points, "gone": points})
    report = report_lines(views.view(), basis)

    rows = report.table("history").records()
    assert [(row["n"], row["met"], row["low_percent"], row["high_percent"]) for row in rows] == [
        (4, 1, 2500, 7500),
        (3, 1, 3333, 6666),
        (2, 1, 5000, 5000),
    ]
    ((named, chart),) = history_charts(report)
    assert named == target
    assert chart in to_html(report, "ab" * 32, "zh").decode()
    with_it = "".join(pages(to_pdf(report, "ab" * 32, "en")))
    assert "Proven and possible over time" in with_it
    assert "Proven and possible over time" not in "".join(
        pages(to_pdf(report_lines(views.view()), "ab" * 32, "en"))
    )


def test_each_list_gets_its_share_of_the_rows_and_a_short_one_leaves_its_rest_to_the_others() -> None:
    assert _shares({"a": 1000, "b": 20, "c": 900}, 500) == {"b": 20, "a": 240, "c": 240}
    assert _shares({"a": 10, "b": 20}, 500) == {"a": 10, "b": 20}


def test_groups_are_printed_across_with_a_line_for_each_target() -> None:
    report = report_lines(views.view())
    paper = next(paper for paper in paper_tables(report, "en") if paper.id == "groups")
    records = report.table("groups").records()

    assert [row[0] for row in paper.rows] == list(dict.fromkeys(str(r["target"]) for r in records))
    cells = [cell for row in paper.rows for cell in row[1:] if cell]
    wanted = {f"{r['met']} / {r['failed']} / {r['unknown']}" for r in records}
    assert set(cells) == wanted


def test_a_value_is_printed_with_its_unit() -> None:
    paper = next(p for p in paper_tables(report_lines(views.view()), "en") if p.id == "to_mend")

    assert "1000 Mbit/s" in paper.rows[0]
    assert "10000 Mbit/s" in paper.rows[0]
