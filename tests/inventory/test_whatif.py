"""The same schools under other thresholds."""

from __future__ import annotations

from datetime import date

import pytest
from snapshots import AS_OF, Scene

from inventory.errors import InputError
from inventory.judge import judge_county, judge_school
from inventory.plan import builtin_profiles, load_profile
from inventory.profile import Profile
from inventory.register import Register
from inventory.verdict import CountyView, State, TargetState
from inventory.whatif import changed, compare

PLAN = load_profile(builtin_profiles()["changxing-145"])
ACCESS = "cx-access-10g"


def view(profile: Profile) -> CountyView:
    snapshot = Scene().port("gw", "XGE0/0/1", speed_mbps=1000).polled("gw", (600, "ok")).snapshot()
    register = Register(county="县", schools=(snapshot.school,))
    return judge_county(register, profile, [judge_school(snapshot, profile)], (), AS_OF)


def test_a_lower_threshold_lets_a_school_pass_and_nothing_else_moves() -> None:
    other = changed(PLAN, [f"{ACCESS}.min_port_mbps=1000"])
    found = {each.target: each for each in compare(view(PLAN), view(other))}

    (moved,) = found[ACCESS].moved
    assert (moved.before, moved.after) == (State.FAIL, State.PASS)
    after = found[ACCESS].after
    assert after is not None
    assert after.state is TargetState.MET
    assert not any(each.moved for name, each in found.items() if name != ACCESS)


def test_the_plan_itself_is_untouched_and_what_is_asked_has_no_hash() -> None:
    before = PLAN.targets
    other = changed(PLAN, [f"{ACCESS}.min_port_mbps=1000"])

    assert PLAN.targets == before
    assert other.sha256 == ""
    (target,) = [target for target in other.targets if target.id == ACCESS]
    assert target.param_origin["min_port_mbps"] == "county_decision"


def test_a_star_changes_every_target_that_takes_it() -> None:
    other = changed(PLAN, ["*.strict_gaps=true"])

    with_flag = {target.id for target in other.targets if target.params.get("strict_gaps") is True}
    assert {ACCESS, "cx-wifi", "cx-ipv6-upgrade"} <= with_flag
    assert "cx-smart-campus" not in with_flag


def test_value_operator_and_date_of_a_target_may_be_changed() -> None:
    other = changed(PLAN, [f"{ACCESS}.value=95", f"{ACCESS}.op=>", f"{ACCESS}.due=2027-12-31"])

    (target,) = [target for target in other.targets if target.id == ACCESS]
    assert (target.value, target.op, target.due) == (95.0, ">", date(2027, 12, 31))


def test_lists_and_ratios_are_read_as_the_profile_would() -> None:
    other = changed(PLAN, [f"{ACCESS}.basis=port, contract", "cx-wifi.area_ratio=0.9"])

    params = {target.id: target.params for target in other.targets}
    assert params[ACCESS]["basis"] == ("port", "contract")
    assert params["cx-wifi"]["area_ratio"] == 0.9


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("cx-wifi", "is no setting"),
        ("cx-wifi=3", "is no setting"),
        ("cx-wify.area_ratio=0.9", "did you mean cx-wifi"),
        ("cx-wifi.area_ration=0.9", "did you mean area_ratio"),
        ("cx-wifi.area_ratio=9", "has to be a ratio"),
        ("cx-wifi.area_ratio=many", "has to be a ratio"),
        ("cx-wifi.strict_gaps=yes", "has to be true or false"),
        (f"{ACCESS}.basis=port,cloud", "unknown: cloud"),
        (f"{ACCESS}.value=all", "has to be a number"),
        (f"{ACCESS}.op=<", "has to be >= or >"),
        (f"{ACCESS}.due=soon", "has to be a date"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_is_wrong(setting: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        changed(PLAN, [setting])


def test_a_target_that_only_one_plan_has_is_shown_with_it() -> None:
    other = load_profile(builtin_profiles()["changxing-145"])
    fewer = other.__class__(
        **{name: getattr(other, name) for name in other.__slots__} | {"targets": other.targets[:1]}
    )

    found = {each.target: each for each in compare(view(fewer), view(other))}

    assert found["cx-wifi"].before is None
    assert all(moved.before is None for moved in found["cx-wifi"].moved)
