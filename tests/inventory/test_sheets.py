"""The register from workbooks and CSV as spreadsheets leave them, with every fault in its cell."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from shared import ROOT

from inventory import load_guard
from inventory.errors import Problem, RegisterError
from inventory.load import count_rows, load_register, load_set
from inventory.load_cells import Bad, code, day, text
from inventory.load_guard import Unfit, look
from inventory.load_set import Place
from inventory.register import Register

COUNTY = (("项目", "内容"), ("县名", "长兴县"), ("行政区划代码", 330522))
SCHOOLS = (("学校标识码", "学校名称", "办学类型"), (2133000001, "第一小学", "小学"))
CAMPUSES = (("校区编号", "学校标识码", "校区名称"), ("c1", 2133000001, "本部"))
FILES = ROOT / "tests" / "inventory" / "workbooks"

Sheets = dict[str, tuple[tuple[object, ...], ...]]


def sheets(**more: tuple[tuple[object, ...], ...]) -> Sheets:
    """The sheets of a sound workbook, and others."""
    return {"县和校历": COUNTY, "学校": SCHOOLS, "校区": CAMPUSES, **more}


def write_xlsx(path: Path, given: Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in given.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ODS_TYPES: dict[type, str] = {bool: "boolean", int: "float", float: "float", date: "date", str: "string"}


def write_ods(path: Path, given: Sheets, repeat: str = "") -> Path:
    """An OpenDocument spreadsheet, as small as it may be."""
    tables = []
    for name, rows in given.items():
        lines = []
        for row in rows:
            cells = "".join(ods_cell(value) for value in row)
            lines.append(f"<table:table-row {repeat}>{cells}</table:table-row>")
        empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        tables.append(f'<table:table table:name="{name}">{"".join(lines)}{empty}</table:table>')
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for n, v in names.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
    return path


def ods_cell(value: object) -> str:
    if value in ("", None):
        return "<table:table-cell/>"
    kind = ODS_TYPES[type(value)]
    given = {
        "boolean": f'office:boolean-value="{str(value).lower()}"',
        "float": f'office:value="{value}"',
        "date": f'office:date-value="{value}"',
        "string": "",
    }[kind]
    return f'<table:table-cell office:value-type="{kind}" {given}><text:p>{value}</text:p></table:table-cell>'


def faults(path: Path) -> list[Problem]:
    with pytest.raises(RegisterError) as caught:
        load_register(path)
    return list(caught.value.problems)


def told(path: Path) -> list[str]:
    return [str(problem) for problem in faults(path)]


# Formats


@pytest.mark.parametrize("write", [write_xlsx, write_ods])
@pytest.mark.parametrize("names", [("学校", "校区"), ("schools", "campuses"), ("school", "campuses.csv")])
def test_a_sheet_is_a_table_by_its_chinese_or_english_name(
    tmp_path: Path, write: object, names: tuple[str, str]
) -> None:
    given = {"county": COUNTY, names[0]: SCHOOLS, names[1]: CAMPUSES}
    path = tmp_path / f"r.{'xlsx' if write is write_xlsx else 'ods'}"

    register = load_register(write(path, given))  # type: ignore[operator]

    assert (register.county, register.adcode) == ("长兴县", "330522")
    assert register.schools[0].id == "2133000001"
    assert register.schools[0].campuses[0].id == "c1"


def test_an_old_xls_file_is_read(tmp_path: Path) -> None:
    register = load_register(FILES / "register.xls")

    contract = register.schools[0].campuses[0].contracts[0]
    assert (register.county, register.schools[0].name) == ("长兴县", "第一小学")
    assert (contract.down_mbps, contract.start) == (10_000, date(2026, 1, 1))


@pytest.mark.parametrize("write", [write_xlsx, write_ods])
def test_numbers_dates_and_truth_values_are_what_they_are(tmp_path: Path, write: object) -> None:
    given = sheets(
        学校=(
            ("学校标识码", "学校名称", "办学类型", "寄宿", "学生数"),
            (2133000001, "第一小学", "小学", True, 1200.0),
        ),
        合同=(
            ("校区", "下行", "上行", "开始日期", "到期日期"),
            ("c1", 1000, "10G", date(2026, 1, 1), 46387),
        ),
    )
    path = tmp_path / f"r.{'xlsx' if write is write_xlsx else 'ods'}"

    school = load_register(write(path, given)).schools[0]  # type: ignore[operator]

    contract = school.campuses[0].contracts[0]
    assert (school.boarding, school.students) == (True, 1200)
    assert (contract.down_mbps, contract.up_mbps) == (1000, 10_000)
    assert (contract.start, contract.end) == (date(2026, 1, 1), date(2026, 12, 31))


def test_settings_stand_in_a_sheet_as_names_and_values(tmp_path: Path) -> None:
    county = (
        ("这是标题", None),
        ("项目", "内容"),
        ("county.name*", "长兴县"),
        ("放假", "2026-10-01..2026-10-07；2027-01-01"),
        ("调休上课", datetime(2026, 10, 10)),  # noqa: DTZ001 - as a spreadsheet has it
        ("上课开始", time(7, 0)),
        ("上课结束", "18:00"),
    )

    register = load_register(write_xlsx(tmp_path / "r.xlsx", sheets(县和校历=county)))

    assert (len(register.calendar.holidays), register.calendar.workdays) == (8, {date(2026, 10, 10)})
    assert (register.calendar.opens, register.calendar.closes) == (time(7), time(18))


@pytest.mark.parametrize("first_column", [1, 3])
def test_titles_may_stand_above_the_headings_and_columns_before_them(
    tmp_path: Path, first_column: int
) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", sheets(学校=()))
    book = openpyxl.load_workbook(path)
    sheet = book["学校"]
    sheet.cell(1, first_column, "长兴县学校名单（2026年9月）")
    sheet.merge_cells(start_row=1, start_column=first_column, end_row=2, end_column=first_column + 2)
    for row, line in enumerate((*SCHOOLS, (), (3133000002, "第二小学", "城堡")), 4):
        for column, value in enumerate(line, first_column):
            sheet.cell(row, column, value)
    book.save(path)

    (problem,) = faults(path)

    assert isinstance(problem.where, Place)
    assert (problem.where.sheet, problem.where.row, problem.where.column) == ("学校", 7, first_column + 2)
    assert "城堡" in problem.what


@pytest.mark.parametrize("mark", ["示例", "示例:2133000001", "（示例）2133", "示例 一", "Example: 1"])
def test_an_example_row_is_nobody_s_school(tmp_path: Path, mark: str) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", sheets(学校=(*SCHOOLS, (mark, "某校", "小学"))))

    loaded = load_set(path)

    assert (len(loaded.register.schools), loaded.examples) == (1, 1)


def test_a_name_that_only_begins_with_the_word_for_example_is_no_example(tmp_path: Path) -> None:
    given = sheets(学校=(("学校名称", "学校标识码", "办学类型"), ("示例小学", 2133000001, "小学")))

    loaded = load_set(write_xlsx(tmp_path / "r.xlsx", given))

    assert (loaded.register.schools[0].name, loaded.examples) == ("示例小学", 0)


def test_sheets_that_hold_no_data_are_left_alone(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "r.xlsx", sheets(填表说明=(("x",),), _词表=(("x",),), Sheet2=(), 隐藏=(("x",),))
    )
    book = openpyxl.load_workbook(path)
    book["隐藏"].sheet_state = "hidden"
    book.save(path)

    assert len(load_register(path).schools) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_one_csv_file_may_be_read_alone_in_any_encoding(tmp_path: Path, encoding: str, mark: str) -> None:
    rows = (("本县学校", "", ""), *SCHOOLS, ("", "", ""), (3133000002, "第二小学", "小学"))
    content = "\r\n".join(mark.join(map(str, row)) for row in rows)
    path = tmp_path / "学校.csv"
    path.write_bytes(content.encode(encoding))

    assert count_rows(path) == 2


# Faults


def test_every_fault_names_sheet_row_and_column(tmp_path: Path) -> None:
    given = sheets(
        学校=(
            ("学校标识码*", "学校名称", "办学类型", "学生数"),
            (2133000001, "第一小学", "城堡", "很多"),
            (2.13e18, None, "小学", 3),
        ),
        设备=(("设备编号", "校区", "角色"), ("gw", "c9", "出口网关")),
    )

    assert told(write_xlsx(tmp_path / "r.xlsx", given)) == [
        'r.xlsx sheet 学校 row 2, column C (办学类型): "城堡" is not a known word; allowed: kindergarten, '
        "primary, teaching_point, junior, nine_year, complete_secondary, senior, twelve_year, vocational, "
        "special",
        'r.xlsx sheet 学校 row 2, column D (学生数): "很多" is not a whole number; digits only, such as 1200',
        'r.xlsx sheet 学校 row 3, column A (学校标识码*): "2.130000E+18" a spreadsheet turned the code into '
        "a rounded number; set the column to text (请把该列设为文本) and enter the code again",
        "r.xlsx sheet 学校 row 3, column B (学校名称): is empty; the column is required",
        "r.xlsx sheet 设备 row 2, column B (校区): there is no campus c9; allowed: c1",
    ]


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (
            {"学校": (("学校标识码", "名称", "类型", "什么"), (2133000001, "a", "小学", 1))},
            "unknown heading 什么",
        ),
        ({"学校": (("学校标识码", "类型"), (2133000001, "小学"))}, "sheet 学校 row 1: the column name"),
        ({"学校": (("学校标识码", "名称", "名称", "类型"),)}, "two columns are name"),
        ({"学校表": SCHOOLS}, "sheet 学校表: is no table of the register; did you mean 学校?"),
        ({"学校": ((), ("", " "))}, "sheet 学校: is empty"),
        (
            {"县和校历": (("县名", ""), ("行政区划代码", "330522"))},
            "row 1, column B (县名): the county has no name",
        ),
        ({"县和校历": (*COUNTY, ("轮询周期(秒)", 7))}, "row 4, column B (轮询周期(秒)): must divide a day"),
        (
            {"县和校历": (*COUNTY, ("上课开", "x"))},
            "row 4, column A: unknown key 上课开; did you mean 上课开始?",
        ),
        ({"学校": ((*SCHOOLS[0],), (*SCHOOLS[1], "more"))}, "row 2: more cells than headings"),
    ],
)
def test_a_fault_of_a_workbook_says_where_and_what_to_do(tmp_path: Path, given: Sheets, part: str) -> None:
    found = told(write_xlsx(tmp_path / "r.xlsx", {**sheets(), **given}))

    assert any(part in problem for problem in found), found


def test_a_workbook_without_any_table_says_so(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"说明": (("x",),)})

    assert any("no sheet holds a table of the register" in problem for problem in told(path))


def test_a_formula_that_failed_is_a_fault_in_its_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", sheets(校区=(*CAMPUSES, ("c2", 2133000001, "#N/A"))))
    book = openpyxl.load_workbook(path)
    book["校区"]["C3"].data_type = "e"
    book.save(path)

    (problem,) = faults(path)

    assert (str(problem.where), problem.what) == (
        "r.xlsx sheet 校区 row 3, column C",
        "is a formula that failed",
    )


@pytest.mark.parametrize("written", ["#N/A", "#REF!", "#DIV/0!"])
def test_the_words_of_a_failed_formula_are_no_text(written: str) -> None:
    with pytest.raises(Bad, match="formula that failed"):
        text(written)


def test_a_long_number_of_which_a_spreadsheet_forgot_the_end_is_no_code(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", sheets(校区=(CAMPUSES[0], (123456789012345678, 2133000001, "x"))))

    assert "请把该列设为文本" in faults(path)[0].do
    assert code(123456789012345) == "123456789012345"


@pytest.mark.parametrize(
    ("serial", "expected"),
    [("46023", date(2026, 1, 1)), (46023, date(2026, 1, 1)), ("46023.0", date(2026, 1, 1))],
)
def test_days_as_a_spreadsheet_counts_them_are_dates(serial: object, expected: date) -> None:
    assert day(serial) == expected


@pytest.mark.parametrize("serial", ["36525", "73051", "4602", "460230", "46023.5"])
def test_other_numbers_are_no_dates(serial: str) -> None:
    with pytest.raises(Bad):
        day(serial)


# Files that must not be opened


def test_a_file_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    for content in (b"", b"hello", b"PK\x03\x04 half", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        path.write_bytes(content)

        assert "cannot be opened as a workbook" in faults(path)[0].what, content


def test_half_a_workbook_says_so(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "r.xlsx", sheets()).read_bytes()
    for size in range(100, len(whole), 997):
        (tmp_path / "r.xlsx").write_bytes(whole[:size])

        assert "cannot be opened as a workbook" in faults(tmp_path / "r.xlsx")[0].what, size


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    )
    assert "is protected by a password" in faults(path)[0].what

    ods = tmp_path / "r.ods"
    with zipfile.ZipFile(ods, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    assert "is protected by a password" in faults(ods)[0].what


@pytest.mark.parametrize("cell", ["XFD1048576", "AZ1048576", "XFD2000"])
def test_one_stray_cell_far_away_does_not_take_all_memory(tmp_path: Path, cell: str) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", sheets())
    book = openpyxl.load_workbook(path)
    book["学校"][cell] = 1
    book.save(path)

    (problem, *_rest) = faults(path)

    assert "a sheet spans" in problem.what
    assert "delete the cells" in problem.do


def test_a_value_repeated_over_a_whole_sheet_does_not_take_all_memory(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "r.ods", sheets(), repeat='table:number-rows-repeated="40000000"')

    assert "a sheet spans" in faults(path)[0].what


def test_a_small_file_that_unpacks_to_gigabytes_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_guard, "MAX_UNPACKED", 10_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(6_000_000))
        archive.writestr("xl/worksheets/sheet2.xml", bytes(6_000_000))
    assert len(out.getvalue()) < 20_000

    with pytest.raises(Unfit, match="unpacks to more than"):
        look(out.getvalue())


def test_a_size_that_the_archive_denies_is_no_way_around() -> None:
    """The directory of the archive says one byte; the checksum tells."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100_000))
    content = out.getvalue()
    content = content.replace((100_000).to_bytes(4, "little"), (1).to_bytes(4, "little"))

    with pytest.raises(Unfit):
        look(content)


