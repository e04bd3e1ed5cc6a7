"""The pages of the sign-in: cookies, forms of others, limits, languages, one's own account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from console_browser import PLAIN, Browser, console
from people import GOOD, MACHINE, PEPPERS, T0, add, make_hashing_cheap
from sqlalchemy import Engine

from collector.config import CollectorSettings, ConsoleSettings
from collector.people import passwords
from collector.people.accounts import read_account, set_password
from collector.people.audit import read_audit
from collector.people.entry import begin_totp, confirm_totp
from collector.publish import Published
from collector.telemetry import Telemetry
from collector.web.desk import TRIES_PER_ADDRESS
from collector.web.intake import Edge
from collector.web.signin import gate_of
from collector.web.visit import safe_next

TLS = "https://wanzhao.example.org"
OUTSIDE = "198.51.100.9"
NEW = "another horse 8"


@dataclass
class Desk:
    """A console with one administrator, and its clock."""

    engine: Engine
    settings: ConsoleSettings
    folder: Path
    now: float = T0
    edges: list[Edge] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = CollectorSettings(state_dir=self.folder, console=self.settings)
        self.edge = Edge(
            settings,
            self.engine,
            PEPPERS,
            Telemetry(),
            Published,
            clock=lambda: self.now,
            monotonic=lambda: self.now,
        )
        self.app = console(self.edge)

    def browser(self, base: str = PLAIN, address: str = "127.0.0.1") -> Browser:
        return Browser(self.app, base, address)


@pytest.fixture
def make(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    make_hashing_cheap(monkeypatch)
    add(engine, "wang", "county_admin")
    made: list[Desk] = []

    def desk(**settings: Any) -> Desk:
        made.append(Desk(engine, ConsoleSettings(**settings), tmp_path))
        return made[-1]

    yield desk
    for one in made:
        one.edge.close()


@pytest.fixture
def desk(make: Any) -> Desk:
    made: Desk = make()
    return made


def totp_of(desk: Desk) -> pyotp.TOTP:
    gate = gate_of(desk.edge)
    with desk.engine.connect() as connection:
        account = read_account(connection, "wang")
    assert account is not None
    maker = pyotp.TOTP(begin_totp(gate, account))
    assert confirm_totp(gate, account, maker.at(int(T0) - 3600), "", T0 - 3600)
    return maker


def test_who_signs_in_goes_on_to_the_page_that_was_asked_for(desk: Desk) -> None:
    browser = desk.browser()
    assert not browser.is_in()

    answer = browser.sign_in("wang", GOOD, "/console/schools?town=a")

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/schools?town=a")
    assert browser.get("/console").json()["id"] == "wang"
    assert browser.get("/console/login").headers["location"] == "/console"


@pytest.mark.parametrize("name", ["wang", "nobody", "<script>", "' OR 1=1 --"])
def test_a_refusal_is_one_page_for_all(desk: Desk, name: str) -> None:
    answer = desk.browser().sign_in(name, "wrong")

    assert answer.status_code == 401
    page = answer.json()
    assert page["page"] == "login"
    assert page["error"] == "the name or the password is wrong, or the account is locked"
    assert name == "wang" or name not in answer.text


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/console//evil.example",
        "/console/../metrics",
        "/consolelog",
        "/metrics",
        "javascript:alert(1)",
        "/console\r\nSet-Cookie: a=b",
        '/console"><script>',
        "/console/login?next=/console/login",
        "",
    ],
)
def test_nobody_is_sent_anywhere_else(desk: Desk, hostile: str) -> None:
    assert safe_next(hostile) == "/console"
    answer = desk.browser().sign_in("wang", GOOD, hostile)
    assert answer.headers["location"] == "/console"


def test_what_a_forged_host_says_is_not_repeated(desk: Desk) -> None:
    browser = desk.browser()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "127.0.0.1"}

    page = browser.get("/console/login", headers=headers)

    assert "evil.example" not in page.text + str(page.headers)


def test_over_tls_cookies_are_for_this_host_and_tls_only(desk: Desk) -> None:
    browser = desk.browser(TLS, OUTSIDE)

    cookies = browser.sign_in("wang", GOOD).headers.get_list("set-cookie")

    session = next(cookie for cookie in cookies if cookie.startswith("__Host-wanzhao_session="))
    for part in ("; HttpOnly", "; Secure", "; SameSite=strict", "; Path=/"):
        assert part in session
    assert "Domain" not in session
    assert "Max-Age" not in session
    assert browser.is_in()


def test_on_the_own_machine_cookies_work_without_tls(desk: Desk) -> None:
    cookies = desk.browser().sign_in("wang", GOOD).headers.get_list("set-cookie")

    session = next(cookie for cookie in cookies if cookie.startswith("wanzhao_session="))
    assert "; HttpOnly" in session
    assert "; SameSite=strict" in session
    assert "Secure" not in session


def test_without_tls_nobody_signs_in_from_elsewhere(desk: Desk) -> None:
    browser = desk.browser("http://wanzhao.example.org", OUTSIDE)
    csrf = browser.get("/console/login").json()["csrf"]

    answer = browser.post(
        "/console/login",
        {"name": "wang", "password": GOOD, "csrf": csrf},
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
    )

    assert answer.status_code == 403
    assert not browser.is_in()


def test_behind_a_proxy_with_tls_cookies_are_secure(make: Any) -> None:
    browser = make(behind_tls=True).browser("http://wanzhao.example.org", OUTSIDE)

    page = browser.get("/console/login")

    assert "__Host-wanzhao_form" in page.headers["set-cookie"]
    assert "; Secure" in page.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/console/login", "/console/account"])
def test_pages_are_kept_by_nobody_and_framed_by_nobody(desk: Desk, path: str) -> None:
    browser = desk.browser()
    if path != "/console/login":
        browser.sign_in("wang", GOOD)

    headers = browser.get(path).headers

    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].partition("style-src")[0]
    assert headers["x-content-type-options"] == "nosniff"


# forms of others


def test_a_form_that_was_not_shown_here_signs_nobody_in(desk: Desk) -> None:
    victim, attacker = desk.browser(), desk.browser()
    foreign = attacker.get("/console/login").json()["csrf"]
    own = victim.get("/console/login").json()["csrf"]
    assert foreign != own

    for csrf in (foreign, "", own[:-1]):
        answer = victim.post("/console/login", {"name": "wang", "password": GOOD, "csrf": csrf})
        assert answer.status_code == 403
    bare = desk.browser().post("/console/login", {"name": "wang", "password": GOOD, "csrf": own})
    assert bare.status_code == 403
    assert not victim.is_in()


@pytest.mark.parametrize("csrf", ["", "x", "é"])
def test_a_change_needs_what_the_page_said(desk: Desk, csrf: str) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)
    form = {"do": "password", "old": GOOD, "new": NEW, "again": NEW, "csrf": csrf}

    assert browser.post("/console/account", form).status_code == 403
    assert browser.post("/console/logout", {"csrf": csrf}).status_code == 403

    assert browser.is_in()
    assert desk.browser().sign_in("wang", GOOD).status_code == 303


def test_the_csrf_of_another_session_is_wrong_here(desk: Desk) -> None:
    one, other = desk.browser(), desk.browser()
    one.sign_in("wang", GOOD)
    other.sign_in("wang", GOOD)
    mine, theirs = (browser.get("/console").json()["csrf"] for browser in (one, other))

    assert mine != theirs
    assert one.get(f"/console?csrf={mine}").json()["right"] is True
    assert one.get(f"/console?csrf={theirs}").json()["right"] is False


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{}", "application/json", 415),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 100, "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 20000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_body_that_is_no_small_form_is_refused(desk: Desk, body: bytes, media: str, status: int) -> None:
    browser = desk.browser()

    answer = browser.ask("POST", "/console/login", content=body, headers={"Content-Type": media})

    assert answer.status_code == status


def test_signing_in_and_out_is_never_done_by_a_link(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)

    assert browser.get("/console/logout").status_code == 405
    assert browser.is_in()


# sessions


def test_a_session_that_somebody_planted_is_not_used(desk: Desk) -> None:
    attacker, victim = desk.browser(), desk.browser()
    add(desk.engine, "mallory", "auditor")
    attacker.sign_in("mallory", GOOD)
    planted = attacker.cookies["wanzhao_session"]
    victim.get("/console/login")
    victim.cookies.set("wanzhao_session", planted)
    assert victim.get("/console").json()["id"] == "mallory"
    csrf = desk.browser()
    csrf.cookies = victim.cookies
    form = {"name": "wang", "password": GOOD, "next": ""}
    victim.cookies.delete("wanzhao_session")
    form["csrf"] = victim.get("/console/login").json()["csrf"]
    victim.cookies.set("wanzhao_session", planted, domain="127.0.0.1", path="/")

    assert victim.post("/console/login", form).status_code == 303

    assert victim.cookies["wanzhao_session"] != planted
    assert not attacker.is_in(), "it has ended"
    assert victim.get("/console").json()["id"] == "wang"


def test_each_sign_in_has_a_token_of_its_own(desk: Desk) -> None:
    tokens = set()
    for _n in range(3):
        browser = desk.browser()
        browser.sign_in("wang", GOOD)
        tokens.add(browser.cookies["wanzhao_session"])

    assert len(tokens) == 3


def test_signing_out_ends_the_session_at_the_collector(desk: Desk) -> None:
    browser, thief = desk.browser(), desk.browser()
    browser.sign_in("wang", GOOD)
    thief.cookies.set("wanzhao_session", browser.cookies["wanzhao_session"])
    assert thief.is_in()

    answer = browser.post("/console/logout", {"csrf": browser.get("/console").json()["csrf"]})

    assert answer.headers["location"] == "/console/login"
    assert "wanzhao_session" not in browser.cookies
    assert not thief.is_in()


def test_a_page_asked_for_in_time_keeps_the_session(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)
    for _n in range(3):
        desk.now += 1700
        assert browser.is_in()
    desk.now += 1801

    assert not browser.is_in()


# limits


def test_an_address_that_tries_too_often_has_to_wait_though_names_differ(desk: Desk) -> None:
    browser = desk.browser(TLS, OUTSIDE)
    for n in range(TRIES_PER_ADDRESS):
        assert browser.sign_in(f"name{n}", "wrong").status_code == 401

    answer = browser.sign_in("wang", GOOD)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert desk.browser(TLS, "198.51.100.10").sign_in("wang", GOOD).status_code == 303
    desk.now += 601
    assert browser.sign_in("wang", GOOD).status_code == 303


def test_many_at_once_sign_in_and_none_gets_anothers_session(desk: Desk) -> None:
    for n in range(4):
        add(desk.engine, f"li{n}", "inspector")
    browsers = {f"li{n}": desk.browser() for n in range(4)}

    async def enter(name: str, browser: Browser) -> str:
        csrf = (await browser.work("GET", "/console/login")).json()["csrf"]
        form = {"name": name, "password": GOOD, "csrf": csrf}
        await browser.work("POST", "/console/login", data=form)
        return str((await browser.work("GET", "/console")).json().get("id"))

    async def together() -> list[str]:
        return await asyncio.gather(*(enter(name, browser) for name, browser in browsers.items()))

    assert asyncio.run(together()) == list(browsers)


# the second page


def test_with_an_authenticator_the_second_page_asks_for_its_code(desk: Desk) -> None:
    maker = totp_of(desk)
    browser = desk.browser()
    page = browser.sign_in("wang", GOOD, "/console/schools")
    assert page.status_code == 200
    assert page.json()["page"] == "login_code"
    assert not browser.is_in()
    form = {"csrf": page.json()["csrf"], "next": page.json()["next"]}

    wrong = browser.post("/console/login", form | {"code": "000000"})
    right = browser.post("/console/login", form | {"code": maker.at(int(T0))})

    assert (wrong.status_code, wrong.json()["page"]) == (401, "login_code")
    assert right.headers["location"] == "/console/schools"
    assert browser.is_in()
    assert "wanzhao_code" not in browser.cookies


def test_a_code_without_the_password_lets_nobody_in(desk: Desk) -> None:
    maker = totp_of(desk)
    browser = desk.browser()
    csrf = browser.get("/console/login").json()["csrf"]

    answer = browser.post("/console/login", {"csrf": csrf, "code": maker.at(int(T0))})

    assert answer.status_code == 401
    assert not browser.is_in()


def test_the_token_of_the_first_step_is_no_session(desk: Desk) -> None:
    totp_of(desk)
    browser = desk.browser()
    browser.sign_in("wang", GOOD)
    browser.cookies.set("wanzhao_session", browser.cookies["wanzhao_code"])

    assert not browser.is_in()
    assert browser.get("/console/account").status_code == 303


# one's own account


def account_form(browser: Browser, **form: str) -> Any:
    csrf = browser.get("/console/account").json()["csrf"]
    return browser.post("/console/account", form | {"csrf": csrf})


def test_the_page_of_the_account_shows_what_is(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)

    page = browser.get("/console/account").json()

    assert {name: page[name] for name in ("id", "name", "roles", "schools", "must", "has_totp")} == {
        "id": "wang",
        "name": "wang先生",
        "roles": ["county_admin"],
        "schools": [],
        "must": "",
        "has_totp": False,
    }
    assert page["password_at"] == T0
    assert page["totp_secret"] == page["totp_svg"] == ""


def test_a_changed_password_ends_other_sessions_and_gives_this_one_a_new_token(desk: Desk) -> None:
    browser, other = desk.browser(), desk.browser()
    browser.sign_in("wang", GOOD)
    other.sign_in("wang", GOOD)
    before = browser.cookies["wanzhao_session"]

    answer = account_form(browser, do="password", old=GOOD, new=NEW, again=NEW)

    assert answer.status_code == 200
    assert answer.json()["done"]
    assert browser.cookies["wanzhao_session"] != before
    assert browser.is_in()
    assert not other.is_in()
    assert answer.json()["csrf"] == browser.get("/console").json()["csrf"]


def test_one_s_own_sessions_are_listed_and_the_others_ended(desk: Desk) -> None:
    browser, other, third = desk.browser(), desk.browser(), desk.browser()
    for one in (browser, other, third):
        one.sign_in("wang", GOOD)

    held = browser.get("/console/account").json()["sessions"]
    assert [each["is_this"] for each in held].count(True) == len(held) - 2 == 1
    (mark, _second) = [each["mark"] for each in held if not each["is_this"]]
    assert account_form(browser, do="sessions_end", session="0" * 16).status_code == 200
    assert other.is_in()
    assert third.is_in()
    assert len(account_form(browser, do="sessions_end", session=mark).json()["sessions"]) == 2
    assert [other.is_in(), third.is_in()].count(True) == 1

    answer = account_form(browser, do="sessions_end")

    assert [each["is_this"] for each in answer.json()["sessions"]] == [True]
    assert browser.is_in()
    assert not other.is_in()
    assert not third.is_in()
    with desk.engine.connect() as connection:
        told = [entry.action for entry in read_audit(connection)]
    assert told.count("sessions_ended") == 2


def test_nobody_ends_the_sessions_of_another_on_the_own_page(desk: Desk) -> None:
    add(desk.engine, "chen", "inspector")
    browser, other = desk.browser(), desk.browser()
    browser.sign_in("chen", GOOD)
    other.sign_in("wang", GOOD)
    (mark,) = [each["mark"] for each in other.get("/console/account").json()["sessions"]]

    account_form(browser, do="sessions_end", session=mark)

    assert other.is_in()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "old password"),
        ({"old": GOOD, "new": NEW, "again": NEW + "x"}, "differ"),
        ({"old": GOOD, "new": "short", "again": "short"}, "12 characters"),
        ({}, "old password"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(desk: Desk, form: dict[str, str], why: str) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)

    answer = account_form(browser, do="password", **form)

    assert answer.status_code in (401, 422)
    assert why in answer.json()["error"]
    assert GOOD not in answer.text


def test_an_authenticator_is_set_up_shown_once_and_taken_away(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)
    shown = account_form(browser, do="totp_begin").json()
    secret = shown["totp_secret"].replace(" ", "")
    assert shown["totp_svg"].startswith("<svg")
    assert browser.get("/console/account").json()["totp_secret"] == ""

    wrong = account_form(browser, do="totp_confirm", code="000000")
    assert (wrong.status_code, wrong.json()["totp_secret"]) == (422, shown["totp_secret"])
    assert account_form(browser, do="totp_confirm", code=pyotp.TOTP(secret).at(int(T0))).json()["has_totp"]
    assert account_form(browser, do="totp_remove", old="wrong").json()["has_totp"]
    assert not account_form(browser, do="totp_remove", old=GOOD).json()["has_totp"]
    assert browser.is_in()


def test_a_password_given_by_others_is_changed_before_anything_else(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        set_password(connection, MACHINE, "wang", passwords.hashed(GOOD), T0, must_change=True)
    browser = desk.browser()
    browser.sign_in("wang", GOOD, "/console/schools")

    assert not browser.is_in()
    assert browser.get("/console/login").headers["location"] == "/console/account"
    assert browser.get("/console/account").json()["must"] == "password"
    assert account_form(browser, do="password", old=GOOD, new=NEW, again=NEW).json()["must"] == ""
    assert browser.is_in()


def test_where_the_county_asks_for_it_nobody_goes_on_without_an_authenticator(make: Any) -> None:
    browser = make(require_totp=True).browser()
    browser.sign_in("wang", GOOD)
    assert not browser.is_in()
    assert browser.get("/console/account").json()["must"] == "totp"

    secret = account_form(browser, do="totp_begin").json()["totp_secret"].replace(" ", "")
    account_form(browser, do="totp_confirm", code=pyotp.TOTP(secret).at(int(T0)))

    assert browser.is_in()


def test_a_form_that_is_not_known_does_nothing(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in("wang", GOOD)

    assert account_form(browser, do="roles", roles="county_admin").status_code == 400


# languages and the log


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        ("", "", "zh"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr", "zh"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh"),
        ("<script>", "en", "en"),
    ],
)
def test_the_page_is_in_the_readers_language(desk: Desk, cookie: str, accept: str, language: str) -> None:
    browser = desk.browser()
    if cookie:
        browser.cookies.set("wanzhao_language", cookie)

    page = browser.get("/console/login", headers={"Accept-Language": accept})

    assert page.json()["language"] == language


def test_the_log_knows_the_address_of_the_connection(desk: Desk) -> None:
    browser = desk.browser(TLS, OUTSIDE)
    csrf = browser.get("/console/login").json()["csrf"]
    form = {"name": "wang", "password": GOOD, "csrf": csrf}
    browser.post("/console/login", form, headers={"X-Forwarded-For": "10.0.0.1"})

    with desk.engine.connect() as connection:
        row = read_audit(connection, limit=1)[0]
    assert (row.who, row.origin, row.action) == ("wang", OUTSIDE, "sign_in")
