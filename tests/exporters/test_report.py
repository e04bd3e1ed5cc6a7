from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
import views
from msgspec.structs import replace as revised
from prometheus_client.parser import text_string_to_metric_families

from exporters.prometheus import county_page
from exporters.report.campuses import TARGET
from exporters.report.csv import safe, table_csv
from exporters.report.forms import FORMS, MANY
from exporters.report.lines import report_lines
from exporters.report.shown import amount, figure, percent
from exporters.report.write import report_bytes, write_report
from inventory.advice import ADVICE
from inventory.reasons import REASONS
from inventory.register import Area
from inventory.verdict import CountyView, Evidence, State
from inventory.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Html(HTMLParser):
    """Tags, attributes and the text of the cells of each section, as a browser would see them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, list[list[str]]] = {}
        self.columns: dict[str, list[str]] = {}
        self._section, self._cells, self._open = "", 0, ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "section":
            self._section = found.get("id") or "first"
        if tag == "tr":
            self.sections.setdefault(self._section, []).append([])
        if tag in ("td", "th"):
            self.sections[self._section][-1].append("")
            self._cells += 1
        if name := found.get("data-col"):
            self._open = name
            self.columns.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._cells -= tag in ("td", "th")
        if tag in ("span", "td", "b", "small"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._cells:
            self.sections[self._section][-1][-1] += data
        if self._open:
            self.columns[self._open][-1] += data


def rows_of(text: bytes) -> list[dict[str, str]]:
    ids, _headings, *rows = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    return [dict(zip(ids, row, strict=True)) for row in rows]


def csv_of(table: str, language: Language = "en") -> list[dict[str, str]]:
    report = report_lines(views.view())
    return rows_of(table_csv(report.table(table), language, report.timezone))


def json_of() -> dict[str, dict[str, list[dict[str, object]]]]:
    found: dict[str, dict[str, list[dict[str, object]]]] = json.loads(
        report_bytes(views.view(), "json", "en")
    )
    return found


def test_table_1_says_how_many_of_how_many_under_which_goal() -> None:
    speed = csv_of("county")[0]

    assert {
        name: speed[name]
        for name in ("n", "met", "failed", "unknown", "na", "goal", "due", "low_percent", "high_percent")
    } == {
        "n": "5",
        "met": "2",
        "failed": "1",
        "unknown": "2",
        "na": "1",
        "goal": "≥ 100%",
        "due": "2025-12-31",
        "low_percent": "40.0",
        "high_percent": "80.0",
    }
    assert speed["state"] == "Not met"
    assert speed["evidence"] == "E3×2"


def test_table_1_has_the_22_columns_in_order() -> None:
    columns = [column.id for column in report_lines(views.view()).table("county").columns]

    assert " ".join(columns[:22]) == (
        "no target quote source strength scope method origin goal due n met failed unknown na "
        "low_percent high_percent state state_at_due evidence change note"
    )


def test_the_printed_table_1_holds_each_of_the_22_columns() -> None:
    page = Html(report_bytes(views.view(), "html", "en"))
    county = report_lines(views.view()).table("county")

    assert set(page.columns) == {column.id for column in county.columns[:22]}
    assert {len(cells) for cells in page.columns.values()} == {len(county.rows)}


def test_a_past_due_day_is_undecided_and_a_coming_one_not_due() -> None:
    due = {row["target"]: row["state_at_due"] for row in csv_of("county")}

    assert due == {views.SPEED: "Not due yet", views.WIFI: "Undecided", views.LIBRARY: ""}


def test_the_due_day_itself_is_not_past() -> None:
    view = views.view()
    today = replace(view, targets=(replace(view.targets[0], due=date(2025, 11, 22)),))

    assert report_lines(today).table("county").records()[0]["state_at_due"] == "not_due"


def test_table_2_has_one_row_for_each_campus_and_one_for_a_school_without() -> None:
    campuses = [(row["school"], row["campus"]) for row in csv_of("campuses")]

    assert campuses == [
        ("2133990001", "2133990001-01"),
        ("2133990002", "2133990002-01"),
        ("2133990003", "2133990003-01"),
        ("3133990004", "3133990004-01"),
        ("3133990004", "3133990004-02"),
        ("1133990005", "1133990005-01"),
        ("2133990006", ""),
    ]


def test_a_campus_shows_its_own_state_not_that_of_its_school() -> None:
    states = {row["campus"]: row[TARGET + views.WIFI] for row in csv_of("campuses")}

    assert states["3133990004-01"] == "Met"
    assert states["3133990004-02"] == "Not met"


def test_a_figure_that_is_not_known_is_an_empty_cell_and_never_0() -> None:
    silent = next(row for row in csv_of("campuses") if row["campus"] == "2133990003-01")

    unknown = ("port_mbps", "contract_mbps", "aps_online", "main_areas_covered", "last_report")
    assert [silent[name] for name in unknown] == [""] * 5
    assert silent["aps_registered"] == "12"


def test_a_target_that_is_not_for_a_school_leaves_its_cell_empty() -> None:
    view = views.view()
    school = revised(view.schools[0], verdicts=view.schools[0].verdicts[1:])
    campus = report_lines(replace(view, schools=(school,))).table("campuses").records()[0]

    assert campus[TARGET + views.SPEED] is None
    assert campus["unknown"] == 1


def test_the_list_to_mend_names_the_cause_its_proof_and_what_to_do() -> None:
    slow = csv_of("to_mend")[0]

    assert slow["campus"] == "2133990002-01"
    assert slow["metric_id"] == "access_port_speed_10g", "the leg that fails, not the composite"
    assert (slow["value"], slow["threshold"], slow["unit"]) == ("1000", "10000", "Mbit/s")
    assert slow["port_mbps"] == "1000"
    assert slow["reason_words"] == "the port runs at 1 Gbit/s"
    assert "10G optics" in slow["advice"]
    assert (slow["polls_true"], slow["polls_false"], slow["polls_gap"]) == ("0", "600", "0")
    assert slow["level"] == "E3"
    assert slow["source"] == "gw-1 XGigabitEthernet0/0/1 ifHighSpeed=1000"


def test_fail_and_unknown_never_share_a_list() -> None:
    view = views.view()
    places = {
        state: {
            (verdict.target, school.school.id)
            for school in view.schools
            for verdict in school.verdicts
            if any(c.state is state for c in verdict.campuses) or (verdict.state is state)
        }
        for state in (State.FAIL, State.UNKNOWN)
    }

    listed = {
        table: {(row["target"], row["school"]) for row in csv_of(table)} for table in ("to_mend", "to_prove")
    }

    assert listed["to_mend"] == places[State.FAIL]
    assert listed["to_prove"] == places[State.UNKNOWN]
    assert not listed["to_mend"] & listed["to_prove"]


def test_an_unknown_campus_of_a_failing_school_is_still_to_be_proved() -> None:
    view = views.view()
    two = view.schools[3]
    wifi = two.verdicts[1]
    silent = revised(view.schools[2].verdicts[1].campuses[0], subject="3133990004-01")
    mixed = revised(two, verdicts=(revised(wifi, campuses=(silent, wifi.campuses[1])),))
    report = report_lines(replace(view, schools=(mixed,)))

    assert [row["campus"] for row in report.table("to_mend").records()] == ["3133990004-02"]
    assert [row["campus"] for row in report.table("to_prove").records()] == ["3133990004-01"]


def test_groups_add_up_to_the_county() -> None:
    county = {row["target"]: row for row in csv_of("county")}
    groups = csv_of("groups")

    for grouping in ("by kind of school", "by place"):
        for target in (views.SPEED, views.WIFI):
            rows = [row for row in groups if (row["grouping"], row["target"]) == (grouping, target)]
            for name in ("n", "met", "failed", "unknown"):
                assert sum(int(row[name]) for row in rows) == int(county[target][name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_csv_and_json_show_the_same_figures(language: Language) -> None:
    machine = json_of()["tables"]
    page = Html(report_bytes(views.view(), "html", language))
    sheet = csv_of("county", language)

    for number, record in enumerate(machine["county"]):
        for name in ("n", "met", "failed", "unknown", "na", "low_percent", "high_percent"):
            value = record[name]
            text = "" if value is None else str(value)
            assert sheet[number][name] == text
            assert page.columns[name][number] == text
    printed = [row[0] for row in page.sections["to_mend"][1:]]
    assert printed == [row["no"] for row in machine["to_mend"]]
    assert len(page.sections["campuses"]) - 1 == len(machine["campuses"]) == len(csv_of("campuses"))


def test_json_gives_states_as_codes_and_the_plan_that_judged() -> None:
    data = json.loads(report_bytes(views.view(), "json", "zh"))

    assert data["profile"] == {"id": "demo", "version": "1", "sha256": "ab" * 32}
    assert data["as_of"] == views.AS_OF
    assert data["as_of_local"] == "2025-11-22T18:00:00+08:00"
    assert data["tables"]["campuses"][1][TARGET + views.SPEED] == "fail"
    assert data["tables"]["to_mend"][0]["reason"] == "negotiated_1000"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cover_and_the_csv_show_the_hash_of_the_json_file(tmp_path: Path, language: Language) -> None:
    files = {path.name: path.read_bytes() for path in write_report(views.view(), tmp_path, language)}
    digest = hashlib.sha256(files["report.json"]).hexdigest()

    assert f'id="digest">{digest}<' in files["report.html"].decode()
    assert f"SHA-256 (report.json),{digest}\r\n" in files["report.csv"].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_view_gives_the_same_bytes(tmp_path: Path, language: Language) -> None:
    first = [path.read_bytes() for path in write_report(views.view(), tmp_path / "a", language)]
    second = [path.read_bytes() for path in write_report(views.view(), tmp_path / "b", language)]

    assert first == second


def test_write_report_gives_one_file_for_each_format_and_table(tmp_path: Path) -> None:
    names = [path.name for path in write_report(views.view(), tmp_path / "new" / "folder", "en")]

    tables = [table.id for table in report_lines(views.view()).tables]
    assert names == [
        "report.html",
        "report-schools.html",
        "report.xlsx",
        "report.pdf",
        "report.docx",
        "report.csv",
        "report-schools.pdf",
        *(f"{page.school.id}.pdf" for page in views.view().schools),
        "report.json",
        *(f"report-{table}.csv" for table in tables),
    ]


def renamed(view: CountyView, name: str) -> CountyView:
    """The county with the name in every place where a person writes one."""
    school = view.schools[1]
    return replace(
        view,
        county=name,
        source_document=name,
        profile=replace(view.profile, title=name, version=name),
        texts=(replace(view.texts[0], quote=(name,), note=name), *view.texts[1:]),
        schools=(
            view.schools[0],
            revised(school, school=replace(school.school, name=name, township=name)),
            *view.schools[2:],
        ),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_name_opens_no_tag_and_no_attribute(language: Language) -> None:
    view = views.view()
    attacks = (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</style><script>alert(1)</script>",
        "{{ 7*7 }}{% raw %}",
        "<!-- ",
        "\x00\ud800\u202e",
    )
    harmless = Html(report_bytes(renamed(view, "harmless"), "html", language))
    for attack in attacks:
        page = Html(report_bytes(renamed(view, attack), "html", language))

        assert [(t, sorted(a)) for t, a in page.tags] == [(t, sorted(a)) for t, a in harmless.tags]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_from_outside_and_runs_nothing(language: Language) -> None:
    page = report_bytes(views.view(), "html", language).decode()
    parsed = Html(page.encode())

    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not [a for _, attrs in parsed.tags for a in attrs if a.startswith("on")]
    assert all(str(a["href"]).startswith("#") for _, a in parsed.tags if "href" in a)
    assert "url(" not in page.split("</style>")[0]
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_every_state_is_told_by_a_shape_and_by_a_word() -> None:
    page = report_bytes(views.view(), "html", "en").decode()

    for shape, word in (("pass", "Met"), ("fail", "Not met"), ("unknown", "Unknown"), ("na", "Not app")):
        assert f'<symbol id="{shape}"' in page
        assert f'<use href="#{shape}"/></svg>{word}' in page


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("-65.5", "-65.5"),
        ("+86", "+86"),
        ("-", "'-"),
        ("实验小学", "实验小学"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_never_begins_like_a_formula_unless_it_is_a_number(cell: str, written: str) -> None:
    assert safe(cell) == written


def test_no_cell_of_the_csv_files_begins_like_a_formula(tmp_path: Path) -> None:
    for path in write_report(views.view(), tmp_path, "zh"):
        if path.suffix != ".csv":
            continue
        text = path.read_bytes()
        assert text.startswith(b"\xef\xbb\xbf")
        for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@")], path.name


def test_a_hostile_name_reads_back_from_csv_behind_its_apostrophe() -> None:
    names = [row["school_name"] for row in csv_of("campuses")]

    assert names[2] == "'" + views.HOSTILE_CELL
    assert names[1] == views.HOSTILE


@pytest.mark.parametrize(("bp", "text"), [(9996, "99.9"), (10000, "100.0"), (9, "0.0"), (4000, "40.0")])
def test_percentages_are_cut_and_never_rounded_up(bp: int, text: str) -> None:
    assert percent(bp) == text


@pytest.mark.parametrize(
    ("value", "text"), [(10000.0, "10000"), (0.57, "0.57"), (0.99999, "0.999"), (2 / 3, "0.666"), (12, "12")]
)
def test_numbers_lose_needless_digits_but_are_not_rounded_up(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.57, "ratio", "57.0 %"), (0.9999, "ratio", "99.9 %"), (1000.0, "Mbit/s", "1000 Mbit/s"), (3, "", "3")],
)
def test_a_ratio_is_printed_as_percent(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_a_cause_without_measurement_at_many_places_is_printed_once() -> None:
    page = report_bytes(views.many(120), "html", "en")

    # The library target is not computed: 100 schools of 120 have a campus, 20 of them two; 20 have none.
    assert page.count(b"this version does not compute the metric yet") == 1
    assert b'<td class="places"><b>120</b>' in page


def test_a_county_without_schools_still_gives_a_report(tmp_path: Path) -> None:
    empty = replace(views.view(), texts=(), targets=(), schools=(), quality=())

    tables = report_lines(empty).tables
    assert len(write_report(empty, tmp_path, "zh")) == len(FORMS) - len(MANY) + len(tables)


def test_a_silent_agent_is_one_row_to_print_and_one_row_a_metric_in_the_data() -> None:
    page = Html(report_bytes(views.view(), "html", "en"))
    printed = [row for row in page.sections["to_prove"] if "2133990003-01" in row[1]]
    listed = [row for row in csv_of("to_prove") if row["campus"] == "2133990003-01"]

    assert len(printed) == 1
    assert len([row for row in listed if row["reason"] == "no_data"]) == 2
    assert "B003" in printed[0][0]
    assert "B004" in printed[0][0]


def test_what_decided_is_named_first_and_a_room_by_its_name() -> None:
    view = views.view()
    two = view.schools[3]
    rooms = tuple(Area(id=f"r{n}", name=f"{n}教室", kind="classroom", building="综合楼") for n in range(9))
    evidence = tuple(
        Evidence(level="E1", what="area", subject=f"r{n}", value="ap_offline" if n == 8 else "no_data")
        for n in range(9)
    )
    wifi = two.verdicts[1]
    failing = wifi.campuses[1]
    leg = revised(failing.legs[0], evidence=evidence)
    school = revised(
        two,
        school=replace(two.school, campuses=(replace(two.school.campuses[1], areas=rooms),)),
        verdicts=(revised(wifi, campuses=(revised(failing, legs=(leg,)),)),),
    )
    view = replace(view, schools=(school,))

    row = report_lines(view).table("to_mend").records()[0]
    page = report_bytes(view, "html", "en").decode()

    assert str(row["source"]).startswith("综合楼 8教室 area=ap_offline; 综合楼 0教室 area=no_data; ")
    assert "综合楼 4教室 area=no_data … (+3)</small>" in page


def test_with_many_targets_table_2_prints_its_figures_apart() -> None:
    view = views.view()
    more = tuple(replace(view.targets[2], target=f"more-{n}") for n in range(9))
    page = Html(report_bytes(replace(view, targets=(*view.targets, *more)), "html", "en"))

    heads = [row for row in page.sections["campuses"] if row[0] == "School"]

    assert heads[0] == ["School", "1", "2", "3", "Not met / unknown"], "county targets take no column"
    assert heads[1][:2] == ["School", "About the school"]


def test_the_report_and_the_metric_page_count_alike() -> None:
    page = county_page(views.view(), rendered_at=views.AS_OF).decode()
    counts = {
        (sample.labels["target"], sample.labels["state"]): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if family.name == "wanzhao_county_target_schools"
    }

    for row in json_of()["tables"]["county"]:
        for name, state in (("met", "pass"), ("failed", "fail"), ("unknown", "unknown"), ("na", "na")):
            assert counts[str(row["target"]), state] == row[name]


def test_every_reason_says_what_to_do_and_who_can() -> None:
    assert set(ADVICE) == set(REASONS)
    assert all(advice.do and advice.who for advice in ADVICE.values())


def test_docs_report_md_names_every_table_and_column() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "report.md").read_text(encoding="utf-8")

    for table in report_lines(views.view()).tables:
        assert f"report-{table.id}.csv" in text
        for column in table.columns:
            name = TARGET if column.id.startswith(TARGET) else column.id
            assert f"`{name}" in text, f"{table.id}: {name}"
