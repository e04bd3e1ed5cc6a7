"""The pages on the register and on plans: their examples load, and they leave nothing out."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from shared import ROOT

from inventory import profile
from inventory.load import load_register, summary
from inventory.load_tables import TABLES, Table
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import CAMPUS, COMPOSITES, COUNTY, SCHOOL
from inventory.metrics.params import PARAMS, kinds_of
from inventory.plan import load_profile
from inventory.plan_check import check_profile

REGISTER = (ROOT / "docs/register.md").read_text(encoding="utf-8")
PLANS = (ROOT / "docs/plans.md").read_text(encoding="utf-8")
METRICS = (ROOT / "docs/metrics-of-plans.md").read_text(encoding="utf-8")
COMPUTED = sorted({*CAMPUS, *SCHOOL, *COUNTY, *COMPOSITES})
OF_MANY = {"thr", "window", "clock", "min_coverage", "strict_gaps", "also"}
"""Parameters of many metrics, in a table of their own."""
FENCE = re.compile(r"```\w+ (\S+)\n(.*?)```", re.DOTALL)


def write_examples(page: str, path: Path) -> list[str]:
    found = FENCE.findall(page)
    for name, content in found:
        (path / name).write_text(content, encoding="utf-8")
    return [name for name, _content in found]


def section(table: Table) -> str:
    return REGISTER.partition(f"## {table.file}\n")[2].partition("\n## ")[0]


def test_the_register_in_the_page_loads(tmp_path: Path) -> None:
    names = write_examples(REGISTER, tmp_path)

    counts = summary(load_register(tmp_path))

    assert set(names) == {"county.toml", *(table.file for table in TABLES)}
    assert all(counts.values()), counts


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_column_and_heading_is_documented(table: Table) -> None:
    text = section(table)

    for column in table.columns:
        row = next((line for line in text.splitlines() if line.startswith(f"| `{column.key}` |")), "")
        headings = row.split("|")[2] if row else ""
        missing = [name for name in column.headings if name not in headings and "(" not in name]
        assert row, column.key
        assert not missing, (column.key, missing)
        assert ("是" in row.split("|")[3]) == column.required, column.key


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_file_name_of_a_table_is_documented(table: Table) -> None:
    assert all(f"`{name}`" in REGISTER for name in (table.file, *table.files))


def test_every_word_in_the_page_means_what_the_page_says() -> None:
    checked = 0
    for table in TABLES:
        text = section(table)
        for column in table.columns:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{column.key}` |"))
            place = text if "见下" in row else row.split("|")[4]
            for key, word in re.findall(r"`([a-z_0-9]+)` ([一-鿿A-Z]+)", place):
                try:
                    value = column.parse(key)
                except ValueError:
                    continue
                checked += column.parse(word) == value
                assert column.parse(word) == value, (column.key, key, word)

    assert checked > 60


def test_the_profile_in_the_page_is_sound(tmp_path: Path) -> None:
    write_examples(PLANS, tmp_path)

    errors, warnings = check_profile(tmp_path / "profile.toml", tmp_path)

    assert errors == []
    assert [doubt.where for doubt in warnings] == ["[[target]] access-10g value"]
    assert len(load_profile(tmp_path / "profile.toml").targets) == 3


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("[profile]", profile.ProfileHead),
        ("[source]", profile.Source),
        ("[period]", profile.Period),
        ("[defaults]", profile.Defaults),
        ("[scope.NAME]", profile.Scope),
        ("[[target]]", profile.Target),
        ("[[target.phase]]", profile.Phase),
        ("[[change]]", profile.Change),
        ("[omitted]", profile.Omitted),
        ("[score]", profile.Score),
    ],
)
def test_every_key_of_a_profile_is_documented(heading: str, record: type) -> None:
    row = next(line for line in PLANS.splitlines() if line.startswith(f"| `{heading}` |"))
    keys = {{"klass": "class"}.get(item.name, item.name) for item in fields(record)}
    left_out = {"name"} if record is profile.Scope else {"phase"} if record is profile.Target else set()

    assert {key for key in keys - left_out if f"`{key}`" not in row} == set()


def test_every_parameter_of_a_computed_metric_is_documented() -> None:
    names = {name for metric in COMPUTED for name in kinds_of(metric)}
    rows = re.findall(r"^\| `(\w+)` \|", METRICS, re.MULTILINE)

    assert names - set(rows) == set()


def test_every_metric_has_its_row_with_number_and_name() -> None:
    rows = re.findall(r"^\| ([A-G]\d+) `(\w+)` ([^|(]+?)(\(全县一项\))? \|", METRICS, re.MULTILINE)
    right = {(m.no, m.id, m.zh, "(全县一项)" if m.level == "K" else "") for m in catalogue().values()}

    assert set(rows) - right == set()
    assert {metric for _no, metric, _zh, _county in rows} == set(catalogue())


@pytest.mark.parametrize("metric", [metric for metric in COMPUTED if metric in PARAMS])
def test_each_parameter_names_the_metrics_that_take_it(metric: str) -> None:
    no = catalogue()[metric].no
    for name in set(kinds_of(metric)) - OF_MANY:
        places = re.findall(rf"^\| `{name}` \| ([^|]*) \|", METRICS, re.MULTILINE)
        assert any(no in re.findall(r"[A-G]\d+", place) for place in places), (metric, name, places)


def test_a_parameter_is_said_to_be_of_no_metric_that_lacks_it() -> None:
    ids = {metric.no: metric.id for metric in catalogue().values()}
    for name, place in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", METRICS, re.MULTILINE):
        for no in re.findall(r"[A-G]\d+", place):
            assert name in kinds_of(ids[no]), (name, no)
