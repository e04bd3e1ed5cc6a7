"""The console's pages about people: who sees them, who may do what, and that a password is shown once."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from asgi import Client
from console_world import CSRF, SCHOOLS, World, world
from markupsafe import escape
from people import GOOD, add, gate, make_hashing_cheap
from sixty_register import register_of
from sixty_types import CountyTruth
from sqlalchemy import Engine

from collector.config import ConsoleSettings, OidcSettings
from collector.people.accounts import Account, read_account
from collector.people.audit import read_audit, verify
from collector.people.entry import by_password, inside
from collector.people.person import ROLES, Person, Role
from collector.store.engine import open_store

SCHOOL = SCHOOLS[1].id
ISSUER = "https://id.example.cn"
EN = {"Cookie": "wanzhao_language=en"}
LIST = "/console/people"
CHANGERS: dict[bool, set[Role]] = {False: {"county_admin", "system_admin"}, True: {"system_admin"}}
"""Who may change accounts, without and with separated duties."""
GRANTERS: dict[bool, set[Role]] = {False: {"county_admin", "security_admin"}, True: {"security_admin"}}
READERS: dict[bool, set[Role]] = {False: {"county_admin", "auditor", "audit_admin"}, True: {"audit_admin"}}
CASES = [(role, separated) for role in ROLES for separated in (False, True)]
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "&lt;b&gt;",
    "\u202eadmin\u2066",
]
INJECTIONS = [
    "' OR 1=1 --",
    "'; DROP TABLE person; --",
    '" UNION SELECT password_hash FROM person --',
    "%' OR '%'='",
    "%00",
    "%FF%FE",
    "\\",
]


def someone(role: Role, *, separated: bool = False, id_: str = "asker") -> Person:
    schools = (SCHOOL,) if role == "school_clerk" else ()
    return Person(id=id_, name="提问者", roles=(role,), schools=schools, separated=separated)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('people') / 'wanzhao.db'}")
    settings = ConsoleSettings(
        oidc=OidcSettings(
            issuer=ISSUER,
            client_id="wanzhao",
            client_secret="plain:s",
            callback=f"{ISSUER}/console/oidc/callback",
        )
    )
    yield world(engine, with_batches=False, settings=settings)
    engine.dispose()


@pytest.fixture
def there(made: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The county with two administrators, and whoever the tests before have added."""
    make_hashing_cheap(monkeypatch)
    for name in ("admin", "second"):
        if account(made, name) is None:
            add(made.engine, name, "county_admin", at=time.time())
    made.person = Person(id="admin", name="管理员", roles=("county_admin",))
    return made


@pytest.fixture
def console(there: World) -> Client:
    return Client(there.app)


def account(there: World, name: str) -> Account | None:
    with there.engine.connect() as connection:
        return read_account(connection, name)


def known(there: World, name: str) -> Account:
    found = account(there, name)
    assert found is not None
    return found


def fresh(there: World, name: str, *roles: Role, **more: Any) -> str:
    """A person for one test."""
    add(there.engine, name, *roles, at=time.time(), **more)
    return name


def send(console: Client, person: str, do: str, /, **form: str) -> Any:
    return console.post(f"{LIST}/{person}", data={"csrf": CSRF, "do": do, **form}, headers=EN)


def new(console: Client, person: str, /, **form: str) -> Any:
    return console.post(LIST, data={"csrf": CSRF, "do": "add", "person": person, **form}, headers=EN)


def once(page: str) -> str:
    """The password that a page shows."""
    found: list[str] = re.findall(r'<code class="once">([^<]+)</code>', page)
    assert len(found) == 1
    return html.unescape(found[0])


def told_of(there: World, name: str) -> list[tuple[str, str]]:
    """(who, action) of a person, the oldest first; what the test itself did is left out."""
    with there.engine.connect() as connection:
        assert verify(connection) is None
        rows = [row for row in read_audit(connection, limit=10_000) if row.object == name]
    return [(row.who, row.action) for row in reversed(rows) if row.origin != "command"]


# Who sees the pages


