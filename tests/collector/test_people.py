"""Accounts, signing in and sessions, on both engines."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from people import GOOD, MACHINE, PEPPERS, T0, add, gate, make_hashing_cheap
from sqlalchemy import Engine, select

from collector.people import passwords, totp
from collector.people.accounts import (
    Account,
    Actor,
    add_person,
    lock,
    read_account,
    read_accounts,
    reset_totp,
    set_password,
    set_roles,
    unlock,
)
from collector.people.audit import read_audit, verify
from collector.people.entry import (
    begin_totp,
    by_code,
    by_password,
    by_subject,
    change_password,
    confirm_totp,
    inside,
    leave,
    remove_totp,
)
from collector.people.person import Role
from collector.store.engine import make_engine
from collector.store.registers import store_register
from collector.store.schema import person, person_session
from inventory.errors import InputError, Refused
from inventory.register import Register, School

SCHOOL = "2133999001"
NEW = "another horse 8"
HOME = "192.0.2.7"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)


@pytest.fixture
def county(engine: Engine) -> Engine:
    """A county of one school with an administrator."""
    school = School(id=SCHOOL, name="一小", kind="primary", stages=("primary",), campuses=())
    with engine.begin() as connection:
        store_register(connection, Register(county="试验县", schools=(school,)), author="t", at=1.0)
    add(engine, "admin.wang", "county_admin")
    return engine


def account(engine: Engine, name: str) -> Account:
    with engine.connect() as connection:
        found = read_account(connection, name)
    assert found is not None
    return found


def actor(engine: Engine, name: str, *, separated: bool = False) -> Actor:
    return Actor(name, HOME, account(engine, name).person(separated=separated), separated)


def actions(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        assert verify(connection) is None
        return [(row.who, row.action, row.object) for row in read_audit(connection)][::-1]


def token(engine: Engine, name: str = "admin.wang", now: float = T0, **settings: Any) -> str:
    entered = by_password(gate(engine, **settings), name, GOOD, HOME, now)
    assert entered is not None
    return entered.token


def is_in(engine: Engine, held: str, now: float = T0, **settings: Any) -> bool:
    return inside(gate(engine, **settings), held, now) is not None


def totp_of(engine: Engine, name: str = "admin.wang") -> pyotp.TOTP:
    """Set up an authenticator."""
    secret = begin_totp(gate(engine), account(engine, name))
    maker = pyotp.TOTP(secret)
    assert confirm_totp(gate(engine), account(engine, name), maker.at(int(T0) - 60 * 60), HOME, T0 - 60 * 60)
    return maker


# accounts


@pytest.mark.parametrize(
    "name", ["", "x", "two words", "a/b", "'; DROP TABLE person; --", "os:root", "x" * 65, "a\0b"]
)
def test_a_name_that_is_none_is_refused(county: Engine, name: str) -> None:
    with pytest.raises(InputError, match="no name"):
        add(county, name, "auditor")


def test_a_name_is_the_same_in_capitals_and_full_width(county: Engine) -> None:
    with pytest.raises(InputError, match="already"):
        add(county, "ＡDMIN.Wang", "auditor")
    assert by_password(gate(county), "Admin.WANG", GOOD, HOME, T0) is not None


def test_only_the_hash_of_a_password_is_kept(county: Engine) -> None:
    with county.connect() as connection:
        row = connection.execute(select(person)).one()

    assert row.password_hash.startswith("$argon2id$")
    assert GOOD not in str(tuple(row))
    assert GOOD not in repr(account(county, "admin.wang"))
    assert "argon2" not in repr(account(county, "admin.wang"))


def test_the_log_holds_no_hash(county: Engine) -> None:
    with county.begin() as connection:
        set_password(connection, MACHINE, "admin.wang", passwords.hashed(NEW), T0 + 5, must_change=True)
    with county.connect() as connection:
        row = read_audit(connection, limit=1)[0]

    assert (row.who, row.origin, row.action, row.object) == (
        "os:root",
        "command",
        "password_changed",
        "admin.wang",
    )
    assert "argon2" not in row.detail
    assert '"must_change":true' in row.detail


@pytest.mark.parametrize(
    ("roles", "schools", "why"),
    [
        (("school_clerk",), (), "has schools"),
        (("inspector",), (SCHOOL,), "nobody else"),
        (("school_clerk",), ("2133999999",), "no school"),
        (("school_clerk",), ("x,y",), "no school"),
        (("king",), (), "no role king"),
    ],
)
def test_roles_and_schools_have_to_go_together(county: Engine, roles: Any, schools: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        add(county, "li", *roles, schools=schools)
    with pytest.raises(InputError, match=why), county.begin() as connection:
        set_roles(connection, MACHINE, "admin.wang", roles, schools, T0)


@pytest.mark.parametrize("role", ["inspector", "school_clerk", "auditor", "security_admin", "audit_admin"])
def test_only_who_keeps_accounts_changes_them(county: Engine, role: Role) -> None:
    add(county, "li", role, schools=(SCHOOL,) if role == "school_clerk" else ())
    me = actor(county, "li")
    before = account(county, "admin.wang")

    with county.begin() as connection:
        for change in (
            lambda: add_person(connection, me, Account(id="yu", name="于", roles=()), T0),
            lambda: lock(connection, me, "admin.wang", T0),
            lambda: unlock(connection, me, "admin.wang", T0),
            lambda: reset_totp(connection, me, "admin.wang", T0),
            lambda: set_password(connection, me, "admin.wang", "x", T0, must_change=False),
        ):
            with pytest.raises(Refused) as refused:
                change()
            assert refused.value.status == 403

    assert account(county, "admin.wang") == before


@pytest.mark.parametrize("role", ["inspector", "school_clerk", "auditor", "system_admin", "audit_admin"])
def test_only_who_keeps_roles_gives_them(county: Engine, role: Role) -> None:
    add(county, "li", role, schools=(SCHOOL,) if role == "school_clerk" else ())
    me = actor(county, "li")

    with county.begin() as connection:
        with pytest.raises(Refused):
            set_roles(connection, me, "li", ("county_admin",), (), T0)
        with pytest.raises(Refused):
            add_person(
                connection, me, Account(id="yu", name="于", roles=("county_admin",), password_hash="x"), T0
            )


def test_a_first_password_that_another_person_knows_has_to_be_changed(county: Engine) -> None:
    add(county, "li", "inspector", actor=actor(county, "admin.wang"))

    assert account(county, "li").must_change
    assert not account(county, "admin.wang").must_change


def test_the_last_administrator_stays(county: Engine) -> None:
    with county.begin() as connection:
        with pytest.raises(InputError, match="last"):
            set_roles(connection, MACHINE, "admin.wang", ("auditor",), (), T0)
        with pytest.raises(InputError, match="last"):
            lock(connection, MACHINE, "admin.wang", T0)
    add(county, "li", "county_admin")
    with county.begin() as connection:
        lock(connection, MACHINE, "admin.wang", T0)
        with pytest.raises(InputError, match="last"):
            lock(connection, MACHINE, "li", T0)
        unlock(connection, MACHINE, "admin.wang", T0)
        lock(connection, MACHINE, "li", T0)


def test_of_two_administrators_who_lock_each_other_one_stays(county: Engine) -> None:
    add(county, "li", "county_admin")
    url = county.url.render_as_string(hide_password=False)
    gate_ = threading.Barrier(2)
    refused: list[str] = []

    def work(me: str, other: str) -> None:
        own = make_engine(url)
        doer = actor(own, me)
        gate_.wait(timeout=60)
        try:
            with own.begin() as connection:
                lock(connection, doer, other, T0)
        except InputError:
            refused.append(me)
        own.dispose()

    pairs = (("li", "admin.wang"), ("admin.wang", "li"))
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(refused) == 1
    with county.connect() as connection:
        assert sum(one.disabled_at is None for one in read_accounts(connection)) == 1


def test_separated_duties_are_not_for_one_person(county: Engine) -> None:
    machine = replace(MACHINE, separated=True)
    with pytest.raises(InputError, match="not for one person"):
        add(county, "li", "system_admin", "audit_admin", actor=machine)
    with pytest.raises(InputError, match="not for one person"):
        add(county, "li", "county_admin", "security_admin", actor=machine)
    add(county, "li", "system_admin", "audit_admin")  # where they are not separated, they are


def test_nobody_gives_himself_a_role_where_duties_are_separated(county: Engine) -> None:
    machine = replace(MACHINE, separated=True)
    add(county, "sec", "security_admin", actor=machine)
    add(county, "sec2", "security_admin", actor=machine)
    me = actor(county, "sec", separated=True)

    with county.begin() as connection:
        with pytest.raises(Refused, match="himself"):
            set_roles(connection, me, "sec", ("security_admin", "inspector"), (), T0)
        set_roles(connection, me, "sec2", ("security_admin", "inspector"), (), T0)
        set_roles(connection, me, "sec", (), (), T0)  # but may lay one down


def test_who_keeps_accounts_cannot_become_another_duty(county: Engine) -> None:
    machine = replace(MACHINE, separated=True)
    for name, role in (("sys", "system_admin"), ("sec", "security_admin"), ("aud", "audit_admin")):
        add(county, name, role, actor=machine)  # type: ignore[arg-type]
    add(county, "li", "inspector", actor=machine)
    me = actor(county, "sys", separated=True)

    with county.begin() as connection:
        for duty in ("sec", "aud"):
            with pytest.raises(Refused, match="duty"):
                set_password(connection, me, duty, "x", T0, must_change=True)
            with pytest.raises(Refused, match="duty"):
                reset_totp(connection, me, duty, T0)
        set_password(connection, me, "li", "x", T0, must_change=True)
        add_person(connection, me, Account(id="yu", name="于", roles=(), password_hash="x"), T0)
        with pytest.raises(Refused):
            set_roles(connection, me, "yu", ("inspector",), (), T0)


# signing in


@pytest.mark.parametrize("name", ["admin.wang", "nobody", "off", "single", "' OR '1'='1", "a\0b", ""])
def test_every_refusal_looks_the_same_and_costs_one_hash(
    county: Engine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(county, "off", "auditor")
    add(county, "single", "auditor", password_hash="", password_at=None, oidc_subject="https://a 1")
    with county.begin() as connection:
        lock(connection, MACHINE, "off", T0)
    asked: list[str] = []
    matches = passwords.matches

    def counting(kept: str, given: str) -> bool:
        asked.append(given)
        return matches(kept, given)

    monkeypatch.setattr(passwords, "matches", counting)
    given = GOOD if name == "off" else "wrong"

    assert by_password(gate(county), name, given, HOME, T0 + 1) is None

    assert asked == [given]
    who = name if name in ("admin.wang", "off", "single") else ""
    assert actions(county)[-1] == (who, "sign_in_refused", who), "what is no name is not written down"


def test_the_fifth_wrong_try_locks_for_a_quarter_of_an_hour(county: Engine) -> None:
    one = gate(county)
    for n in range(4):
        assert by_password(one, "admin.wang", "wrong", HOME, T0 + n) is None
    assert not account(county, "admin.wang").is_locked(T0 + 4)
    assert by_password(one, "admin.wang", "wrong", HOME, T0 + 4) is None

    assert by_password(one, "admin.wang", GOOD, HOME, T0 + 5) is None
    assert by_password(one, "admin.wang", GOOD, HOME, T0 + 4 + 899) is None
    assert by_password(one, "admin.wang", GOOD, HOME, T0 + 4 + 900) is not None
    assert ("admin.wang", "locked_out", "admin.wang") in actions(county)


def test_wrong_tries_while_locked_do_not_lock_for_longer(county: Engine) -> None:
    one = gate(county)
    for n in range(20):
        by_password(one, "admin.wang", "wrong", HOME, T0 + n)

    assert account(county, "admin.wang").locked_until == T0 + 4 + 900


def test_a_right_password_begins_the_count_anew(county: Engine) -> None:
    one = gate(county)
    for _round in range(3):
        for _n in range(4):
            by_password(one, "admin.wang", "wrong", HOME, T0)
        assert by_password(one, "admin.wang", GOOD, HOME, T0) is not None


def test_wrong_tries_at_once_are_all_counted(county: Engine) -> None:
    url = county.url.render_as_string(hide_password=False)
    barrier = threading.Barrier(5)

    def guess() -> None:
        own = make_engine(url)
        barrier.wait(timeout=60)
        by_password(gate(own), "admin.wang", "wrong", HOME, T0)
        own.dispose()

    threads = [threading.Thread(target=guess) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert account(county, "admin.wang").is_locked(T0)


def test_right_sign_ins_at_once_all_get_a_session_of_their_own(county: Engine) -> None:
    url = county.url.render_as_string(hide_password=False)
    barrier = threading.Barrier(4)
    tokens: list[str] = []

    def enter() -> None:
        own = make_engine(url)
        barrier.wait(timeout=60)
        tokens.append(token(own))
        own.dispose()

    threads = [threading.Thread(target=enter) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(set(tokens)) == 4
    assert all(is_in(county, one) for one in tokens)


def test_a_person_opens_what_wrong_tries_have_locked(county: Engine) -> None:
    for _n in range(5):
        by_password(gate(county), "admin.wang", "wrong", HOME, T0)
    with county.begin() as connection:
        unlock(connection, MACHINE, "admin.wang", T0)

    assert by_password(gate(county), "admin.wang", GOOD, HOME, T0 + 1) is not None


def test_an_outdated_hash_is_made_anew_at_the_sign_in(
    county: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = account(county, "admin.wang").password_hash
    stronger = passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)

    token(county)

    after = account(county, "admin.wang").password_hash
    assert after.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert after != before
    assert account(county, "admin.wang").password_at == T0, "the password is the same"
    assert token(county)


# sessions


def test_only_the_hash_of_a_token_is_kept(county: Engine) -> None:
    held = token(county)
    with county.connect() as connection:
        row = connection.execute(select(person_session)).one()

    assert held not in str(tuple(row))
    assert len(held) == 43


@pytest.mark.parametrize("wrong", ["", "x" * 43, "x" * 44, "a\0b", "' OR 1=1 --", "é" * 43])
def test_a_made_up_token_lets_nobody_in(county: Engine, wrong: str) -> None:
    token(county)

    assert not is_in(county, wrong)


def test_a_session_ends_after_half_an_hour_without_a_page(county: Engine) -> None:
    held = token(county)

    assert is_in(county, held, T0 + 1799)
    assert is_in(county, held, T0 + 1799 + 1799)
    assert not is_in(county, held, T0 + 1799 + 1799 + 1800)


def test_a_session_ends_after_twelve_hours_in_any_case(county: Engine) -> None:
    held = token(county)
    for minute in range(0, 12 * 60, 20):
        assert is_in(county, held, T0 + 60 * minute)

    assert is_in(county, held, T0 + 12 * 3600 - 1)
    assert not is_in(county, held, T0 + 12 * 3600)


def test_the_county_sets_how_long_sessions_last(county: Engine) -> None:
    held = token(county, session_hours=1)

    assert not is_in(county, held, T0 + 120, idle_minutes=2)
    assert is_in(county, held, T0 + 119, idle_minutes=2)
    assert not is_in(county, held, T0 + 3600, idle_minutes=480)


def test_signing_out_ends_this_session_and_no_other(county: Engine) -> None:
    one, other = token(county), token(county)

    leave(gate(county), one, HOME, T0 + 1)

    assert not is_in(county, one, T0 + 1)
    assert is_in(county, other, T0 + 1)
    assert actions(county)[-1] == ("admin.wang", "sign_out", "admin.wang")


def test_a_change_of_password_ends_every_session_but_gives_a_new_one(county: Engine) -> None:
    one, other = token(county), token(county)
    me = inside(gate(county), one, T0 + 1)
    assert me is not None

    fresh = change_password(gate(county), me, GOOD, NEW, HOME, T0 + 1)

    assert fresh not in (one, other)
    assert [is_in(county, each, T0 + 1) for each in (one, other, fresh)] == [False, False, True]
    assert by_password(gate(county), "admin.wang", GOOD, HOME, T0 + 2) is None
    assert by_password(gate(county), "admin.wang", NEW, HOME, T0 + 2) is not None


def test_a_change_of_password_needs_the_old_one_and_a_good_new_one(county: Engine) -> None:
    me = inside(gate(county), token(county), T0)
    assert me is not None

    for old, new in (("wrong", NEW), (GOOD, "short"), (GOOD, GOOD), (GOOD, "admin.wang 2026")):
        with pytest.raises(InputError):
            change_password(gate(county), me, old, new, HOME, T0)

    assert account(county, "admin.wang").failed == 1, "the wrong one counts"


@pytest.mark.parametrize("what", ["roles", "password", "lock", "totp"])
def test_what_others_change_ends_the_sessions(county: Engine, what: str) -> None:
    add(county, "li", "inspector")
    held = token(county, "li")
    with county.begin() as connection:
        {
            "roles": lambda: set_roles(connection, MACHINE, "li", ("auditor",), (), T0),
            "password": lambda: set_password(connection, MACHINE, "li", "x", T0, must_change=True),
            "lock": lambda: lock(connection, MACHINE, "li", T0),
            "totp": lambda: reset_totp(connection, MACHINE, "li", T0),
        }[what]()

    assert not is_in(county, held)


def test_old_sessions_are_deleted_at_the_next_sign_in(county: Engine) -> None:
    token(county)
    token(county, now=T0 + 13 * 3600)

    with county.connect() as connection:
        assert len(connection.execute(select(person_session)).all()) == 1


# what is due


def test_a_password_of_others_and_an_old_one_have_to_be_changed_first(county: Engine) -> None:
    def due(now: float, **settings: Any) -> str:
        found = inside(gate(county, **settings), token(county, now=now), now)
        assert found is not None
        return found.due

    assert due(T0) == ""
    assert due(T0 + 90 * 86400.0) == "password"
    assert due(T0 + 90 * 86400.0, password_days=0) == ""
    assert due(T0, require_totp=True) == "totp"
    with county.begin() as connection:
        kept = passwords.hashed(GOOD)
        set_password(connection, MACHINE, "admin.wang", kept, T0, must_change=True)
    assert due(T0) == "password"


# the authenticator


def test_with_an_authenticator_the_password_alone_lets_nobody_in(county: Engine) -> None:
    maker = totp_of(county)

    first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)

    assert first is not None
    assert first.needs_code
    assert not is_in(county, first.token)
    second = by_code(gate(county), first.token, maker.at(int(T0)), HOME, T0)
    assert second is not None
    assert second.token != first.token
    assert is_in(county, second.token)
    assert by_code(gate(county), first.token, maker.at(int(T0) + 30), HOME, T0 + 30) is None, "used up"


def test_a_code_lets_in_once(county: Engine) -> None:
    maker = totp_of(county)
    code = maker.at(int(T0))
    for is_first in (True, False):
        first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)
        assert first is not None
        assert (by_code(gate(county), first.token, code, HOME, T0) is not None) == is_first


def test_wrong_codes_lock_the_account_though_the_password_is_given_again(county: Engine) -> None:
    maker = totp_of(county)
    for _n in range(5):
        first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)
        assert first is not None
        assert by_code(gate(county), first.token, "000000", HOME, T0) is None

    assert by_code(gate(county), first.token, maker.at(int(T0)), HOME, T0) is None
    assert by_password(gate(county), "admin.wang", GOOD, HOME, T0) is None


def test_the_second_page_waits_five_minutes(county: Engine) -> None:
    maker = totp_of(county)
    first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)
    assert first is not None

    assert by_code(gate(county), first.token, maker.at(int(T0) + 300), HOME, T0 + 300) is None


def test_a_new_secret_counts_only_when_a_code_has_come(county: Engine) -> None:
    secret = begin_totp(gate(county), account(county, "admin.wang"))

    assert not confirm_totp(gate(county), account(county, "admin.wang"), "000000", HOME, T0)
    first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)
    assert first is not None
    assert not first.needs_code
    code = pyotp.TOTP(secret).at(int(T0))
    assert confirm_totp(gate(county), account(county, "admin.wang"), code, HOME, T0)
    assert account(county, "admin.wang").totp.startswith("aaaaaaaa$")
    assert secret not in account(county, "admin.wang").totp
    assert totp.unseal(PEPPERS, account(county, "admin.wang").totp) == secret
    with pytest.raises(InputError, match="already"):
        begin_totp(gate(county), account(county, "admin.wang"))


def test_taking_the_authenticator_away_needs_the_password(county: Engine) -> None:
    maker = totp_of(county)
    first = by_password(gate(county), "admin.wang", GOOD, HOME, T0)
    assert first is not None
    second = by_code(gate(county), first.token, maker.at(int(T0)), HOME, T0)
    assert second is not None
    me = inside(gate(county), second.token, T0)
    assert me is not None

    with pytest.raises(InputError):
        remove_totp(gate(county), me, "wrong", HOME, T0)
    fresh = remove_totp(gate(county), me, GOOD, HOME, T0)

    assert not account(county, "admin.wang").totp
    assert [is_in(county, each) for each in (second.token, fresh)] == [False, True]


# the county's sign-on


def test_a_subject_lets_in_only_where_it_has_an_account(county: Engine) -> None:
    add(county, "li", "inspector", password_hash="", password_at=None, oidc_subject="https://a 1")
    add(county, "yu", "inspector", oidc_subject="https://a 2")
    with county.begin() as connection:
        lock(connection, MACHINE, "yu", T0)

    entered = by_subject(gate(county), "https://a 1", HOME, T0)
    assert entered is not None
    found = inside(gate(county, require_totp=True), entered.token, T0)
    assert found is not None
    assert (found.account.id, found.how, found.due) == ("li", "oidc", "")
    for _n in range(5):
        by_password(gate(county), "li", "guess", HOME, T0)
    assert by_subject(gate(county), "https://a 1", HOME, T0) is not None, "guesses do not lock this way"
    for subject in ("https://b 1", "https://a 2", ""):
        assert by_subject(gate(county), subject, HOME, T0) is None
    with pytest.raises(InputError, match="subject"):
        add(county, "zhao", "inspector", oidc_subject="https://a 1")
