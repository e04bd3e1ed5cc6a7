"""Codes and tokens in the store: who gets in, for how long, and what is kept of a secret."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from collector.store.code_tries import CodeTries
from collector.store.schema import agent, enrol_code
from collector.store.tokens import (
    CODE_LIFE_S,
    Peppers,
    add_pepper,
    load_pepper,
    new_code,
    new_token,
    redeem,
    retire_others,
    revoke,
    rotate,
    sender_of,
    tokens_by_pepper,
)
from collector.store.write import Sender
from inventory.errors import ConfigError, Refused

NOW = 1_790_000_000.0
SCHOOL, CAMPUS = "2133999001", "2133999001-01"
OTHER_SCHOOL, OTHER = "2133999002", "2133999002-01"


@pytest.fixture
def peppers(tmp_path: Path) -> Peppers:
    return load_pepper(tmp_path / "state" / "pepper")


def issue(engine: Engine, peppers: Peppers, now: float = NOW) -> str:
    with engine.begin() as connection:
        return new_token(connection, peppers, SCHOOL, CAMPUS, now)


def change(engine: Engine, peppers: Peppers, token: str, now: float) -> str:
    with engine.begin() as connection:
        return rotate(connection, peppers, token, now)[1]


def valid(engine: Engine, peppers: Peppers, *tokens: str) -> list[bool]:
    with engine.connect() as connection:
        return [sender_of(connection, peppers, token) is not None for token in tokens]


def test_a_token_says_whose_it_is(engine: Engine, peppers: Peppers) -> None:
    token = issue(engine, peppers)

    with engine.connect() as connection:
        assert sender_of(connection, peppers, token) == Sender(SCHOOL, CAMPUS, CAMPUS, token[3:15])


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "wz",
        "wz__",
        "wz_000000000000_",
        "wz_%_%",
        "\0",
        "wz_' OR 1=1 --_x",
        "万兆_万兆_万兆",
        "\ud800",
        "a" * 10**5,
    ],
)
def test_what_is_no_token_is_nobodys(engine: Engine, peppers: Peppers, wrong: str) -> None:
    issue(engine, peppers)

    assert valid(engine, peppers, wrong) == [False]


def test_a_token_with_another_secret_is_nobodys(engine: Engine, peppers: Peppers) -> None:
    token, other = issue(engine, peppers), issue(engine, peppers)

    assert valid(engine, peppers, token[:15] + other[15:], token[:-1]) == [False, False]


def test_two_tokens_are_valid_and_a_third_revokes_the_oldest(engine: Engine, peppers: Peppers) -> None:
    tokens = [issue(engine, peppers, NOW + n) for n in range(3)]

    assert valid(engine, peppers, *tokens) == [False, True, True]


def test_the_tokens_of_one_campus_do_not_push_out_those_of_another(engine: Engine, peppers: Peppers) -> None:
    with engine.begin() as connection:
        other = new_token(connection, peppers, OTHER_SCHOOL, OTHER, NOW - 9)

    for n in range(3):
        issue(engine, peppers, NOW + n)

    assert valid(engine, peppers, other) == [True]


def test_a_token_is_changed_for_a_new_one_and_both_are_valid(engine: Engine, peppers: Peppers) -> None:
    old = issue(engine, peppers)

    new = change(engine, peppers, old, NOW + 1)

    assert new != old
    assert valid(engine, peppers, old, new) == [True, True]


def test_answers_that_get_lost_while_a_token_is_changed_lock_nobody_out(
    engine: Engine, peppers: Peppers
) -> None:
    old = issue(engine, peppers)

    lost = [change(engine, peppers, old, NOW + n) for n in range(1, 6)]

    assert valid(engine, peppers, old, *lost) == [True, False, False, False, False, True]


def test_a_token_that_is_known_to_have_arrived_ends_the_others(engine: Engine, peppers: Peppers) -> None:
    old = issue(engine, peppers)
    new = change(engine, peppers, old, NOW + 1)

    with engine.begin() as connection:
        retired = retire_others(connection, peppers, new, NOW + 2)

    assert retired == 1
    assert valid(engine, peppers, old, new) == [False, True]


def test_a_revoked_token_cannot_be_changed(engine: Engine, peppers: Peppers) -> None:
    token = issue(engine, peppers)
    with engine.begin() as connection:
        revoke(connection, CAMPUS, NOW)

    with pytest.raises(Refused) as error:
        change(engine, peppers, token, NOW + 1)

    assert error.value.status == 401
    assert token not in str(error.value)


def test_revoking_a_campus_takes_its_unused_codes_too(engine: Engine, peppers: Peppers) -> None:
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)
        revoke(connection, CAMPUS, NOW)

    with engine.begin() as connection, pytest.raises(Refused):
        redeem(connection, peppers, code, NOW + 1)


@pytest.mark.parametrize("age", [0.0, CODE_LIFE_S])
def test_a_code_is_good_for_ten_minutes(engine: Engine, peppers: Peppers, age: float) -> None:
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)

    with engine.begin() as connection:
        assert redeem(connection, peppers, code, NOW + age)[0] == CAMPUS


@pytest.mark.parametrize("age", [CODE_LIFE_S + 0.01, 1e9])
def test_an_older_code_is_refused(engine: Engine, peppers: Peppers, age: float) -> None:
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)

    with engine.begin() as connection, pytest.raises(Refused) as error:
        redeem(connection, peppers, code, NOW + age)

    assert error.value.status == 403


def test_a_code_is_good_once(engine: Engine, peppers: Peppers) -> None:
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)
        redeem(connection, peppers, code, NOW)

    with engine.begin() as connection, pytest.raises(Refused):
        redeem(connection, peppers, code, NOW)


def as_typed(code: str) -> list[str]:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    return [
        code.lower(),
        code.replace("-", " "),
        code.replace("-", ""),
        f"  {code}\n",
        wide,
        code.replace("-", "–"),
    ]


@pytest.mark.parametrize("way", range(6))
def test_a_code_is_known_however_a_person_types_it(engine: Engine, peppers: Peppers, way: int) -> None:
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)

        campus, _token = redeem(connection, peppers, as_typed(code)[way], NOW)

    assert campus == CAMPUS


@pytest.mark.parametrize("wrong", ["", "AAAA", "\0", "\ud800", "%", "A" * 10**6, "AAAA-BBBB-CCC1", "万" * 12])
def test_what_is_no_code_is_refused(engine: Engine, peppers: Peppers, wrong: str) -> None:
    with engine.begin() as connection, pytest.raises(Refused) as error:
        redeem(connection, peppers, wrong, NOW)

    assert error.value.status == 403


def test_no_secret_is_in_the_database_and_no_pepper_in_a_repr(engine: Engine, peppers: Peppers) -> None:
    token = issue(engine, peppers)
    with engine.begin() as connection:
        code = new_code(connection, peppers, SCHOOL, CAMPUS, NOW)
        stored = repr(
            [connection.execute(select(table)).fetchall() for table in (agent, enrol_code)] + [peppers]
        )

    assert token[16:] not in stored
    assert code not in stored
    assert peppers.newest[1].hex() not in stored
    assert repr(peppers.newest[1]) not in stored


def test_a_token_outlives_the_change_of_the_pepper(engine: Engine, tmp_path: Path) -> None:
    old = load_pepper(tmp_path / "pepper")
    token = issue(engine, old)

    both = add_pepper(tmp_path / "pepper")
    new = change(engine, both, token, NOW + 1)

    assert valid(engine, both, token, new) == [True, True]
    assert valid(engine, old, new) == [False]
    with engine.connect() as connection:
        assert tokens_by_pepper(connection) == {old.newest[0]: 1, both.newest[0]: 1}


def test_a_token_of_the_first_version_is_still_good(engine: Engine, peppers: Peppers) -> None:
    token = f"wz_{'0a' * 6}_{'s' * 43}"
    kept = hmac.new(peppers.newest[1], token.encode(), hashlib.sha256).hexdigest()
    with engine.begin() as connection:
        connection.execute(
            agent.insert().values(
                school_id=SCHOOL,
                agent_id=CAMPUS,
                token_prefix="0a" * 6,
                campus_id=CAMPUS,
                token_hmac=kept,
                created_at=NOW,
            )
        )

    assert valid(engine, peppers, token) == [True]


def test_the_pepper_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "pepper"

    assert load_pepper(path) == load_pepper(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["pepper"]


@pytest.mark.parametrize("content", ["", "\n", "zz", "abcd\n", "00" * 32 + "\nrest"])
def test_a_damaged_pepper_file_is_said_without_its_content(tmp_path: Path, content: str) -> None:
    (tmp_path / "pepper").write_text(content)

    with pytest.raises(ConfigError, match="backup") as error:
        load_pepper(tmp_path / "pepper")

    assert "00" * 8 not in str(error.value)
    assert error.value.__cause__ is None


def test_ten_thousand_guesses_from_one_address_are_five_tries_a_window() -> None:
    tries = CodeTries()

    admitted = sum(tries.admit("10.0.0.9", NOW + n / 100) == 0 for n in range(10_000))

    assert admitted == 5


def test_ten_thousand_guesses_from_as_many_addresses_are_bounded_together() -> None:
    tries = CodeTries()

    admitted = sum(tries.admit(f"10.0.{n // 250}.{n % 250}", NOW) == 0 for n in range(10_000))

    assert admitted == 60


def test_who_was_locked_out_may_try_after_what_he_was_told_to_wait() -> None:
    tries = CodeTries()
    for n in range(5):
        tries.admit("10.0.0.9", NOW + n)

    wait = tries.admit("10.0.0.9", NOW + 10)

    assert wait == 590
    assert tries.admit("10.0.0.8", NOW + 10) == 0
    assert tries.admit("10.0.0.9", NOW + 10 + wait) == 0


def test_a_right_code_costs_nobody_a_try() -> None:
    tries = CodeTries(overall=3)

    for n in range(20):
        assert tries.admit("10.0.0.9", NOW + n) == 0
        tries.right("10.0.0.9")
