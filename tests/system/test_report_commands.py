"""Reports handed out, verified and compared; the sheet of a test on site there and back."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import sixty_truth as truth
from sixty_filled import fill
from sixty_judges import OF_CAMPUS, Asked
from sixty_register import register_of
from sixty_truth_county import school_state
from sixty_truth_papers import sync_classroom
from sixty_types import NOW, CountyTruth, SchoolTruth
from sixty_world import county

from collector.judging import Plan
from collector.rounds import Rounds
from collector.store.engine import open_store
from collector.store.registers import read_register, store_register
from inventory.plan import builtin_profiles, load_profile
from wanzhao.cli import main

SCHOOLS = county().schools[:12]
CAMPUSES = {campus.id: (school, campus) for school in SCHOOLS for campus in school.campuses}
AS_OF = NOW.isoformat()
PLAN = load_profile(builtin_profiles()["changxing-145"])
(ACCESS,) = [target for target in PLAN.targets if target.id == "cx-access-10g"]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county in a store, judged once, and its report in ``out``."""
    base = tmp_path_factory.mktemp("handed-out")
    engine = open_store(f"sqlite:///{base / 'wanzhao.db'}")
    fill(engine, SCHOOLS)
    path = builtin_profiles()["changxing-145"]
    Rounds(engine, [Plan(load_profile(path), path.read_text(encoding="utf-8"))]).round(NOW.timestamp())
    engine.dispose()
    (base / "config.toml").write_text(
        f'[collector]\ndatabase = "sqlite:///{base / "wanzhao.db"}"\n'
        f'state_dir = "{base}"\nprofiles = ["changxing-145"]\n'
    )
    assert run(base, "report", "--out", str(base / "out"), "--as-of", AS_OF, "--by", "张三") == 0
    return base


def run(base: Path, *arguments: str) -> int:
    return main([*arguments, "--config", str(base / "config.toml")])


def table(folder: Path, name: str) -> Rows:
    """A table's CSV by column id; the second line, with the headings, is left out."""
    with (folder / "out" / f"report-{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))[1:]


def is_in_scope(school: SchoolTruth) -> bool:
    """Whether the plan's 10G is about this school."""
    (row,) = register_of(CountyTruth([school])).schools
    return PLAN.scope_of(ACCESS).holds(row)


# The tables say what is true


def test_table_1b_counts_ports_contracts_and_both_as_the_truth_says(folder: Path) -> None:
    def passes(school: SchoolTruth, judge: object) -> bool:
        return all(judge(school, campus) == "pass" for campus in school.campuses)  # type: ignore[operator]

    wanted: Counter[tuple[str, str, str]] = Counter()
    for school in SCHOOLS:
        for group in ((school.kind, school.place), ("", "")):
            wanted[(*group, "n")] += 1
            wanted[(*group, "port")] += passes(school, truth.port)
            wanted[(*group, "contract")] += passes(school, truth.contract)

    rows = table(folder, "three")
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]["three"]

    found: Counter[tuple[str, str, str]] = Counter()
    for row in told:
        group = ("", "") if row["kind"] == "all_kinds" else (row["kind"], row["urban_rural"] or "")
        for name in ("n", "port", "contract"):
            found[(*group, name)] += row[name]
    assert found == wanted
    assert len(rows) == len(told)
    assert rows[-1]["n"] == str(len(SCHOOLS))


@pytest.mark.parametrize("campus_id", CAMPUSES)
def test_table_2_shows_the_figures_of_each_campus(folder: Path, campus_id: str) -> None:
    school, campus = CAMPUSES[campus_id]
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]["campuses"]
    (row,) = [row for row in told if row["campus"] == campus_id]

    # The plan counts members of 10G alone; a school that it is not about is shown as it is.
    least_member = 10_000 if is_in_scope(school) else 0
    assert row["port_mbps"] == truth.port_value(school, campus, least_member)
    assert row["contract_mbps"] == truth.contract_value(school, campus)
    assert row["ipv6_address"] == truth.wan_address(school, campus)
    assert row["ipv6_route"] == truth.default_route(school, campus)
    assert row["ipv6_prefix"] == truth.prefixes(campus)
    assert row["aps_registered"] == len(campus.aps)
    together = {row["sync_built"], row["sync_used"]}
    assert ("pass" if together == {"pass"} else "no") == (
        "pass" if sync_classroom(school) == "pass" else "no"
    )


