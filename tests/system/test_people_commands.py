"""wanzhao user and wanzhao audit; and what other commands change has its row in the log."""

from __future__ import annotations

import getpass
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from people import make_hashing_cheap

from collector.store.engine import open_store
from collector.store.registers import store_register
from inventory.register import Campus, Register, School
from wanzhao.cli import main

SCHOOL, CAMPUS = "2133999001", "2133999001-01"
GOOD = "correct horse 7"

Run = Callable[..., Any]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_hashing_cheap(monkeypatch)
    engine = open_store(f"sqlite:///{tmp_path / 'collector.db'}")
    campus = Campus(id=CAMPUS)
    school = School(id=SCHOOL, name="一小", kind="primary", stages=("primary",), campuses=(campus,))
    with engine.begin() as connection:
        store_register(connection, Register(county="试验县", schools=(school,)), author="李", at=1.0)
    engine.dispose()
    (tmp_path / "password").write_text(f"{GOOD}\nnot this\n", encoding="utf-8")
    file = tmp_path / "config.toml"
    file.write_text(
        f'[collector]\nstate_dir = "{tmp_path}"\nprofiles = ["changxing-145"]\n', encoding="utf-8"
    )
    return file


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def work(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main([*words, "--config", str(config)]) == code, capsys.readouterr().err
        told = capsys.readouterr()
        return json.loads(told.out) if "--json" in words else told.out + told.err

    return work


@pytest.fixture
def first(run: Run, config: Path) -> Run:
    """With the first administrator."""
    run("user", "add", "wang", "--name", "王", "--role", "county_admin", *password(config))
    return run


def password(config: Path) -> tuple[str, str]:
    return "--password-file", str(config.parent / "password")


def log(run: Run) -> list[tuple[str, str, str, str]]:
    rows = run("audit", "list", "--json")
    return [(row["who"], row["origin"], row["action"], row["object"]) for row in rows][::-1]


def test_the_first_administrator_is_made_by_a_command(first: Run) -> None:
    (told,) = first("user", "list", "--json")

    assert (told["id"], told["name"], told["roles"]) == ("wang", "王", ["county_admin"])
    assert "argon2" not in json.dumps(told)
    assert log(first)[-1] == (f"os:{getpass.getuser()}", "command", "person_added", "wang")


def test_a_password_is_asked_for_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([GOOD, GOOD, GOOD, "another"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))

    run("user", "add", "wang", "--role", "county_admin")
    assert "differ" in run("user", "add", "li", "--role", "auditor", code=2)


def test_without_a_terminal_a_file_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    assert "--password-file" in run("user", "add", "wang", "--role", "county_admin", code=2)


def test_a_password_is_never_an_argument(run: Run) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["user", "add", "wang", "--password", GOOD])
    assert ended.value.code == 2


def test_a_weak_password_is_refused(run: Run, config: Path) -> None:
    (config.parent / "password").write_text("short\n", encoding="utf-8")

    assert "12 characters" in run("user", "add", "wang", "--role", "county_admin", *password(config), code=2)


def test_accounts_are_changed_and_each_change_is_in_the_log(first: Run, config: Path) -> None:
    first("user", "add", "chen", "--role", "school_clerk", "--school", SCHOOL, *password(config))
    chen, wang = first("user", "list", "--json")
    assert (chen["must_change"], wang["must_change"]) == (True, False), "the first has typed the own one"
    first("user", "role", "chen", "--role", "inspector")
    first("user", "lock", "chen")
    assert first("user", "list", "--json")[0]["disabled_at"] is not None
    first("user", "unlock", "chen")
    first("user", "passwd", "chen", *password(config))
    first("user", "totp-reset", "chen")

    chen = first("user", "list", "--json")[0]
    assert (chen["roles"], chen["schools"], chen["disabled_at"]) == (["inspector"], [], None)
    assert chen["must_change"] is True
    assert [action for _who, _from, action, about in log(first) if about == "chen"] == [
        "person_added",
        "roles_changed",
        "person_locked",
        "person_unlocked",
        "password_changed",
        "totp_removed",
    ]
    assert "chen" in first("user", "list")