@pytest.mark.parametrize(("role", "separated"), CASES)
def test_the_pages_are_for_keepers_of_accounts_roles_and_the_log(
    there: World, console: Client, role: Role, separated: bool
) -> None:
    there.person = someone(role, separated=separated)
    changes, grants = role in CHANGERS[separated], role in GRANTERS[separated]
    sees = changes or grants or role in READERS[separated]

    listed, one = console.get(LIST), console.get(f"{LIST}/second")
    menu = console.get("/console/schools").text

    assert listed.status_code == one.status_code == (200 if sees else 403)
    assert ("second先生" in listed.text) == ("second先生" in one.text) == sees
    assert ('<a href="/console/people"' in menu) == sees
    assert ('<form class="sign" method="post" action="/console/people"' in listed.text) == changes
    assert ('value="roles"' in one.text) == grants
    assert ('value="password"' in one.text) == changes
    assert ('action="/console/people/second"' in one.text) == (changes or grants)


def test_nobody_who_has_not_signed_in_sees_or_changes_anything(there: World, console: Client) -> None:
    there.person = None

    for path in (LIST, f"{LIST}/second"):
        assert console.get(path).headers["location"].startswith("/console/login")
        answer = console.post(path, data={"csrf": CSRF, "do": "lock"})
        assert answer.headers["location"].startswith("/console/login")
    assert known(there, "second").disabled_at is None


def test_an_account_that_is_none_is_not_found(console: Client) -> None:
    for name in ("nobody", "%3Cscript%3E", "a", "x" * 300):
        answer = console.get(f"{LIST}/{name}")
        assert answer.status_code == 404
        assert "<script>" not in answer.text
    assert send(console, "nobody", "lock").status_code == 404


# Who may do what


DEEDS: dict[str, tuple[dict[str, str], str]] = {
    "name": ({"name": "新名字"}, "change"),
    "roles": ({"role.inspector": "1"}, "grant"),
    "password": ({}, "change"),
    "subject": ({"subject": "u-{n}"}, "change"),
    "totp": ({}, "change"),
    "lock": ({}, "change"),
    "unlock": ({}, "change"),
    "end": ({}, "change"),
}
"""The forms of a person's page, what they hold, and which right they need."""


@pytest.mark.parametrize(("role", "separated"), CASES)
def test_a_form_does_what_the_role_of_its_sender_allows(
    there: World, console: Client, role: Role, separated: bool
) -> None:
    changes, grants = role in CHANGERS[separated], role in GRANTERS[separated]
    number = CASES.index((role, separated))
    for do, (fields, right) in DEEDS.items():
        name = fresh(there, f"t{number}-{do}", "auditor", totp="sealed")
        there.person = someone(role, separated=separated)
        before = known(there, name)

        answer = send(console, name, do, **{key: text.format(n=number) for key, text in fields.items()})

        may = changes if right == "change" else grants
        assert answer.status_code == ((200 if do == "password" else 303) if may else 403), do
        assert may or known(there, name) == before
    name = f"t{number}-new"
    assert new(console, name).status_code == (200 if changes else 403)
    assert (account(there, name) is not None) == changes


@pytest.mark.parametrize("separated", [False, True])
def test_a_form_without_the_token_of_the_session_does_nothing(
    there: World, console: Client, separated: bool
) -> None:
    there.person = someone("system_admin", separated=separated)
    before, log = known(there, "second"), list(there.told)

    for csrf in ({}, {"csrf": "another"}, {"csrf": ""}):
        for do, (fields, _right) in DEEDS.items():
            answer = console.post(f"{LIST}/second", data={"do": do, **fields, **csrf})
            assert answer.status_code == 403, do
        assert console.post(LIST, data={"person": "forged", **csrf}).status_code == 403

    assert known(there, "second") == before
    assert account(there, "forged") is None
    assert there.told == log


def test_a_form_that_is_not_known_does_nothing(there: World, console: Client) -> None:
    before = known(there, "second")

    for do in ("", "delete", "__class__"):
        assert send(console, "second", do).status_code == 422

    assert known(there, "second") == before


# Adding


