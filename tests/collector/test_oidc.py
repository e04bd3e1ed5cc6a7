"""The county's own sign-on, against an issuer of our own: who has an account comes in, no forger does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from console_browser import Browser, console
from issuer import CLIENT, SECRET, Issuer, new_key, start_of
from joserfc import jwt
from joserfc.jwk import OctKey
from people import GOOD, PEPPERS, T0, add, make_hashing_cheap
from sqlalchemy import Engine, select

from collector.config import CollectorSettings, ConsoleSettings, OidcSettings
from collector.people.audit import read_audit
from collector.people.oidc import subject_of
from collector.publish import Published
from collector.store.schema import person
from collector.telemetry import Telemetry
from collector.web.intake import Edge

BASE = "https://wanzhao.example.org"
CALLBACK = f"{BASE}/console/oidc/callback"
OUTSIDE = "198.51.100.9"


@dataclass
class County:
    """A console with the county's sign-on, and one person who has an account there."""

    issuer: Issuer
    engine: Engine
    edge: Edge
    app: Any

    def browser(self, address: str = OUTSIDE) -> Browser:
        return Browser(self.app, BASE, address)

    def come_back(self, browser: Browser, **changed: str) -> httpx.Response:
        """The whole way: to the issuer and back, with some of the query changed."""
        answer = browser.get("/console/oidc/start?next=/console/schools")
        assert answer.status_code == 303, answer.text
        query = self.issuer.authorize(answer.headers["location"]) | changed
        return browser.get(start_of("/console/oidc/callback", **query))


@pytest.fixture
def county(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    make_hashing_cheap(monkeypatch)
    issuer = Issuer(T0, CALLBACK)
    (tmp_path / "secret").write_text(SECRET + "\n", encoding="utf-8")
    oidc = OidcSettings(
        issuer=issuer.url, client_id=CLIENT, client_secret=f"file:{tmp_path}/secret", callback=CALLBACK
    )
    settings = CollectorSettings(state_dir=tmp_path, console=ConsoleSettings(oidc=oidc))
    add(engine, "admin", "county_admin")
    subject = subject_of(issuer.url, issuer.subject)
    add(engine, "li", "inspector", password_hash="", password_at=None, oidc_subject=subject)
    clock = {"clock": lambda: T0, "monotonic": lambda: T0}
    edge = Edge(settings, engine, PEPPERS, Telemetry(), Published, **clock)
    yield County(issuer, engine, edge, console(edge))
    edge.close()
    issuer.close()


def test_who_has_an_account_comes_in(county: County) -> None:
    browser = county.browser()
    assert browser.get("/console/login").json()["oidc"] is True

    answer = county.come_back(browser)

    assert answer.status_code == 200, answer.text
    assert 'content="0;url=/console/schools"' in answer.text, "a strict cookie follows no redirect of others"
    assert browser.get("/console").json()["id"] == "li"
    cookies = answer.headers.get_list("set-cookie")
    assert any("__Host-wanzhao_session=" in one and "SameSite=strict" in one for one in cookies)
    with county.engine.connect() as connection:
        row = read_audit(connection, limit=1)[0]
    assert (row.who, row.action, row.origin, row.detail) == ("li", "sign_in", OUTSIDE, '{"after":"oidc"}')


def test_state_nonce_and_challenge_differ_each_time(
    county: County,
) -> None:
    seen: dict[str, set[str]] = {"state": set(), "nonce": set(), "code_challenge": set()}
    for _n in range(3):
        answer = county.browser().get("/console/oidc/start", headers={"Host": "evil.example"})
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert query["redirect_uri"] == [CALLBACK], "never from the request"
        for name, values in seen.items():
            values.add(query[name][0])
        cookie = answer.headers["set-cookie"]
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/console/oidc"):
            assert part in cookie
        assert not any(value in cookie for values in seen.values() for value in values)

    assert {name: len(values) for name, values in seen.items()} == dict.fromkeys(seen, 3)


def test_no_account_is_made_for_a_stranger(county: County) -> None:
    county.issuer.subject = "somebody else"
    browser = county.browser()

    answer = county.come_back(browser)

    assert answer.status_code == 401
    assert not browser.is_in()
    with county.engine.connect() as connection:
        assert len(connection.execute(select(person)).all()) == 2
        assert read_audit(connection, limit=1)[0].action == "sign_in_refused"


def test_what_comes_back_has_to_be_what_was_begun_in_this_browser(county: County) -> None:
    attacker, victim = county.browser(), county.browser()
    begun = attacker.get("/console/oidc/start").headers["location"]
    query = county.issuer.authorize(begun)

    for browser in (victim, county.browser()):
        answer = browser.get(start_of("/console/oidc/callback", **query))
        assert answer.status_code == 401
        assert not browser.is_in()
    victim.get("/console/oidc/start")
    assert victim.get(start_of("/console/oidc/callback", **query)).status_code == 401, "another state"
    assert ("POST", "/token") not in county.issuer.asked


def test_coming_back_twice_lets_in_once(county: County) -> None:
    browser = county.browser()
    begun = browser.get("/console/oidc/start").headers["location"]
    kept = dict(browser.cookies)
    query = county.issuer.authorize(begun)
    assert browser.get(start_of("/console/oidc/callback", **query)).status_code == 200
    assert "wanzhao_oidc" not in browser.cookies

    again = county.browser()
    for name, value in kept.items():
        again.cookies.set(name, value)
    assert again.get(start_of("/console/oidc/callback", **query)).status_code == 401
    assert not again.is_in()


@pytest.mark.parametrize(
    "changed", [{"state": "x"}, {"state": ""}, {"code": "x"}, {"iss": "https://evil.example"}]
)
def test_a_changed_answer_lets_nobody_in(county: County, changed: dict[str, str]) -> None:
    browser = county.browser()

    assert county.come_back(browser, **changed).status_code == 401
    assert not browser.is_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "x"},
        {"nonce": None},
        {"exp": int(T0) - 61},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\nb"},
        {"at_hash": "AAAA"},
    ],
)
def test_a_token_whose_claims_do_not_fit_lets_nobody_in(county: County, claims: dict[str, Any]) -> None:
    county.issuer.claims = claims
    browser = county.browser()

    answer = county.come_back(browser)

    assert answer.status_code == 401, answer.text
    assert not browser.is_in()


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."
    )