def test_no_file_that_is_no_register_is_read(tmp_path: Path) -> None:
    path = tmp_path / "r.docx"
    path.write_bytes(b"x")

    assert "is no file that holds a register" in faults(path)[0].what


# Parts of a register


def base(tmp_path: Path) -> Register:
    given = sheets(
        校区=(*CAMPUSES, ("c2", 2133000001, "东校区")),
        设备=(
            ("设备编号", "校区", "角色", "型号"),
            ("gw1", "c1", "出口网关", "A"),
            ("gw2", "c2", "出口网关", "B"),
        ),
        上联=(("校区", "设备", "端口"), ("c1", "gw1", "1"), ("c1", "gw1", "2"), ("c2", "gw2", "1")),
    )
    return load_register(write_xlsx(tmp_path / "base.xlsx", given))


def test_a_csv_file_changes_the_rows_that_it_names_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "设备.csv"
    path.write_text("设备编号,校区,角色,型号\ngw1,c1,出口网关,C\nsw,c2,接入交换机,D\n", encoding="gbk")

    register = load_set(path, base=base(tmp_path)).register

    first, second = register.schools[0].campuses
    assert register.county == "长兴县"
    assert [(d.id, d.model) for d in first.devices] == [("gw1", "C")]
    assert [(d.id, d.model) for d in second.devices] == [("gw2", "B"), ("sw", "D")]