def test_what_fails_is_to_be_mended_and_what_is_unknown_to_be_proved(folder: Path) -> None:
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]
    judge = OF_CAMPUS[ACCESS.metric](Asked(ACCESS.params, lambda _school: []))
    states: dict[str, set[tuple[str, str]]] = {"fail": set(), "unknown": set()}
    for school in filter(is_in_scope, SCHOOLS):
        state = school_state(school, "cx-access-10g", "access_10g_composite", judge)
        if state in states:
            states[state].add((school.id, "cx-access-10g"))

    mend, prove = (
        {(row["school"], row["target"]) for row in told[name] if row["target"] == "cx-access-10g"}
        for name in ("to_mend", "to_prove")
    )

    assert mend == states["fail"]
    assert prove >= states["unknown"]
    assert all(row["status"] == "open" for row in told["to_mend"])
    assert len({row["no"] for row in (*told["to_mend"], *told["to_prove"])}) == len(told["to_mend"]) + len(
        told["to_prove"]
    )


def test_every_document_of_the_register_is_in_the_annex_with_its_review(folder: Path) -> None:
    register = register_of(CountyTruth(SCHOOLS))
    documents = {(s.id, document.id): document for s in register.schools for document in s.documents}
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]["evidence"]
    found = {(row["school"], row["document"]): row for row in told if row["document"]}

    assert documents
    assert documents.keys() <= found.keys()
    for key, document in documents.items():
        assert found[key]["review"] == f"paper_{document.review}"
    assert {"E2", "E3"} <= {row["level"] for row in told}
    assert len({row["no"] for row in told}) == len(told)


def test_each_school_has_its_page_with_each_section(folder: Path) -> None:
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]["schools"]
    for school in SCHOOLS:
        own = [row for row in told if row["school"] == school.id]
        sections = {row["section"] for row in own}
        assert {"basic", "access", "lan", "ipv6", "wireless", "facilities", "safety", "targets"} <= sections
        ipv6 = [row for row in own if row["section"] == "ipv6"]
        assert len(ipv6) == 8 * len(school.campuses), "eight lines for each campus"
    page = (folder / "out" / "report-schools.html").read_text(encoding="utf-8")
    assert all(school.id in page for school in SCHOOLS)


# The test on site


def test_the_seed_draws_the_schools_and_every_stratum_has_one(folder: Path, tmp_path: Path) -> None:
    def drawn(seed: str, name: str) -> list[dict[str, object]]:
        out = tmp_path / name
        assert run(folder, "report", "--out", str(out), "--as-of", AS_OF, "--seed", seed) == 0
        rows: list[dict[str, object]] = json.loads((out / "report.json").read_bytes())["tables"]["spot_check"]
        return rows

    one, same, other = drawn("a", "1"), drawn("a", "2"), drawn("b", "3")

    assert one == same
    assert one != other
    by_stratum = {row["stratum"] for row in one if row["why_drawn"] == "by_stratum"}
    kinds = {
        "teaching_point" if s.kind == "teaching_point" else s.stages[-1]
        for s in register_of(CountyTruth(SCHOOLS)).schools
    }
    assert {str(each).split(";")[0] for each in by_stratum} == kinds


def filled(folder: Path, file: Path, answers: dict[int, dict[str, object]]) -> None:
    """The sheet as a workbook with some of its rows (0: the first) filled in."""
    with (folder / "out" / "report-spot_check.csv").open(encoding="utf-8-sig", newline="") as source:
        lines = list(csv.reader(source))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["表六 现场抽查单"])
    columns = lines[0]
    for number, line in enumerate(lines[1:], start=-1):
        row: list[object] = list(line)
        for name, value in answers.get(number, {}).items():
            row[columns.index(name)] = value
        sheet.append(row)
    book.save(file)