SIGNED_BY = {
    "nobody": _unsigned,
    "another key": lambda claims: jwt.encode({"alg": "ES256", "kid": "one"}, claims, new_key("one")),
    "the secret": lambda claims: jwt.encode(
        {"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode().ljust(32, b"x"))
    ),
    "rubbish": lambda _claims: "a.b.c",
    "nothing": lambda _claims: "",
}


@pytest.mark.parametrize("by", SIGNED_BY)
def test_a_token_that_the_issuer_has_not_signed_lets_nobody_in(county: County, by: str) -> None:
    county.issuer.sign = SIGNED_BY[by]
    browser = county.browser()

    assert county.come_back(browser).status_code == 401
    assert not browser.is_in()


def test_new_keys_of_the_issuer_are_fetched(county: County) -> None:
    assert county.come_back(county.browser()).status_code == 200
    county.issuer.key = new_key("two")

    assert county.come_back(county.browser()).status_code == 200


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://wanzhao.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"response_types_supported": None},
        {"authorization_endpoint": "http://["},
    ],
)
def test_an_issuer_that_says_something_strange_is_not_used(county: County, metadata: dict[str, Any]) -> None:
    county.issuer.metadata = metadata

    answer = county.browser().get("/console/oidc/start")

    assert answer.status_code == 502
    assert answer.json()["page"] == "login"
    assert answer.json()["error"]


def test_an_issuer_that_is_away_leaves_the_password(county: County) -> None:
    browser = county.browser()
    county.issuer.close()

    assert browser.get("/console/oidc/start").status_code == 502
    assert browser.sign_in("admin", GOOD).status_code == 303


def test_the_secret_goes_in_the_form_where_the_issuer_wants_it_so(county: County) -> None:
    county.issuer.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert county.come_back(county.browser()).status_code == 200


def test_without_tls_the_sign_on_does_not_begin(county: County) -> None:
    browser = Browser(county.app, "http://wanzhao.example.org", OUTSIDE)

    assert browser.get("/console/oidc/start").status_code == 403
    assert county.issuer.asked == []
