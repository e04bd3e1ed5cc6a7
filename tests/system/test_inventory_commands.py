"""wanzhao inventory as a person of the county uses it: template, check, dry run, apply, export, NetBox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from line import wanzhao
from shared import ROOT

DEMO = ROOT / "wanzhao" / "demo" / "register"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose collector has the demo county's register."""
    folder = tmp_path_factory.mktemp("collector")
    config = folder / "collector.toml"
    config.write_text(f"[collector]\nstate_dir = {json.dumps(str(folder / 'state'))}\n", encoding="utf-8")
    done = wanzhao("inventory", "import", str(DEMO), "--apply", "--config", str(config))
    assert done.returncode == 0, done.stderr
    return config


@pytest.fixture
def config(imported: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(imported.parent / "state", tmp_path / "state")
    path = tmp_path / "collector.toml"
    path.write_text(f"[collector]\nstate_dir = {json.dumps(str(tmp_path / 'state'))}\n", encoding="utf-8")
    return path


def inventory(config: Path, *arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
    done = wanzhao("inventory", *map(str, arguments), "--config", str(config), env={"WANZHAO_LANG": lang})
    return done.returncode, done.stdout, done.stderr


def devices(config: Path) -> dict[str, dict[str, object]]:
    _code, out, _err = inventory(config, "show", "--json")
    return {device["id"]: device for device in json.loads(out)["devices"]}


def exported(config: Path, folder: Path) -> Path:
    code, _out, err = inventory(config, "export", folder / "台账.xlsx")
    assert code == 0, err
    return folder / "台账.xlsx"


def test_an_import_says_what_would_change_and_changes_nothing_until_it_is_told_to(
    config: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(exported(config, tmp_path))
    book["设备"]["E3"] = "备用"
    name = book["设备"]["A3"].value
    book.save(tmp_path / "台账.xlsx")

    code, out, _err = inventory(config, "import", tmp_path / "台账.xlsx")
    assert (code, devices(config)[name]["status"]) == (0, "in_service")
    assert f"~ {name} status in_service -> spare" in out
    assert "nothing was changed; --apply makes it so" in out

    code, out, _err = inventory(config, "import", tmp_path / "台账.xlsx", "--apply")
    assert (code, devices(config)[name]["status"]) == (0, "spare")
    assert "nothing was changed" not in out


def test_what_was_exported_would_change_nothing(config: Path, tmp_path: Path) -> None:
    code, out, _err = inventory(config, "import", exported(config, tmp_path))
    assert (code, "nothing would change" in out) == (0, True)

    code, _out, _err = inventory(config, "export", tmp_path / "folder")
    code, out, _err = inventory(config, "import", tmp_path / "folder", "--json")
    counts = json.loads(out)["tables"].values()
    assert code == 0
    assert sum(table["added"] + table["changed"] + table["removed"] for table in counts) == 0
    assert sum(table["unchanged"] for table in counts) > 300


def test_a_workbook_with_faults_comes_back_marked_beside_it(config: Path, tmp_path: Path) -> None:
    path = exported(config, tmp_path)
    book = openpyxl.load_workbook(path)
    book["学校"]["C4"] = "城堡"
    book.save(path)

    code, _out, err = inventory(config, "import", path, "--apply")

    marked = openpyxl.load_workbook(tmp_path / "台账-错误.xlsx")
    assert code == 2
    assert "sheet 学校 row 4, column C" in err
    assert "台账-错误.xlsx" in err
    assert "is not a known word" in marked["学校"]["C4"].comment.text


@pytest.mark.parametrize(
    ("options", "files"),
    [((), {"r-错误.xlsx"}), (("--marked", "here.xlsx"), {"here.xlsx"}), (("--no-marked",), set())],
)
def test_where_the_marked_file_goes_can_be_said(
    tmp_path: Path, options: tuple[str, ...], files: set[str]
) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "学校"
    book.save(tmp_path / "r.xlsx")
    told = [str(tmp_path / word) if word.endswith(".xlsx") else word for word in options]

    done = wanzhao("inventory", "check", str(tmp_path / "r.xlsx"), *told)

    assert done.returncode == 2
    assert {path.name for path in tmp_path.iterdir()} == files | {"r.xlsx"}


def test_the_marked_file_never_takes_the_place_of_the_one_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("id,name,kind\n1,x,y\n", encoding="utf-8")

    done = wanzhao("inventory", "check", str(path), "--marked", str(path))

    assert done.returncode == 2
    assert path.read_text(encoding="utf-8") == "id,name,kind\n1,x,y\n"
    assert "is the file that is read" in done.stderr


def test_a_template_is_written_checked_and_only_lacks_the_county(tmp_path: Path) -> None:
    done = wanzhao("inventory", "template", str(tmp_path / "模板.xlsx"))
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "模板.xlsx"))

    done = wanzhao("inventory", "check", str(tmp_path / "模板.xlsx"), "--no-marked")

    assert done.returncode == 2
    assert "the county has no name" in done.stderr
    assert done.stderr.count("\n") == 2


def test_one_csv_file_changes_only_what_it_names(config: Path, tmp_path: Path) -> None:
    before = devices(config)
    name, one = next(iter(before.items()))
    path = tmp_path / "新设备.csv"
    path.write_text(f"设备编号,校区编号,角色,型号\n{name},{one['campus']},出口网关,NE40\n", encoding="gbk")

    code, _out, err = inventory(config, "import", path, "--apply")
    assert (code, "is no table of the register" in err) == (2, True)

    code, _out, err = inventory(config, "import", path, "--table", "设备", "--apply")
    after = devices(config)
    assert code == 0, err
    assert after.keys() == before.keys()
    assert after[name]["model"] == "NE40"
    assert {key for key in after if after[key] != before[key]} == {name}


def test_a_table_that_is_none_is_refused_with_the_names(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id\n", encoding="utf-8")

    done = wanzhao("inventory", "check", str(tmp_path / "x.csv"), "--table", "things")

    assert done.returncode == 2
    assert "schools, campuses" in done.stderr


def test_a_part_without_a_whole_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f"[collector]\nstate_dir = {json.dumps(str(tmp_path / 'state'))}\n", encoding="utf-8")
    (tmp_path / "devices.csv").write_text("id,campus,role\n", encoding="utf-8")

    code, _out, err = inventory(config, "import", tmp_path / "devices.csv")

    assert code == 2
    assert "no register is imported yet" in err


def test_a_folder_that_cannot_be_written_is_said_plainly(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    for name in ("export", "netbox-export"):
        code, _out, err = inventory(config, name, tmp_path / "file" / "folder")
        assert (code, "cannot be written" in err) == (2, True)


def test_a_county_s_register_goes_to_netbox_and_back(config: Path, tmp_path: Path) -> None:
    code, out, err = inventory(config, "netbox-export", tmp_path / "netbox")
    assert (code, "6-sites.csv" in out, "contracts" in err) == (0, True, True)

    code, out, _err = inventory(config, "netbox-import", tmp_path / "netbox")
    assert (code, "nothing would change" in out) == (0, True)

    sites = tmp_path / "netbox" / "6-sites.csv"
    text = sites.read_text(encoding="utf-8")
    address = text.splitlines()[1].split(",")[5]
    sites.write_text(text.replace(address, "新址1号"), encoding="utf-8")
    code, out, _err = inventory(config, "netbox-import", tmp_path / "netbox", "--apply")
    assert (code, f"address {address} -> 新址1号" in out) == (0, True)