def test_a_first_password_is_shown_once_works_and_has_to_be_changed(there: World, console: Client) -> None:
    answer = new(console, "Li.Na", name="李娜", schools=SCHOOL, **{"role.school_clerk": "1"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    password = once(answer.text)
    found = known(there, "li.na")
    assert (found.name, found.roles, found.schools) == ("李娜", ("school_clerk",), (SCHOOL,))
    assert found.must_change
    for page in (LIST, f"{LIST}/li.na", "/console/audit"):
        assert password not in console.get(page).text

    at_gate, now = gate(there.engine), time.time()
    entered = by_password(at_gate, "li.na", password, "192.0.2.7", now)
    assert entered is not None
    inside_ = inside(at_gate, entered.token, now)
    assert inside_ is not None
    assert inside_.due == "password"
    assert told_of(there, "li.na") == [("admin", "person_added"), ("li.na", "sign_in")]
    with there.engine.connect() as connection:
        assert password not in repr(read_audit(connection, limit=10_000))


def test_two_passwords_by_chance_are_two(console: Client) -> None:
    assert once(new(console, "chance-1").text) != once(new(console, "chance-2").text)


def test_who_signs_in_by_the_county_s_sign_on_gets_no_password(there: World, console: Client) -> None:
    answer = new(console, "by-oidc", subject="u-1")

    assert answer.status_code == 200
    assert "once" not in answer.text.partition("<form")[0]
    found = known(there, "by-oidc")
    assert (found.password_hash, found.oidc_subject) == ("", f"{ISSUER} u-1")
    assert "u-1" in console.get(f"{LIST}/by-oidc").text
    assert new(console, "by-oidc-2", subject="u-1").status_code == 422
    assert send(console, "by-oidc", "subject", subject="").status_code == 422
    assert send(console, "by-oidc", "subject", subject="u-2\n").status_code == 303
    assert known(there, "by-oidc").oidc_subject == f"{ISSUER} u-2"
    assert send(console, "by-oidc", "subject", subject="x" * 256).status_code == 422


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"person": "x"}, "is no name for an account"),
        ({"person": "a b"}, "is no name for an account"),
        ({"person": "../etc"}, "is no name for an account"),
        ({"person": ""}, "is no name for an account"),
        ({"person": "admin"}, "there is an account"),
        ({"person": "\uff41dmin"}, "there is an account"),
        ({"person": "refused", "name": "x" * 129}, "1 to 128"),
        ({"person": "refused", "role.school_clerk": "1"}, "has schools"),
        ({"person": "refused", "schools": SCHOOL}, "has schools"),
        ({"person": "refused", "schools": "9999999999", "role.school_clerk": "1"}, "no school 9999999999"),
        ({"person": "refused", "schools": "' OR 1=1", "role.school_clerk": "1"}, "no school"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_it_held(
    there: World, console: Client, form: dict[str, str], why: str
) -> None:
    log = list(there.told)

    answer = console.post(LIST, data={"csrf": CSRF, "do": "add", "name": "张三", **form}, headers=EN)

    assert answer.status_code == 422
    (error,) = re.findall(r'<p class="error" role="alert">([^<]*)</p>', answer.text)
    assert why in html.unescape(error)
    held = html.unescape(answer.text)
    assert f'name="person" value="{form["person"]}"' in held
    assert f'name="name" value="{form.get("name", "张三")}"' in held
    assert form.get("schools", "") in held
    assert ('name="role.school_clerk" value="1" checked' in held) == ("role.school_clerk" in form)
    assert '<details class="deeds" open>' in held
    assert account(there, "refused") is None
    assert there.told == log


def test_where_no_sign_on_is_configured_no_subject_is_taken(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hashing_cheap(monkeypatch)
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    client = Client(world(engine, with_batches=False).app)

    answer = new(client, "by-oidc", subject="u-1")

    assert answer.status_code == 422
    assert 'name="subject"' not in client.get(LIST).text
    engine.dispose()


def test_a_school_is_named_by_its_code_or_by_a_name_that_is_its_own(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hashing_cheap(monkeypatch)
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    register = register_of(CountyTruth(SCHOOLS))
    names = ["实验小学", "中心小学", "中心小学", *map(str, range(9))]
    schools = tuple(replace(one, name=name) for one, name in zip(register.schools, names, strict=False))
    named = world(engine, replace(register, schools=schools), with_batches=False)
    client = Client(named.app)

    clerk = {"role.school_clerk": "1"}
    refused = new(client, "clerk", schools="中心小学", **clerk)
    made = new(client, "clerk", schools=f"实验小学、{schools[1].id}\n{schools[0].id}", **clerk)

    assert (refused.status_code, made.status_code) == (422, 200)
    assert "several schools are called 中心小学" in refused.text
    assert known(named, "clerk").schools == (schools[0].id, schools[1].id)
    assert "实验小学" in client.get(f"{LIST}/clerk").text
    engine.dispose()


# Refusals that protect the county


def test_who_may_not_give_roles_adds_people_without_any(there: World, console: Client) -> None:
    for number, separated in enumerate((False, True)):
        there.person = someone("system_admin", separated=separated)

        refused = new(console, f"climber-{number}", **{"role.county_admin": "1"})

        assert refused.status_code == 403
        assert "your role does not allow this" in refused.text
        assert account(there, f"climber-{number}") is None
        assert "role.county_admin" not in console.get(LIST).text
        assert new(console, f"climber-{number}").status_code == 200
        assert known(there, f"climber-{number}").roles == ()


def test_who_keeps_accounts_does_not_become_one_who_gives_roles(there: World, console: Client) -> None:
    """A password, a subject of the sign-on or an authenticator taken away would let one sign in as them."""
    fresh(there, "giver", "security_admin", totp="sealed")
    before = known(there, "giver"), known(there, "second")
    for separated in (False, True):
        there.person = someone("system_admin", separated=separated)
        names = ("giver",) if separated else ("giver", "second")
        for name in names:
            for do, fields in (("password", {}), ("totp", {}), ("subject", {"subject": "mine"})):
                answer = send(console, name, do, **fields)
                assert answer.status_code == 403, (name, do)
                assert "the account holds a duty of its own" in answer.text
                assert '<code class="once">' not in answer.text
    assert (known(there, "giver"), known(there, "second")) == before


def test_where_duties_are_separated_nobody_gives_himself_a_role_or_two_duties(
    there: World, console: Client
) -> None:
    fresh(there, "keeper", "security_admin")
    there.person = someone("security_admin", separated=True, id_="keeper")

    own = send(console, "keeper", "roles", **{"role.security_admin": "1", "role.inspector": "1"})
    both = send(console, "second", "roles", **{"role.system_admin": "1", "role.audit_admin": "1"})

    assert (own.status_code, both.status_code) == (403, 422)
    assert "nobody may give himself a role" in own.text
    assert 'name="role.inspector" value="1" checked' in own.text
    assert "duties are separated" in both.text
    assert 'name="role.county_admin" value="1" checked' not in both.text
    assert known(there, "keeper").roles == ("security_admin",)
    assert known(there, "second").roles == ("county_admin",)


@pytest.mark.parametrize("do", ["password", "totp", "subject", "lock"])
def test_the_own_account_is_not_taken_over_from_a_browser_that_was_left_open(
    there: World, console: Client, do: str
) -> None:
    before = known(there, "admin")

    answer = send(console, "admin", do, subject="mine")

    assert answer.status_code == 403
    assert "this is your own account" in answer.text
    assert known(there, "admin") == before
    page = console.get(f"{LIST}/admin").text
    assert f'name="do" value="{do}"' not in page
    assert 'href="/console/account"' in page


def test_the_last_who_may_change_accounts_stays(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    lone = world(engine, with_batches=False)
    add(engine, "last", "county_admin", at=time.time())
    client = Client(lone.app)

    for do, fields in (("lock", {}), ("roles", {"role.inspector": "1"})):
        answer = send(client, "last", do, **fields)
        assert answer.status_code == 422
        assert "last is the last who can do this" in answer.text
    assert known(lone, "last").roles == ("county_admin",)
    assert known(lone, "last").disabled_at is None
    engine.dispose()


# Changing


def test_every_change_leaves_its_row(there: World, console: Client) -> None:
    fresh(there, "chen", "inspector", totp="sealed")
    deeds: list[tuple[str, dict[str, str], str]] = [
        ("name", {"name": "陈老师"}, "person_renamed"),
        ("roles", {"role.school_clerk": "1", "schools": SCHOOL}, "roles_changed"),
        ("subject", {"subject": "chen-1"}, "subject_changed"),
        ("totp", {}, "totp_removed"),
        ("password", {}, "password_changed"),
        ("lock", {}, "person_locked"),
        ("unlock", {}, "person_unlocked"),
    ]

    for do, fields, action in deeds:
        answer = send(console, "chen", do, **fields)
        assert answer.status_code in (200, 303), do
        assert told_of(there, "chen")[-1] == ("admin", action)
        shown = answer.text if do == "password" else console.get(answer.headers["location"]).text
        assert 'role="status"' in shown

    assert told_of(there, "chen") == [("admin", action) for _do, _fields, action in deeds]
    found = known(there, "chen")
    assert (found.name, found.roles, found.schools) == ("陈老师", ("school_clerk",), (SCHOOL,))
    assert found.oidc_subject == f"{ISSUER} chen-1"
    assert (found.totp, found.disabled_at) == ("", None)


def test_a_new_one_time_password_works_once_the_old_one_no_more(there: World, console: Client) -> None:
    name, at_gate = fresh(there, "zhou", "inspector"), gate(there.engine)

    password = once(send(console, name, "password").text)

    assert by_password(at_gate, name, GOOD, "", time.time()) is None
    entered = by_password(at_gate, name, password, "", time.time())
    assert entered is not None
    assert entered.account.must_change
    assert password not in console.get(f"{LIST}/{name}").text


def test_an_account_locked_by_wrong_tries_is_shown_and_opened(there: World, console: Client) -> None:
    name, at_gate = fresh(there, "locked-one", "inspector"), gate(there.engine)
    for _try in range(5):
        assert by_password(at_gate, name, "wrong", "", time.time()) is None

    page = console.get(f"{LIST}/{name}", headers=EN).text
    assert "locked by wrong tries" in page
    assert f"/people/{name}" in console.get(f"{LIST}?state=locked").text
    assert f"/people/{name}" not in console.get(f"{LIST}?state=open").text

    assert send(console, name, "unlock").status_code == 303
    assert by_password(at_gate, name, GOOD, "", time.time()) is not None


def test_a_renamed_person_stays_signed_in(there: World, console: Client) -> None:
    name, at_gate = fresh(there, "stays", "inspector"), gate(there.engine)
    entered = by_password(at_gate, name, GOOD, "", time.time())
    assert entered is not None

    send(console, name, "name", name="另名")
    assert inside(at_gate, entered.token, time.time()) is not None
    assert send(console, name, "name", name=" ").status_code == 422
    send(console, name, "lock")
    assert inside(at_gate, entered.token, time.time()) is None


# Sessions


def test_sessions_are_listed_and_ended_one_by_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    there = world(engine, with_batches=False)
    add(engine, "hu", "inspector", at=time.time())
    add(engine, "other", "inspector", at=time.time())
    client, at_gate = Client(there.app), gate(engine)
    entered = [by_password(at_gate, who, GOOD, "", time.time()) for who in ("hu", "hu", "hu", "other")]
    tokens = [one.token for one in entered if one is not None]

    page = client.get(f"{LIST}/hu").text
    marks = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    assert len(marks) == 3
    assert not [token for token in tokens if token in page]

    assert send(client, "hu", "end", session="' OR 1=1 --").status_code == 303
    assert send(client, "other", "end", session=marks[0]).status_code == 303
    assert told_of(there, "hu")[-1][1] == "sign_in"
    assert sum(inside(at_gate, token, time.time()) is not None for token in tokens) == 4
    assert send(client, "hu", "end", session=marks[0]).status_code == 303
    assert sum(inside(at_gate, token, time.time()) is not None for token in tokens) == 3
    assert send(client, "hu", "end").status_code == 303
    assert [inside(at_gate, token, time.time()) is not None for token in tokens] == [False] * 3 + [True]
    assert told_of(there, "hu")[-2:] == [("admin", "sessions_ended")] * 2

    there.person = someone("security_admin")
    assert send(client, "other", "end").status_code == 403
    (row,) = re.findall(r"<small>other</small>.*?</tr>", client.get(LIST).text, flags=re.S)
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d</td>", row)


# Lists, filters, hostile texts


def test_a_text_a_role_and_a_state_find_people(there: World, console: Client) -> None:
    fresh(there, "find-me", "auditor", oidc_subject="someone else's")
    fresh(there, "find-clerk", "school_clerk", schools=(SCHOOL,))
    there.person = Person(id="admin", name="管理员", roles=("county_admin",))

    def found(query: str) -> set[str]:
        page = console.get(f"{LIST}?{query}").text
        return set(re.findall(r'<th scope="row"><a href="/console/people/([^"]+)"', page))

    assert found("text=FIND-") == {"find-me", "find-clerk"}
    assert "find-clerk" in found(f"text={SCHOOL}")
    assert found("text=find-&role=auditor") == {"find-me"}
    assert found("text=find-&state=disabled") == set()
    assert found("text=find-&role=nothing") == set()
    assert found("text=find-&state=nothing") == set()
    assert found("text=someone%20else") == {"find-me"}
    send(console, "find-me", "lock")
    assert found("text=find-&state=disabled") == {"find-me"}


@pytest.mark.parametrize("field", ["text", "role", "state", "page"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_a_filter_is_a_text_that_is_not_found(
    there: World, console: Client, field: str, text: str
) -> None:
    answer = console.get(LIST, params={field: text, "text": text} if field != "page" else {field: text})

    assert answer.status_code == 200
    assert ('href="/console/people/second"' in answer.text) == (field == "page")
    assert "$argon2" not in answer.text
    assert account(there, "second") is not None


def test_many_people_are_shown_page_by_page(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashing_cheap(monkeypatch)
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    many = world(engine, with_batches=False)
    for number in range(53):
        add(engine, f"person-{number:02}", at=time.time())
    client = Client(many.app)

    pages = [client.get(f"{LIST}?text=person&page={page}").text for page in (1, 2, 0, "x", 99)]
    seen = [re.findall(r'"/console/people/(person-[0-9]+)"', page) for page in pages]

    assert [len(names) for names in seen] == [50, 3, 50, 50, 3]
    assert len({*seen[0], *seen[1]}) == 53
    assert 'rel="next"' in pages[0]
    assert "text=person&amp;page=2" in pages[0]
    engine.dispose()


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_what_people_are_called_is_text(there: World, console: Client, number: int) -> None:
    text, name = HOSTILE[number], f"hostile-{number}"
    add_hostile(there, name, text)

    pages = [
        console.get(LIST, params={"text": text}).text,
        console.get(f"{LIST}/{name}", params={"done": text}).text,
        new(console, text, name=text, schools=text, subject=text, **{"role.school_clerk": "1"}).text,
        send(console, name, "name", name=text * 99).text,
        send(console, name, "subject", subject=text * 99).text,
        send(console, name, "roles", schools=text).text,
        console.get("/console/audit").text,
    ]

    for page in pages:
        assert not re.search(r"<script>alert|<img src=x|<svg/onload|href=\"javascript:", page)
        assert "49" not in re.findall(r"<h1>.*?</h1>", page)[0]
    if "<" in text or '"' in text:
        assert not [page for page in pages if text in page]
    assert str(escape(text)) in pages[0]
    assert str(escape(text)) in pages[1]


def add_hostile(there: World, name: str, text: str) -> None:
    with there.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO person SELECT school_id, ?, ?, password_hash, password_at, must_change, roles, "
            "schools, made_at, disabled_at, failed, locked_until, totp, totp_new, totp_step, ? "
            "FROM person WHERE person_id = 'second'",
            (name, text, f"{ISSUER} {text}"),
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_speak_the_reader_s_language(console: Client, language: str) -> None:
    headers = {"Cookie": f"wanzhao_language={language}"}
    listed, one = console.get(LIST, headers=headers).text, console.get(f"{LIST}/second", headers=headers).text

    words = {
        "zh": ("新建账号", "县管理员", "设一次性口令"),
        "en": ("Add a person", "county administrator", "Set a one-time password"),
    }[language]
    assert words[0] in listed
    assert words[1] in listed
    assert words[2] in one