def test_rows_without_an_id_replace_those_of_their_campus(tmp_path: Path) -> None:
    path = tmp_path / "上联.csv"
    path.write_text("校区,设备,端口\nc1,gw1,3\n", encoding="utf-8")

    register = load_set(path, base=base(tmp_path)).register

    assert [[u.port for u in campus.uplinks] for campus in register.schools[0].campuses] == [["3"], ["1"]]


def test_rooms_of_two_campuses_may_have_one_number(tmp_path: Path) -> None:
    path = tmp_path / "房间.csv"
    path.write_text("房间编号,校区,名称,类型\nR1,c1,一,教室\nR1,c2,二,教室\n", encoding="utf-8")
    whole = load_set(path, base=base(tmp_path)).register
    path.write_text("房间编号,校区,名称,类型\nR1,c2,三,教室\n", encoding="utf-8")

    register = load_set(path, base=whole).register

    assert [[a.name for a in campus.areas] for campus in register.schools[0].campuses] == [["一"], ["三"]]


def test_what_a_part_breaks_in_the_rest_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "设备.csv"
    path.write_text("设备编号,校区,角色\ngw1,c1,服务器\n", encoding="utf-8")

    with pytest.raises(RegisterError, match="the register as it is"):
        load_set(path, base=base(tmp_path))


def test_progress_is_told_while_many_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    rows = "".join(f"2133{n:06d},第{n}小学,primary\n" for n in range(120_000))
    path.write_text("id,name,kind\n" + rows, encoding="utf-8")
    seen: list[tuple[str, int]] = []

    assert count_rows(path, tell=lambda table, row: seen.append((table, row))) == 120_000
    assert seen == [("schools.csv", 50_001), ("schools.csv", 100_001)]
