"""What changed between two profiles: in records, in words, in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inventory.plan import builtin_profiles, load_profile
from inventory.plan_diff import plan_diff
from wanzhao.cli import main

OLD = builtin_profiles()["changxing-145"]
TEXT = OLD.read_text(encoding="utf-8")


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = tmp_path / "new.toml"
    file.write_text(text, encoding="utf-8")
    return file


def differences(tmp_path: Path, *changes: tuple[str, str]) -> list[tuple[str, str, object, object]]:
    diff = plan_diff(load_profile(OLD), load_profile(changed(tmp_path, *changes)))
    return [(each.where, each.key, each.old, each.new) for each in diff.changed]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (("value = 60.0", "value = 65.0"), ("target cx-smart-library", "value", 60.0, 65.0)),
        (
            ("area_ratio = 0.95 }", "area_ratio = 1.0 }"),
            ("target cx-wifi", "params.area_ratio", 0.95, 1.0),
        ),
        (
            ('area_ratio = "product_default"', 'area_ratio = "county_decision"'),
            ("target cx-wifi", "param_origin.area_ratio", "product_default", "county_decision"),
        ),
        (
            ('stages_any = ["vocational"]', 'stages_any = ["vocational", "senior"]'),
            ("scope.vocational", "stages_any", ["vocational"], ["vocational", "senior"]),
        ),
        (("end = 2025-12-31", "end = 2026-12-31"), None),
        (("weight = 1.0\n", "weight = 1.0\nunknown_after = 2027-01-01\n"), None),
    ],
)
def test_one_change_is_one_difference(
    tmp_path: Path, change: tuple[str, str], difference: tuple[str, str, object, object] | None
) -> None:
    found = differences(tmp_path, change)

    assert len(found) == 1
    assert difference is None or found == [difference]


def test_a_default_that_moves_is_told_of_every_target_that_takes_it(tmp_path: Path) -> None:
    found = differences(tmp_path, ("due = 2025-12-31", "due = 2025-06-30"))

    assert {key for _where, key, _old, _new in found} == {"due"}
    assert len(found) == len(load_profile(OLD).targets)


def test_a_parameter_without_origin_is_the_products_default(tmp_path: Path) -> None:
    origins = 'param_origin = { min_level = "product_default" }\n'

    assert differences(tmp_path, (origins, "")) == []


def test_targets_come_and_go_by_their_ids(tmp_path: Path) -> None:
    new = load_profile(changed(tmp_path, ('id = "cx-wifi"', 'id = "cx-wlan"')))

    diff = plan_diff(load_profile(OLD), new)

    assert (diff.added, diff.removed, diff.changed) == (("cx-wlan",), ("cx-wifi",), ())


@pytest.mark.parametrize("name", sorted(builtin_profiles()))
def test_a_profile_does_not_differ_from_itself(name: str) -> None:
    profile = load_profile(builtin_profiles()[name])

    assert plan_diff(profile, profile).empty


def test_what_decides_is_told_from_what_explains(tmp_path: Path) -> None:
    file = changed(
        tmp_path,
        ("value = 60.0", "value = 65.0"),
        ('note = "专栏15没有说哪些学校,分母不含幼儿园"', 'note = "专栏15"'),
        ('status = "draft"', 'status = "retired"'),
    )

    diff = plan_diff(load_profile(OLD), load_profile(file))

    assert {each.key: each.decides for each in diff.changed} == {
        "value": True,
        "note": False,
        "status": False,
    }


def test_the_command_says_it_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = changed(tmp_path, ("value = 60.0", "value = 65.0"), ('id = "cx-wifi"', 'id = "cx-wlan"'))

    assert main(["plan", "diff", "changxing-145", str(file)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "one version with two contents" in lines[1]
    assert "+ cx-wlan: new target, wifi_coverage_composite >= 100 percent" in lines
    assert "- cx-wifi: target is gone, wifi_coverage_composite >= 100 percent" in lines
    assert lines[lines.index("~ cx-smart-library") + 1].strip() == "value: 60 → 65"


def test_the_command_says_that_nothing_differs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "diff", "changxing-145", "changxing-145"]) == 0

    assert "nothing that is judged or shown differs" in capsys.readouterr().out


def test_the_command_gives_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = changed(tmp_path, ("value = 60.0", "value = 65.0"), ("end = 2025-12-31", "end = 2026-12-31"))

    assert main(["plan", "diff", "changxing-145", str(file), "--json"]) == 0

    data = json.loads(capsys.readouterr().out)
    assert (data["same"], data["added"], data["removed"]) == (False, [], [])
    assert data["from"]["id"] == data["to"]["id"] == "changxing-145"
    assert data["changed"] == [
        {"where": "period", "key": "end", "from": "2025-12-31", "to": "2026-12-31", "decides": False},
        {"where": "target cx-smart-library", "key": "value", "from": 60.0, "to": 65.0, "decides": True},
    ]
