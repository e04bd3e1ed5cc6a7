"""Workbooks of the register: what the template offers, what an export keeps, where the faults are marked."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from column_notes import NOTES, PAGE, notes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from exporters.workbook import marked
from exporters.workbook.layout import sheet_fields, sheet_name
from exporters.workbook.marked import COLOUR, mark
from exporters.workbook.write import export, template
from inventory.errors import RegisterError
from inventory.load import load_register, load_set, register_tables
from inventory.load_cells import WordList
from inventory.load_folder import folder_files
from inventory.load_sheets import FAULTS_SHEET, NOTES_SHEET, WORDS_SHEET
from inventory.load_tables import TABLES, Table, heading
from inventory.register import (
    Area,
    Calendar,
    Campus,
    Contract,
    Device,
    Register,
    School,
    Uplink,
    UserVlan,
)
from inventory.words import Language

BOTH: list[Language] = ["zh", "en"]


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def headings(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[2]]


# The template


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.toml)
def test_every_column_of_every_table_is_in_the_template(table: Table, language: Language) -> None:
    sheet = opened(template(language))[sheet_name(table, language)]

    assert [table.headings[heading(str(name))] for name in headings(sheet)] == list(table.columns)
    assert [str(name).endswith("*") for name in headings(sheet)] == [c.required for c in table.columns]


def test_a_closed_list_is_chosen_from_and_a_code_is_text() -> None:
    book = opened(template())
    lists = {
        tuple(cell.value for cell in column if cell.value is not None)
        for column in book[WORDS_SHEET].iter_cols()
    }
    checked = 0
    for table in TABLES:
        sheet = book[sheet_name(table, "zh")]
        rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
        for index, field in enumerate(sheet_fields(table, "zh")):
            letter = openpyxl.utils.get_column_letter(index + 1)
            rule = rules.get(f"{letter}3:{letter}1048576")
            wanted = field.kind in ("words", "flag")
            assert (rule is not None and rule.type == "list") == wanted, field.title
            if wanted and rule:
                checked += 1
                place = str(rule.formula1).removeprefix("=").replace("$", "").split("!")[1]
                words = tuple(cell.value for (cell,) in book[WORDS_SHEET][place])
                assert words == tuple(field.choices)
                assert words in lists
                assert all(field.column.parse(word) is not None for word in words)
            if field.kind == "text":
                (column,) = [c for c in sheet.column_dimensions.values() if c.min <= index + 1 <= c.max]
                assert column.number_format == "@", field.title
    assert checked > 10


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.toml)
def test_every_kind_of_cell_is_explained(table: Table) -> None:
    """A new parser needs a line in HINTS, or templates leave its columns unexplained."""
    assert [field.title for field in sheet_fields(table, "zh") if not field.hint] == []


def test_the_template_explains_every_column() -> None:
    rows = [[cell.value or "" for cell in row] for row in opened(template())[NOTES_SHEET].iter_rows()]
    explained = {(row[0], row[2]): row for row in rows}

    for table in TABLES:
        for column in table.columns:
            row = explained[sheet_name(table, "zh"), column.key]
            assert bool(row[3]) == column.required
            if isinstance(column.parse, WordList):
                assert {column.parse(word) for word in str(row[5]).split("、")} != set()


@pytest.mark.parametrize("language", BOTH)
def test_a_template_that_nobody_filled_in_holds_no_rows(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(language))

    with pytest.raises(RegisterError) as caught:
        load_register(path)

    # Only the county's name is missing: the example rows are nobody's schools and no faults.
    assert [str(problem) for problem in caught.value.problems] == [
        caught.value.problems[0].where + ": the county has no name; write it into this cell"
    ]


def test_a_filled_in_template_is_a_register(tmp_path: Path) -> None:
    book = opened(template())
    book["县和校历"]["B2"] = "长兴县"
    book["学校"].append([2133000001, "第一小学", "小学"])
    book["校区"].append(["c1", "2133000001", "本部", "人民路1号", "是"])
    book.save(tmp_path / "r.xlsx")

    loaded = load_set(tmp_path / "r.xlsx")

    assert loaded.examples == len(TABLES)
    assert [(s.name, [c.id for c in s.campuses]) for s in loaded.register.schools] == [("第一小学", ["c1"])]


def test_the_notes_of_the_template_are_those_of_the_page() -> None:
    fresh = notes(PAGE.read_text(encoding="utf-8"))

    assert NOTES.read_text(encoding="utf-8") == fresh, "run `make notes`"
    assert len(list(csv.reader(fresh.splitlines()))) == 1 + sum(len(table.columns) for table in TABLES)


def test_the_same_register_gives_the_same_bytes() -> None:
    assert template() == template()
    assert export(REGISTER) == export(REGISTER)


# The export

REGISTER = Register(
    county="长兴县",
    adcode="330522",
    calendar=Calendar(
        holidays=frozenset(date(2026, 10, n) for n in (1, 2, 3, 7)), workdays=frozenset({date(2026, 10, 10)})
    ),
    schools=(
        School(
            id="2133000001",
            name="=HYPERLINK(1)",
            kind="primary",
            stages=("primary", "junior"),
            students=1200,
            campuses=(
                Campus(
                    id="2133000001-01",
                    name="+本部",
                    address="'=人民路1号; 东门",
                    areas_confirmed=True,
                    uplinks=(Uplink(device="gw", port="-1/0/1", medium="dark_fibre"),),
                    contracts=(Contract(down_mbps=10000, start=date(2026, 1, 1), circuit="@C"),),
                    devices=(
                        Device(id="gw", role="gateway", model="007"),
                        Device(id="ap", role="ap", mac="02:00:00:00:00:01", serial="1E5"),
                    ),
                    areas=(Area(id="001", name="=1+1", kind="classroom", main=True, aps=("ap",)),),
                    user_vlans=(UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),),
                ),
            ),
        ),
    ),
)


@pytest.mark.parametrize("language", BOTH)
def test_an_exported_workbook_reads_in_again_unchanged(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(export(REGISTER, language))

    assert load_register(path) == REGISTER


def test_an_exported_folder_reads_in_again_unchanged(tmp_path: Path) -> None:
    for name, content in folder_files(REGISTER).items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert load_register(tmp_path) == REGISTER


@pytest.mark.parametrize("language", BOTH)
def test_every_table_of_the_register_goes_out_and_comes_back(tmp_path: Path, language: Language) -> None:
    """The register of docs/register.md, which has rows in every table."""
    (tmp_path / "page").mkdir()
    for name, content in re.findall(r"```\w+ (\S+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S):
        (tmp_path / "page" / name).write_text(content, encoding="utf-8")
    register = load_register(tmp_path / "page")
    (tmp_path / "r.xlsx").write_bytes(export(register, language))
    (tmp_path / "csv").mkdir()
    for name, content in folder_files(register).items():
        (tmp_path / "csv" / name).write_text(content, encoding="utf-8")

    assert all(register_tables(register).values())
    assert load_register(tmp_path / "r.xlsx") == register
    assert load_register(tmp_path / "csv") == register


def test_nothing_that_is_exported_is_a_formula(tmp_path: Path) -> None:
    book = opened(export(REGISTER))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    cells = [
        cell
        for content in folder_files(REGISTER).values()
        for row in csv.reader(io.StringIO(content))
        for cell in row
    ]

    assert "f" not in kinds
    assert "=HYPERLINK(1)" in [cell.value for row in book["学校"].iter_rows() for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@")] == []
    assert "'=HYPERLINK(1)" in cells


def test_an_export_holds_words_that_people_know() -> None:
    row = [cell.value for cell in opened(export(REGISTER))["学校"][3]]

    assert row[:4] == ["2133000001", "=HYPERLINK(1)", "小学", "小学;初中"]


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
ids = st.text("abcXYZ019-_.·校", min_size=1, max_size=8).filter(lambda s: not s.startswith((".", "示例")))
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def campuses(draw: st.DrawFn, campus: str) -> Campus:
    names = draw(st.lists(ids, unique=True, max_size=4))
    roles = draw(st.lists(st.sampled_from(["gateway", "core", "ap"]), min_size=4, max_size=4))
    devices = tuple(
        Device(
            id=f"{campus}.{name}",
            role=role,
            name=draw(st.just("") | words),
            status=draw(st.sampled_from(["in_service", "spare", "retired"])),
            model=draw(st.just("") | words),
        )
        for name, role in zip(names, roles, strict=False)
    )
    carriers = [device.id for device in devices if device.role != "ap"]
    aps = [device.id for device in devices if device.role == "ap"]
    return Campus(
        id=campus,
        name=draw(st.just("") | words),
        areas_confirmed=draw(st.booleans()),
        devices=devices,
        uplinks=tuple(
            Uplink(device=name, port=draw(words), carrier=draw(st.just("") | words)) for name in carriers[:2]
        ),
        contracts=tuple(
            Contract(
                down_mbps=draw(st.none() | st.integers(1, 10_000_000)),
                start=draw(st.none() | days),
                circuit=f"{campus}-{n}",
                evidence=draw(st.sampled_from(["none", "claimed", "accepted"])),
            )
            for n in range(draw(st.integers(0, 2)))
        ),
        areas=tuple(
            Area(id=f"R{n}", name=draw(words), kind="classroom", main=draw(st.booleans()), aps=tuple(aps))
            for n in range(draw(st.integers(0, 2)))
        ),
    )


@st.composite
def registers(draw: st.DrawFn) -> Register:
    numbers = draw(st.lists(st.integers(0, 999_999), unique=True, max_size=3))
    off = draw(st.frozensets(days, max_size=5))
    schools = tuple(
        School(
            id=f"2133{number:06d}",
            name=draw(words),
            kind="primary",
            stages=draw(st.sampled_from([("primary",), ("junior", "senior")])),
            urban_rural=draw(st.sampled_from(["", "town"])),
            boarding=draw(st.booleans()),
            students=draw(st.none() | st.integers(0, 10_000)),
            contact=draw(st.just("") | words),
            campuses=tuple(
                draw(campuses(f"2133{number:06d}-{n:02d}")) for n in range(draw(st.integers(0, 2)))
            ),
        )
        for number in numbers
    )
    return Register(
        county=draw(words),
        poll_interval_s=draw(st.sampled_from([30, 60, 300])),
        calendar=Calendar(
            holidays=off,
            workdays=draw(st.frozensets(days, max_size=3)) - off,
            opens=time(draw(st.integers(5, 9)), draw(st.integers(0, 59))),
        ),
        schools=schools,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(register=registers())
def test_whatever_is_exported_reads_in_again_unchanged(
    tmp_path_factory: pytest.TempPathFactory, register: Register
) -> None:
    folder = tmp_path_factory.mktemp("r")
    (folder / "r.xlsx").write_bytes(export(register))
    (folder / "csv").mkdir()
    for name, content in folder_files(register).items():
        (folder / "csv" / name).write_text(content, encoding="utf-8", newline="")

    # Whatever the register held when it was first read is what it holds: texts are in one form by then.
    first = load_register(folder / "r.xlsx")
    assert load_register(folder / "csv") == first
    assert replace(first, schools=()) == replace(register, schools=())
    assert first == register


# The user's own file, marked


def faulty(tmp_path: Path) -> Path:
    book = opened(export(REGISTER))
    school = book["学校"]
    school["C3"] = "城堡"
    school["B3"].font = openpyxl.styles.Font(bold=True, color="FF0000FF")
    school.column_dimensions["B"].width = 55
    book["校区"]["B3"] = None
    book["设备"]["B4"] = "c9"
    book["设备"]["B4"].comment = openpyxl.comments.Comment("ask Li", "Zhang")
    book.save(tmp_path / "台账.xlsx")
    return tmp_path / "台账.xlsx"


def marked_book(path: Path, language: Language = "en") -> tuple[openpyxl.Workbook, RegisterError]:
    with pytest.raises(RegisterError) as caught:
        load_register(path)
    return opened(mark(path, caught.value.every, language)), caught.value


def red(sheet: Worksheet) -> dict[str, str]:
    """Every coloured cell and its comment."""
    return {
        cell.coordinate: cell.comment.text if cell.comment else ""
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.fill.fgColor.rgb)[-6:] == COLOUR
    }


def test_each_bad_cell_of_the_user_s_file_is_coloured_and_says_what_is_allowed(tmp_path: Path) -> None:
    book, _error = marked_book(faulty(tmp_path))

    assert list(red(book["学校"])) == ["C3"]
    assert "is not a known word" in red(book["学校"])["C3"]
    assert "primary" in red(book["学校"])["C3"]
    assert "the column is required" in red(book["校区"])["B3"]
    assert red(book["设备"])["B4"].startswith("ask Li\nthere is no campus c9")
    assert list(red(book["房间"])) == ["G3"]
    assert red(book["合同"]) == {}


def test_the_user_s_formats_stay(tmp_path: Path) -> None:
    book, _error = marked_book(faulty(tmp_path))

    assert (book["学校"]["B3"].font.bold, book["学校"]["B3"].font.color.rgb) == (True, "FF0000FF")
    assert book["学校"].column_dimensions["B"].width == 55
    assert book["学校"].freeze_panes == "B3"


def test_the_first_sheet_lists_every_fault_with_a_link_to_its_cell(tmp_path: Path) -> None:
    book, error = marked_book(faulty(tmp_path))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))

    assert sheet.title == FAULTS_SHEET
    assert len(rows) == len(error.problems)
    assert ("学校", "C3") in [row[:2] for row in rows]
    assert sheet["B2"].hyperlink.location == f"'{rows[0][0]}'!{rows[0][1]}"
    assert book.active.title == FAULTS_SHEET


def test_a_mended_cell_loses_its_mark_when_the_marked_file_is_read_again(tmp_path: Path) -> None:
    first, _error = marked_book(faulty(tmp_path))
    first["学校"]["C3"] = "小学"
    first.save(tmp_path / "again.xlsx")

    second, _error = marked_book(tmp_path / "again.xlsx")

    assert red(second["学校"]) == {}
    assert second["学校"]["C3"].comment is None
    assert "B3" in red(second["校区"])
    assert second.sheetnames.count(FAULTS_SHEET) == 1


def test_a_mended_marked_file_is_a_register(tmp_path: Path) -> None:
    book, _error = marked_book(faulty(tmp_path))
    book["学校"]["C3"], book["校区"]["B3"], book["设备"]["B4"] = "小学", "2133000001", "2133000001-01"
    book.save(tmp_path / "mended.xlsx")

    assert load_register(tmp_path / "mended.xlsx") == REGISTER


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_csv_file_comes_back_as_a_workbook_with_its_faults(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "学校.csv"
    path.write_bytes(
        "学校标识码,学校名称,办学类型\n2133000001,=1+1,小学\n2133000002,,城堡\n".encode(encoding)
    )

    book, _error = marked_book(path)

    sheet = book["学校"]
    assert set(red(sheet)) == {"B3", "C3"}
    assert "is not a known word" in red(sheet)["C3"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_a_large_workbook_is_copied_row_by_row_with_its_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked, "LARGE", 10)

    book, _error = marked_book(faulty(tmp_path))

    assert list(red(book["学校"])) == ["C3"]
    assert "is not a known word" in red(book["学校"])["C3"]
    assert "the column is required" in red(book["校区"])["B3"]
    assert WORDS_SHEET not in book.sheetnames


def test_of_very_many_faults_all_are_coloured_and_the_first_have_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked, "MAX_COMMENTS", 100)
    path = tmp_path / "schools.csv"
    path.write_text("id,name,kind\n" + "".join(f"2133{n:06d},x,城堡\n" for n in range(300)), encoding="utf-8")

    book, error = marked_book(path)

    found = red(book["schools"])
    assert (len(found), sum(map(bool, found.values()))) == (300, 100)
    assert (len(error.problems), book[FAULTS_SHEET].max_row) == (201, 302)
