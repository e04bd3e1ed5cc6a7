"""What each role may do, and the passwords and codes that are good enough."""

from __future__ import annotations

from typing import get_args

import pyotp
import pytest
from people import PEPPERS, T0, make_hashing_cheap

from collector.people import passwords, totp
from collector.people.passwords import check_new, hashed, is_outdated, matches, one_time
from collector.people.person import APART, DUTIES, MAY, ROLES, Action, Person, Role
from collector.store.peppers import Peppers
from inventory.errors import InputError

SCHOOL, OTHER = "2133999001", "2133999002"

# Every action and who may do it, written out a second time on purpose: a change of the table is seen here.
TABLE: dict[str, set[str]] = {
    "read": set(ROLES),
    "evidence_upload": {"county_admin", "school_clerk"},
    "evidence_review": {"county_admin", "inspector"},
    "register_import": {"county_admin"},
    "baseline_accept": {"county_admin"},
    "item_assign": {"county_admin"},
    "item_close": {"county_admin", "inspector"},
    "spot_check": {"county_admin", "inspector"},
    "agent_enrol": {"county_admin", "system_admin"},
    "plan_change": {"county_admin"},
    "report_make": {"county_admin", "inspector", "school_clerk", "auditor"},
    "account_change": {"county_admin", "system_admin"},
    "role_grant": {"county_admin", "security_admin"},
    "audit_read": {"county_admin", "auditor", "audit_admin"},
}
SEPARATED = TABLE | {
    "account_change": {"system_admin"},
    "role_grant": {"security_admin"},
    "audit_read": {"audit_admin"},
}


def person(*roles: Role, separated: bool = False) -> Person:
    schools = (SCHOOL,) if "school_clerk" in roles else ()
    return Person(id="li", name="李", roles=roles, schools=schools, separated=separated)


def test_the_table_names_every_role_and_action() -> None:
    assert set(TABLE) == set(get_args(Action))
    assert set(ROLES) == set(MAY) == set(get_args(Role))
    assert set(DUTIES) < APART


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("action", get_args(Action))
def test_a_role_may_do_what_the_table_says_and_no_more(role: Role, action: Action) -> None:
    assert person(role).may(action) == (role in TABLE[action])
    assert person(role, separated=True).may(action) == (role in SEPARATED[action])
    assert person(role).may(action, SCHOOL) == (role in TABLE[action])
    assert person(role).may(action, OTHER) == (role in TABLE[action] and role != "school_clerk")


@pytest.mark.parametrize("action", get_args(Action))
def test_nobody_without_a_role_may_do_anything(action: Action) -> None:
    assert not person().may(action)
    assert not person().sees(SCHOOL)


def test_a_clerk_sees_and_serves_the_own_school_only() -> None:
    clerk = person("school_clerk")

    assert clerk.sees(SCHOOL)
    assert not clerk.sees(OTHER)
    assert clerk.may("evidence_upload", SCHOOL)
    assert not clerk.may("evidence_upload", OTHER)
    assert not clerk.may("read", OTHER)


def test_a_clerk_who_also_inspects_hands_in_for_the_own_school_only() -> None:
    both = person("school_clerk", "inspector")

    assert both.sees(OTHER)
    assert both.may("spot_check", OTHER)
    assert both.may("evidence_upload", SCHOOL)
    assert not both.may("evidence_upload", OTHER)


@pytest.mark.parametrize("roles", [("system_admin", "security_admin"), ("county_admin", "audit_admin")])
def test_who_held_two_duties_before_they_were_separated_has_none(roles: tuple[Role, ...]) -> None:
    both = person(*roles, separated=True)

    assert not any(both.may(action) for actions in DUTIES.values() for action in actions)
    assert both.may("read")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short 7",
        "elevenchar1",
        "aaaaaaaaaaa1",
        "123456789012",
        "onlysmallletters",
        "Password2026!!",
        "***qwertyuiop***1",
        "xx li.ming 2026 xx",
        "xx 李明老师 2026 xx",
        "x1" * 65,
    ],
)
def test_a_weak_password_is_refused_with_the_rules(password: str) -> None:
    with pytest.raises(InputError, match="12 characters"):
        check_new(password, length=12, names=("li.ming", "李明老师"))


@pytest.mark.parametrize("password", ["correct horse 7", "今天天气很好我们去公园玩 7 次", "xK9-tT2_mQ4z"])
def test_a_good_password_is_taken(password: str) -> None:
    check_new(password, length=12, names=("li.ming", "李明老师"))