def test_the_last_administrator_stays(first: Run) -> None:
    assert "last" in first("user", "lock", "wang", code=2)
    assert "last" in first("user", "role", "wang", "--role", "auditor", code=2)
    assert "no account" in first("user", "lock", "nobody", code=2)


def test_separated_duties_hold_for_commands_too(first: Run, config: Path) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write("[collector.console]\nseparate_duties = true\n")

    told = first(
        "user", "add", "chen", "--role", "system_admin", "--role", "audit_admin", *password(config), code=2
    )

    assert "not for one person" in told


def test_a_subject_needs_an_issuer(first: Run, config: Path) -> None:
    assert "sign-on" in first("user", "add", "chen", "--oidc", "42", "--role", "auditor", code=2)
    with config.open("a", encoding="utf-8") as file:
        file.write(
            '[collector.console.oidc]\nissuer = "https://sso.example.org"\nclient_id = "w"\n'
            'client_secret = "plain:x"\ncallback = "https://w.example.org/console/oidc/callback"\n'
        )
    first("user", "add", "chen", "--oidc", "42", "--role", "auditor")

    assert first("user", "list", "--json")[0]["oidc_subject"] == "https://sso.example.org 42"


def test_what_other_commands_change_is_in_the_log(first: Run) -> None:
    me = f"os:{getpass.getuser()}"
    first("collector", "enrol", CAMPUS)
    assert "no token" in first("collector", "revoke", CAMPUS, code=2)

    assert log(first) == [
        ("李", "", "register_imported", ""),
        (me, "command", "person_added", "wang"),
        (me, "command", "code_made", CAMPUS),
    ]
    assert "made an enrolment code" in first("audit", "list", "--who", me)
    assert len(first("audit", "list", "--action", "person_added", "--json")) == 1


def test_verify_prints_the_head_to_keep_and_names_a_changed_row(first: Run, config: Path) -> None:
    head = first("audit", "verify", "--json")["head"]
    assert head.startswith("2:")
    assert head in first("audit", "verify", "--head", head)
    first("collector", "enrol", CAMPUS)
    first("audit", "verify", "--head", head)
    assert "no head" in first("audit", "verify", "--head", "2", code=2)

    database = sqlite3.connect(config.parent / "collector.db")
    with database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET who = 'nobody' WHERE number = 2")
    database.close()

    assert "row 2: it was altered" in first("audit", "verify", code=1)
    assert first("audit", "verify", "--json", code=1)["broken"] == {"number": 2, "why": "altered"}


def test_a_token_is_made_shown_once_listed_and_revoked(first: Run) -> None:
    made = first("token", "make", "大屏", "--person", "wang", "--scope", "read", "--days", "30").strip()
    (listed,) = first("token", "list", "--json")

    assert made.startswith(f"wzapi_{listed['id']}_")
    assert (listed["name"], listed["person"], listed["scopes"]) == ("大屏", "wang", ["read"])
    assert made.rsplit("_", 1)[1] not in first("token", "list")
    first("token", "revoke", listed["id"])
    assert first("token", "list", "--json")[0]["revoked_at"] is not None
    assert "revoked already" in first("token", "revoke", listed["id"], code=2)
    actions = [row["action"] for row in first("audit", "list", "--json")]
    assert {"api_token_made", "api_token_revoked"} <= set(actions)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--person", "nobody", "--scope", "read"), "there is no account nobody"),
        (("--person", "wang", "--scope", "read", "--days", "0"), "lives from 1 to"),
        (("--person", "wang", "--scope", "read", "--days", "999"), "lives from 1 to"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(first: Run, words: tuple[str, ...], what: str) -> None:
    assert what in first("token", "make", "x", *words, code=2)
    assert first("token", "list", "--json") == []
