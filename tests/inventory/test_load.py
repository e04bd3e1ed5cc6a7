"""The register from the files that counties have, and every fault with its place."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import Problem, RegisterError
from inventory.load import MAX_PROBLEMS, load_register, register_tables, summary
from inventory.load_cells import Bad, code, day, flag, mbps, school_code, whole
from inventory.load_set import letter
from inventory.load_tables import TABLES, heading
from inventory.register import DEVICE_ROLES, KINDS, MAIN_AREA_KINDS, MEDIA, STAGES, Register

COUNTY = '[county]\nname = "长兴县"\nadcode = "330522"\n'
SCHOOLS = "id,name,kind\n2133000001,第一小学,primary\n"
CAMPUSES = "id,school,name\nc1,2133000001,本部\n"
DEVICES = "id,campus,role\ngw,c1,gateway\nac,c1,wlan_controller\nap1,c1,ap\n"


def folder(path: Path, **files: str | bytes) -> Path:
    """A register folder; names without ending are CSV."""
    ready: dict[str, str | bytes] = {"county.toml": COUNTY, "schools.csv": SCHOOLS, "campuses.csv": CAMPUSES}
    ready |= {name if "." in name else f"{name}.csv": content for name, content in files.items()}
    for name, content in ready.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / name).write_bytes(data)
    return path


def faults(path: Path) -> list[Problem]:
    with pytest.raises(RegisterError) as caught:
        load_register(path)
    return list(caught.value.problems)


def test_a_county_and_its_schools_are_enough(tmp_path: Path) -> None:
    register = load_register(folder(tmp_path))

    assert (register.county, register.adcode, register.poll_interval_s) == ("长兴县", "330522", 300)
    assert register.schools[0].campuses[0].id == "c1"


def test_the_stages_of_a_school_follow_from_its_kind(tmp_path: Path) -> None:
    schools = "id,name,kind\n3133000001,九年制,九年一贯制学校\n"
    register = load_register(folder(tmp_path, schools=schools, campuses="id,school\n"))

    assert register.schools[0].stages == ("primary", "junior")


def test_chinese_headings_and_words_mean_the_same_as_english_ones(tmp_path: Path) -> None:
    chinese = folder(
        tmp_path,
        schools="学校（机构）标识码*,学校 名称,办学类型,学段,城乡,办别,寄宿,学生数\n"
        "２１３３０００００１,第一小学,小学,小学,镇区,民办,是,1200.0\n",
        campuses="校区编号,学校标识码,房间已确认\nc1,2133000001,√\n",
        devices="设备编号,校区,角色,状态\ngw,c1,出口网关,在用\nap1,c1,无线AP,备用\n",
        uplinks="校区编号,设备,端口,用途,接入介质,运营商\nc1,gw,XGE0/0/1,教育专网,裸光纤,电信\n",
        contracts="校区,类型,网络,下行带宽（Mbps）,上行带宽(Mbps),开始日期,到期日期,佐证\n"
        "c1,专线,教育网,万兆,1000M,2026年1月1日,2026/12/31,已审核\n",
        areas="房间编号,校区,名称,类型,AP,面积（㎡）\n"
        "R1,c1,101,普通教室,ap1,６７.５平方米\nR2,c1,走廊,走廊,,\n",
        user_vlans="校区,名称,类型,设备,接口\nc1,教学网,教学,gw,Vlanif10\n",
    )

    school = load_register(chinese).schools[0]
    campus = school.campuses[0]

    assert (school.id, school.urban_rural, school.ownership) == ("2133000001", "town", "private")
    assert (school.boarding, school.students) == (True, 1200)
    assert (campus.uplinks[0].medium, campus.uplinks[0].role) == ("dark_fibre", "wan_edu")
    assert (campus.contracts[0].down_mbps, campus.contracts[0].up_mbps) == (10_000, 1000)
    assert (campus.contracts[0].end, campus.contracts[0].evidence) == (date(2026, 12, 31), "accepted")
    assert [(area.main, area.size_m2) for area in campus.areas] == [(True, 67.5), (False, None)]
    assert (campus.devices[1].status, campus.user_vlans[0].kind) == ("spare", "teaching")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_a_spreadsheet_may_save_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    register = load_register(folder(tmp_path, schools=SCHOOLS.encode(encoding)))

    assert register.schools[0].name == "第一小学"


def test_tabs_separate_columns_as_commas_do(tmp_path: Path) -> None:
    register = load_register(folder(tmp_path, schools=SCHOOLS.replace(",", "\t").encode("utf-16")))

    assert register.schools[0].name == "第一小学"


def test_chinese_file_names_are_tables_too(tmp_path: Path) -> None:
    path = folder(tmp_path, **{"设备.csv": DEVICES})

    assert len(load_register(path).schools[0].campuses[0].devices) == 3


def test_one_toml_file_holds_a_whole_register(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(
        COUNTY + '[calendar]\nholidays = ["2026-10-01..2026-10-07", 2027-01-01]\nworkdays = [2026-10-10]\n'
        "opens = 07:00:00\ncloses = '18:00'\n"
        '[[school]]\nid = 2133000001\nname = "第一小学"\nkind = "小学"\nstages = ["primary"]\n'
        '[[campus]]\nid = "c1"\nschool = "2133000001"\nareas_confirmed = true\n'
        '[[device]]\nid = "gw"\ncampus = "c1"\nrole = "gateway"\n'
        '[[uplink]]\ncampus = "c1"\ndevice = "gw"\nport = "XGE0/0/1"\n',
        encoding="utf-8",
    )

    register = load_register(file)

    assert len(register.calendar.holidays) == 8
    assert (register.calendar.opens, register.calendar.closes) == (time(7), time(18))
    assert register.schools[0].campuses[0].uplinks[0].port == "XGE0/0/1"


# Faults


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        schools="id,name,kind,students\n2133000001,一小,primry,1200\n1,二小,primary,many\n",
        devices="id,campus,role\ngw,c9,gateway\n",
    )

    found = [str(problem) for problem in faults(path)]

    assert found == [
        'schools.csv row 2, column C (kind): "primry" is not a known word; did you mean primary?',
        'schools.csv row 3, column A (id): "1" is not a school code; '
        "10 digits: kind of school (2), province (2), serial number (6)",
        'schools.csv row 3, column D (students): "many" is not a whole number; digits only, such as 1200',
        "devices.csv row 2, column B (campus): there is no campus c9; allowed: c1",
    ]


def test_a_school_with_a_fault_does_not_turn_its_campuses_into_faults(tmp_path: Path) -> None:
    path = folder(tmp_path, schools="id,name,kind\n2133000001,一小,nonsense\n")

    assert len(faults(path)) == 1


def test_a_code_that_a_spreadsheet_rounded_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = folder(tmp_path, schools="id,name,kind\n2.1E+09,一小,primary\n", campuses="id,school\n")

    (problem,) = faults(path)

    assert "请把该列设为文本" in problem.do


@pytest.mark.parametrize(
    ("table", "content", "part"),
    [
        ("schools", "id,nmae,kind\n", "did you mean name?"),
        ("schools", "id,name,kind,name\n", "two columns are name"),
        ("schools", "id,kind\n", "the column name"),
        ("schools", "", "is empty"),
        ("schools", "id,name,kind\n2133000001,,primary\n", "is empty"),
        ("schools", "id,name,kind\n2133000001,a,primary,extra\n", "more cells than headings"),
        ("schools", "id,name,kind\n9933000001,a,primary\n", "99 is no kind of school"),
        ("schools", "id,name,kind\n2199000001,a,primary\n", "99 is no province"),
        ("schools", "id,name,kind\n2132000001,a,primary\n", "another province"),
        ("schools", SCHOOLS + "2133000001,b,primary\n", "a second time; first: schools.csv row 2"),
        ("school", SCHOOLS, "did you mean schools.csv?"),
        ("campuses", "id,school\nc1,2133000002\n", "there is no school 2133000002"),
        ("devices", "id,campus,role\na b,c1,ap\n", "is not an identifier"),
        ("devices", DEVICES + "ap2,c1,ap,zz\n", "more cells than headings"),
        ("devices", "id,campus,role,controller\nap1,c1,ap,ac\n", "there is no device ac"),
        ("uplinks", "campus,device,port\nc1,gw,1\n", "there is no device gw"),
        ("contracts", "campus,down_mbps\nc1,fast\n", "is not a bandwidth"),
        ("contracts", "campus,start,end\nc1,2026-02-30,\n", "is not a date"),
        ("contracts", "campus,start,end\nc1,2026-02-01,2025-01-01\n", "ends before it starts"),
        ("areas", "id,campus,name,kind,aps\nR,c1,x,classroom,ap9\n", "there is no access point ap9"),
        ("contracts", "campus,down_mbps\nc1,5G\nc1,5G\n", "the same contract"),
        ("contracts", "campus,circuit\nc1,X\nc1,X\n", "the same contract"),
        ("devices", "id,campus,role,mac\na,c1,ap,02:00:00\n", "is not a MAC address"),
        (
            "devices",
            "id,campus,role,mac\na,c1,ap,02:00:00:00:00:0a\nb,c1,ap,0200-0000-000A\n",
            "0200-0000-000A stands here a second time",
        ),
        ("devices", "id,campus,role,serial\na,c1,ap,SN1\nb,c1,ap,sn1\n", "a second time"),
        ("areas", "id,campus,name,kind,size_m2\nR,c1,x,classroom,big\n", "is not the size of a room"),
        ("areas", "id,campus,name,kind,size_m2\nR,c1,x,classroom,0\n", "is not the size of a room"),
        ("areas", "id,campus,name,kind\nR,c1,x,classroom\nR,c1,y,classroom\n", "a second time"),
        ("county.toml", '[county]\nadcode = "330522"', "the county has no name"),
        ("county.toml", '[county]\nname = "x"\nadcod = "330522"', "did you mean adcode?"),
        ("county.toml", '[county]\nname = "x"\nadcode = "33"', "is not a county code"),
        ("county.toml", '[county]\nname = "x"\npoll_interval_s = 0', "from 1 to 86400 seconds"),
        ("county.toml", '[county]\nname = "x"\npoll_interval_s = 7', "must divide a day"),
        ("county.toml", COUNTY + '[calendar]\ntimezone = "Mars/Olympus"', "is not a time zone"),
        ("county.toml", COUNTY + '[calendar]\nopens = "18:00"', "closes before it opens"),
        (
            "county.toml",
            COUNTY + "[calendar]\nholidays = [2026-10-01]\nworkdays = [2026-10-01]",
            "both a holiday and a workday",
        ),
        ("county.toml", COUNTY + "[[scool]]\nid = 1", "did you mean school?"),
        ("county.toml", COUNTY + '[[school]]\nid = "2133000009"\nnaem = "x"', "did you mean name?"),
        ("county.toml", "[county", "is not TOML"),
    ],
)
def test_a_fault_says_what_is_wrong_and_what_to_do(
    tmp_path: Path, table: str, content: str, part: str
) -> None:
    found = [str(problem) for problem in faults(folder(tmp_path, **{table: content}))]

    assert any(part in problem for problem in found), found


def test_a_renewed_contract_on_the_same_circuit_is_no_fault(tmp_path: Path) -> None:
    contracts = "campus,circuit,start,end\nc1,X,2025-01-01,2025-12-31\nc1,X,2026-01-01,2026-12-31\n"

    assert len(load_register(folder(tmp_path, contracts=contracts)).schools[0].campuses[0].contracts) == 2


def test_an_access_point_of_another_campus_serves_no_room_here(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        campuses=CAMPUSES + "c2,2133000001,东校区\n",
        devices=DEVICES,
        areas="id,campus,name,kind,aps\nR,c2,x,classroom,ap1\n",
    )

    assert "belongs to campus c1" in str(faults(path)[0])


def test_an_uplink_on_another_school_s_device_is_refused(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        schools=SCHOOLS + "2133000002,二小,primary\n",
        campuses=CAMPUSES + "c2,2133000002,本部\n",
        devices=DEVICES,
        uplinks="campus,device,port\nc2,gw,XGE0/0/1\n",
    )

    assert "belongs to school 2133000001" in str(faults(path)[0])


@pytest.mark.parametrize("role", ["access", "server"])
def test_an_uplink_on_a_device_whose_slow_ports_no_agent_reports_is_refused(
    tmp_path: Path, role: str
) -> None:
    path = folder(
        tmp_path,
        devices=f"id,campus,role\nsw,c1,{role}\n",
        uplinks="campus,device,port\nc1,sw,GE0/0/1\n",
    )

    (problem,) = faults(path)
    assert problem.where.startswith("uplinks.csv")
    assert role in problem.what
    assert "gateway" in problem.do


def test_a_wrong_column_does_not_flood_the_reader(tmp_path: Path) -> None:
    rows = "".join(f"2133{n:06d},x,zzz\n" for n in range(5000))

    found = faults(folder(tmp_path, schools="id,name,kind\n" + rows, campuses="id,school\n"))

    assert len(found) == MAX_PROBLEMS + 1
    assert "4800 more faults" in str(found[-1])


def test_a_folder_that_is_not_there_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    assert "no such folder" in str(faults(tmp_path / "nowhere")[0])


@given(st.binary(max_size=300))
def test_no_file_content_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = folder(tmp_path_factory.mktemp("r"), devices=content)

    # Few random bytes make a table; whatever they are, the answer is a list of faults.
    with pytest.raises(RegisterError) as caught:
        load_register(path)

    assert caught.value.problems


# Cells


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1000", 1000),
        ("1000M", 1000),
        ("1000 Mbps", 1000),
        ("10G", 10_000),
        ("2.5Gbit/s", 2500),
        ("１０Ｇ", 10_000),
        ("万兆", 10_000),
        ("千兆", 1000),
        ("500兆", 500),
        ("10,000", 10_000),
        (300, 300),
        (1000.0, 1000),
    ],
)
def test_a_bandwidth_is_read_as_people_write_it(written: object, expected: int) -> None:
    assert mbps(written) == expected


@pytest.mark.parametrize(
    "written", ["", "fast", "0", "-1", "10K", "2.5M", "1e4", "千", "10G/1G", "2,5G", "99999999"]
)
def test_an_unclear_bandwidth_is_refused(written: str) -> None:
    with pytest.raises(Bad):
        mbps(written)


@pytest.mark.parametrize(
    "written", ["2026-09-01", "2026/9/1", "2026.9.1", "20260901", "2026年9月1日", "2026-09-01 00:00:00"]
)
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    assert day(written) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("written", "expected"), [("是", True), ("√", True), ("否", False), ("N", False), (1, True)]
)
def test_yes_and_no_are_read_as_people_write_them(written: object, expected: bool) -> None:
    assert flag(written) is expected


@pytest.mark.parametrize(
    "written", ['="2133000001"', "'2133000001", "2133000001.0", " 2133000001 ", 2133000001]
)
def test_a_code_survives_what_spreadsheets_do_to_it(written: object) -> None:
    assert school_code(written) == "2133000001"


def test_a_room_may_be_called_1e5_but_a_rounded_number_is_no_room() -> None:
    assert code("1E5") == "1E5"
    with pytest.raises(Bad):
        code("1.0E+05")


@pytest.mark.parametrize("written", ["1,5", "1.5", "-3", "1e3", "三", "1,0000", ""])
def test_a_broken_number_is_refused(written: str) -> None:
    with pytest.raises(Bad):
        whole(written)


def test_commas_between_thousands_are_no_fault() -> None:
    assert (whole("1,500"), whole("1,234,567"), mbps("10,000M")) == (1500, 1_234_567, 10_000)


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_a_spreadsheet_names_them(index: int, name: str) -> None:
    assert letter(index) == name


def test_no_two_columns_of_a_table_share_a_heading() -> None:
    for table in TABLES:
        names = [heading(name) for column in table.columns for name in (column.key, *column.headings)]
        owners = {
            heading(name): column.key for column in table.columns for name in (column.key, *column.headings)
        }

        assert len(owners) == len(set(names))
        assert set(owners.values()) == {column.key for column in table.columns}


@pytest.mark.parametrize(
    ("table", "key", "values"),
    [
        ("school", "kind", KINDS),
        ("school", "stages", STAGES),
        ("device", "role", DEVICE_ROLES),
        ("uplink", "medium", MEDIA),
        ("area", "kind", tuple(MAIN_AREA_KINDS)),
    ],
)
def test_every_word_of_the_register_can_be_written(table: str, key: str, values: tuple[str, ...]) -> None:
    (column,) = [c for t in TABLES if t.toml == table for c in t.columns if c.key == key]

    assert [column.parse(value) for value in values] == [
        (value,) if key == "stages" else value for value in values
    ]


# Back into tables


def full(path: Path) -> Register:
    return load_register(
        folder(
            path,
            devices="id,campus,role,mac,controller\ngw,c1,gateway,,\nac,c1,wlan_controller,,\nap1,c1,ap,02:00:00:00:00:01,ac\n",
            uplinks="campus,device,port,medium\nc1,gw,XGE0/0/1,otn\n",
            contracts="campus,down_mbps,up_mbps,start,end\nc1,10G,10G,2026-01-01,2026-12-31\n",
            areas="id,campus,name,kind,aps,main\nR1,c1,101,classroom,ap1,否\nR2,c1,102,classroom,,\n",
            user_vlans="campus,name,kind,device,port\nc1,教学,teaching,gw,Vlanif10\n",
        )
    )


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        cells = {
            key: ";".join(map(str, value)) if isinstance(value, list) else value for key, value in row.items()
        }
        writer.writerow(cells)
    path.write_text(out.getvalue(), encoding="utf-8")


def test_tables_written_out_and_read_again_are_the_same_register(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    register = full(tmp_path / "in")

    for name, rows in register_tables(register).items():
        if rows:
            write_csv(tmp_path / "out" / f"{name}.csv", rows)
    (tmp_path / "out" / "county.toml").write_text(COUNTY, encoding="utf-8")

    assert load_register(tmp_path / "out") == register


def test_tables_are_plain_enough_for_json(tmp_path: Path) -> None:
    tables = register_tables(full(tmp_path))

    assert json.loads(json.dumps(tables)) == tables


def test_the_summary_counts_what_is_there(tmp_path: Path) -> None:
    counts = summary(full(tmp_path))

    assert (counts["devices"], counts["aps"], counts["areas"], counts["main_areas"]) == (2, 1, 2, 1)


def test_a_cell_longer_than_csv_allows_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    endless = '"' + "x" * 200_000

    assert any("is not CSV" in str(p) for p in faults(folder(tmp_path, devices=endless)))
    assert any("is not CSV" in str(p) for p in faults(folder(tmp_path, devices=DEVICES + endless)))


def test_a_line_break_inside_quotes_stays_in_its_cell(tmp_path: Path) -> None:
    campuses = 'id,school,address\nc1,2133000001,"某路1号\r\n东门"\n'

    assert load_register(folder(tmp_path, campuses=campuses)).schools[0].campuses[0].address == "某路1号 东门"


def test_loading_twice_gives_equal_registers(tmp_path: Path) -> None:
    register = full(tmp_path)

    assert load_register(tmp_path) == register
    assert replace(register, county="x") != register