def test_the_old_password_is_not_a_new_one() -> None:
    with pytest.raises(InputError, match="old one"):
        check_new("correct horse 7", length=12, names=("li",), old="correct horse 7")


def test_the_length_is_set_by_the_county() -> None:
    check_new("Eight-88", length=8, names=("li",))
    with pytest.raises(InputError, match="9 characters"):
        check_new("Eight-88", length=9, names=("li",))


def test_a_hash_is_argon2id_with_the_parameters_of_the_rfc() -> None:
    kept = hashed("correct horse 7")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert len(kept) <= 256
    assert matches(kept, "correct horse 7")
    assert not matches(kept, "correct horse 8")
    assert not is_outdated(kept)


def test_no_password_matches_an_account_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    outdated = hashed("x")
    monkeypatch.undo()

    assert is_outdated(outdated)
    assert not matches("", "")
    assert not matches("", "anything")
    assert not matches("not a hash", "anything")


def test_one_hash_is_computed_for_no_account_as_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    kept = hashed("correct horse 7")
    matches(kept, "")  # from here on the hash of nobody is known
    computed: list[str] = []

    class Counting:
        def verify(self, hash_: str, _password: str) -> bool:
            computed.append(hash_.rpartition("$")[0].rpartition("$")[0])
            return False

    monkeypatch.setattr(passwords, "HASHER", Counting())
    for given in (kept, ""):
        matches(given, "x")

    assert len(computed) == 2
    assert len(set(computed)) == 1, "the same parameters"


def test_more_than_the_longest_password_is_not_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    longest = "correct horse 7 " * 8
    assert len(longest) == passwords.LONGEST

    assert matches(hashed(longest), longest)
    assert not matches(hashed(longest), longest + "x")


def test_the_same_password_from_another_keyboard_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)

    assert matches(hashed("café au lait"), "cafe\u0301 au lait")


def test_a_code_is_good_once_and_half_a_minute_around_its_time() -> None:
    secret = totp.new_secret()
    code = pyotp.TOTP(secret).at(int(T0))
    step = int(T0) // 30

    assert totp.step_of(secret, code, T0, 0) == step
    assert totp.step_of(secret, f" {code[:3]} {code[3:]}", T0 + 30, 0) == step
    assert totp.step_of(secret, code, T0 + 90, 0) is None
    assert totp.step_of(secret, code, T0 - 60, 0) is None
    assert totp.step_of(secret, code, T0, step) is None, "no code is good twice"
    assert totp.step_of(secret, "", T0, 0) is None
    assert totp.step_of(secret, "１２３４５６", T0, 0) is None


def test_the_code_is_that_of_the_rfc() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: "12345678901234567890"

    assert totp.step_of(secret, "287082", 59.0, 0) == 1
    assert totp.step_of(secret, "081804", 1111111109.0, 0) == 37037036


def test_a_secret_is_sealed_with_the_pepper_and_opens_after_a_new_one() -> None:
    secret = totp.new_secret()
    sealed = totp.seal(PEPPERS, secret)
    newer = Peppers((("bbbbbbbb", bytes(32)), *PEPPERS.all))

    assert secret not in sealed
    assert len(sealed) <= 256
    assert totp.unseal(PEPPERS, sealed) == secret
    assert totp.unseal(newer, sealed) == secret
    assert totp.seal(newer, secret).startswith("bbbbbbbb$")
    assert totp.unseal(Peppers((("bbbbbbbb", bytes(32)),)), sealed) is None
    assert totp.unseal(Peppers((("aaaaaaaa", bytes(32)),)), sealed) is None
    assert totp.unseal(PEPPERS, "") is None


def test_the_picture_of_a_secret_is_only_a_path() -> None:
    svg = totp.picture(totp.new_secret(), "<script>")

    assert svg.startswith("<svg ")
    assert "script" not in svg
    assert 'width="' in svg


@pytest.mark.parametrize("length", [8, 12, 18, 19, 20, 64])
@pytest.mark.parametrize("names", [(), ("li", "a2"), ("7", "-"), ("xy", "李老师")])
def test_a_password_by_chance_is_good_enough(length: int, names: tuple[str, ...]) -> None:
    made = {one_time(length=length, names=names) for _time in range(50)}

    assert len(made) == 50
    for password in made:
        check_new(password, length=length, names=names)
        assert len(password) <= passwords.LONGEST