def test_what_an_inspector_enters_becomes_evidence_of_the_highest_level(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = table(folder, "spot_check")
    known = next(n for n, row in enumerate(rows) if row["state"] in ("达标", "未达标"))
    unknown = next(n for n, row in enumerate(rows) if row["state"] == "待核实")
    sheet = tmp_path / "抽查.xlsx"
    visit = {"inspector": "赵六", "seen_on": NOW.date()}
    filled(
        folder,
        sheet,
        {
            known: {"agrees": "否", "photo": "P1", **visit},
            unknown: {"site_result": "达标", "site_value": "0.97", **visit},
        },
    )

    assert run(folder, "report", "enter", str(sheet)) == 0
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    with engine.connect() as connection:
        before = read_register(connection)
    assert before is not None
    assert not [t for s in before.schools for t in s.site_tests], "nothing is stored until it is asked for"
    assert run(folder, "report", "enter", str(sheet), "--apply") == 0

    with engine.connect() as connection:
        register = read_register(connection)
    engine.dispose()
    assert register is not None
    tests = {(s.id, t.metric): t for s in register.schools for t in s.site_tests}
    assert len(tests) == 2
    first = tests[rows[known]["school"], rows[known]["target"]]
    assert first.state == ("fail" if rows[known]["state"] == "达标" else "pass")
    second = tests[rows[unknown]["school"], rows[unknown]["target"]]
    assert (second.state, second.value, second.inspector) == ("pass", 0.97, "赵六")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"site_result": "也许", "inspector": "赵", "seen_on": "2026-09-18"}, "neither met nor not met"),
        ({"site_result": "达标", "inspector": "", "seen_on": "2026-09-18"}, "write who was there"),
        ({"site_result": "达标", "inspector": "赵", "seen_on": "下周"}, "date"),
        ({"site_result": "达标", "inspector": "赵", "seen_on": "2026-09-18", "site_value": "很快"}, "number"),
    ],
)
def test_a_wrong_cell_is_named_with_row_and_column(
    folder: Path,
    tmp_path: Path,
    answer: dict[str, object],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet = tmp_path / "sheet.xlsx"
    filled(folder, sheet, {3: answer})

    assert run(folder, "report", "enter", str(sheet), "--apply") == 2

    error = capsys.readouterr().err
    assert told in error
    assert "row 6" in error


def test_a_file_that_is_no_sheet_says_what_it_needs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    assert run(folder, "report", "enter", str(tmp_path / "x.csv")) == 2
    assert "学校标识码" in capsys.readouterr().err


# Handed out, verified


def test_every_file_is_verified_and_one_that_was_changed_is_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in sorted(path for path in (folder / "out").rglob("*") if path.is_file()):
        assert run(folder, "report", "verify", str(file)) == 0, file.name
        assert "张三" in capsys.readouterr().out
    data = json.loads((folder / "out" / "report.json").read_bytes())
    data["tables"]["county"][0]["met"] += 1
    changed = tmp_path / "report.json"
    changed.write_text(json.dumps(data), encoding="utf-8")

    assert run(folder, "report", "verify", str(changed)) == 1

    told = capsys.readouterr().out
    kept = data["tables"]["county"][0]["met"] - 1
    assert f"county, row 1, met: {kept + 1}, kept {kept}" in told
    assert told.count("row") == 1
    other = tmp_path / "report.html"
    other.write_bytes((folder / "out" / "report.html").read_bytes().replace(b"2026", b"2027", 1))
    assert run(folder, "report", "verify", str(other)) == 1


def test_the_same_report_is_made_again_from_the_store(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    later = NOW + timedelta(days=1)
    with engine.begin() as connection:  # what comes later changes nothing of what was handed out
        store_register(connection, register_of(CountyTruth(SCHOOLS[:6])), author="x", at=later.timestamp())
    try:
        assert run(folder, "report", "verify", str(folder / "out" / "report.html"), "--again") == 0
    finally:
        with engine.begin() as connection:
            store_register(
                connection, register_of(CountyTruth(SCHOOLS)), author="x", at=later.timestamp() + 1
            )
        engine.dispose()
    assert "as it was handed out" in capsys.readouterr().out


def test_the_next_report_says_what_has_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "next"
    later = (NOW + timedelta(days=400)).isoformat()
    assert run(folder, "report", "--out", str(out), "--as-of", later) == 0

    told = json.loads((out / "report.json").read_bytes())
    first = json.loads((folder / "out" / "report.json").read_bytes())

    capsys.readouterr()
    assert run(folder, "report", "list", "--json") == 0
    known = {each["sha256"]: each for each in json.loads(capsys.readouterr().out)}
    assert known[told["cover"]["last_sha256"]]["as_of"] == first["as_of"]
    before = {row["target"]: row for row in first["tables"]["county"]}
    for row in told["tables"]["county"]:
        old = before[row["target"]]
        assert row["change"] == f"Δp {row['met'] - old['met']:+d}, Δu {row['unknown'] - old['unknown']:+d}"
    assert any(row["change"] != "Δp +0, Δu +0" for row in told["tables"]["county"])
    changed = {row["subject"] for row in told["tables"]["changes"] if row["what"] == "change_state"}
    assert changed == {
        row["target"] for row in told["tables"]["county"] if row["state"] != before[row["target"]]["state"]
    }


def test_a_target_past_its_day_is_judged_by_the_evidence_of_that_day(folder: Path) -> None:
    told = json.loads((folder / "out" / "report.json").read_bytes())["tables"]["county"]
    past = [row for row in told if row["due"] and date.fromisoformat(row["due"]) < NOW.date()]

    assert past
    # No agent had reported by then and no document been accepted: nothing can be said of that day.
    assert {row["state_at_due"] for row in past} <= {"undetermined", "not_met", "met", None}
    assert "undetermined" in {row["state_at_due"] for row in past}


def test_only_the_formats_asked_for_are_written_and_each_can_be_verified(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "two"
    asked = ("--format", "xlsx", "--format", "pdf")

    assert run(folder, "report", "--out", str(out), "--as-of", AS_OF, *asked) == 0

    assert sorted(path.name for path in out.iterdir()) == ["report.json", "report.pdf", "report.xlsx"]
    for path in out.iterdir():
        assert run(folder, "report", "verify", str(path)) == 0
    with (out / "report.pdf").open("ab") as file:
        file.write(b"%")
    assert run(folder, "report", "verify", str(out / "report.pdf")) == 1
