"""Who may read: users with bcrypt passwords, tokens, and what a listener's certificate is made of."""

from __future__ import annotations

import asyncio
import base64
import shutil
from pathlib import Path

import bcrypt
import pytest
from authority import Authority
from pydantic import ValidationError

from inventory.errors import ConfigError
from inventory.web import Certificate, Doorman, TlsServerSettings, WebSettings

CHEAP = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
AS_HTPASSWD = CHEAP.replace("$2b$", "$2y$")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def ask(doorman: Doorman, *headers: str) -> list[bool | None]:
    async def all_of_them() -> list[bool | None]:
        return [await doorman.admits(header) for header in headers]

    return asyncio.run(all_of_them())


@pytest.fixture
def doorman(tmp_path: Path) -> Doorman:
    (tmp_path / "token").write_text("long-and-secret\n", encoding="utf-8")
    return Doorman(
        WebSettings(
            basic_auth_users={"prometheus": AS_HTPASSWD}, bearer_tokens=(f"file:{tmp_path / 'token'}",)
        )
    )


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (basic("prometheus", "secret"), True),
        (basic("prometheus", "secret").replace("Basic", "basic"), True),
        (basic("prometheus", "Secret"), False),
        (basic("prometheus", ""), False),
        (basic("nobody", "secret"), False),
        (basic("", ""), False),
        (basic("prometheus", "s" * 73), False),
        ("Basic not-base64!", False),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), False),
        ("Bearer long-and-secret", True),
        ("bearer  long-and-secret ", True),
        ("Bearer long-and-secre", False),
        ("Bearer", False),
        ("Bearer 密码", False),
        ("", False),
        ("Digest username=prometheus", False),
    ],
)
def test_only_who_knows_a_password_or_a_token_comes_in(doorman: Doorman, header: str, good: bool) -> None:
    assert ask(doorman, header, header) == [good, good]  # the second is from memory


def test_without_users_and_tokens_everybody_may_read() -> None:
    doorman = Doorman(WebSettings())

    assert doorman.is_open
    assert ask(doorman, "", basic("a", "b")) == [True, True]


def test_a_right_password_is_looked_at_once_and_a_wrong_one_too(
    doorman: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    real = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", lambda given, kept: looked.append(given) or real(given, kept))

    right, wrong = basic("prometheus", "secret"), basic("prometheus", "guess")
    assert ask(doorman, right, wrong, right, wrong) == [True, False, True, False]

    assert looked == [b"secret", b"guess"]


def test_a_crowd_of_guesses_is_turned_away_and_does_not_push_out_who_is_known(doorman: Doorman) -> None:
    right = basic("prometheus", "secret")

    async def crowd() -> list[bool | None]:
        assert await doorman.admits(right)
        return list(await asyncio.gather(*(doorman.admits(basic("prometheus", f"{n}")) for n in range(300))))

    found = asyncio.run(crowd())
    one_by_one = ask(doorman, *(basic("prometheus", f"again{n}") for n in range(300)))

    assert found.count(None) >= 290
    assert found.count(True) == one_by_one.count(True) == 0
    assert ask(doorman, right) == [True]
    assert len(doorman._known) <= 257


@pytest.mark.parametrize(
    ("users", "why"),
    [
        ({"a": "secret"}, "htpasswd -nBC 10 a"),
        ({"a": "$2y$10$short"}, "must be a bcrypt string"),
        ({"a": AS_HTPASSWD.replace("$04$", "$20$")}, "at most 14"),
    ],
)
def test_what_is_no_bcrypt_string_is_refused_without_repeating_it(users: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("$", r"\$")) as caught:
        WebSettings(basic_auth_users=users)

    assert "secret" not in str([fault["msg"] for fault in caught.value.errors()])


def test_an_empty_token_would_let_everybody_in_and_is_refused() -> None:
    with pytest.raises(ConfigError, match="token is empty"):
        Doorman(WebSettings(bearer_tokens=("plain:",)))


def test_a_ca_of_clients_without_a_rule_for_them_is_refused(tmp_path: Path) -> None:
    files = {"cert_file": tmp_path / "c", "key_file": tmp_path / "k"}
    with pytest.raises(ValidationError, match="belong together"):
        TlsServerSettings(**files, client_ca_file=tmp_path / "ca")
    with pytest.raises(ValidationError, match="belong together"):
        TlsServerSettings(**files, client_auth_type="RequireAndVerifyClientCert")


def test_a_missing_certificate_and_a_key_that_does_not_fit_are_named(tmp_path: Path) -> None:
    county = Authority(tmp_path, "county")
    one, two = county.certificate("one"), county.certificate("two")

    with pytest.raises(ConfigError, match=r"gone\.pem"):
        Certificate(TlsServerSettings(cert_file=tmp_path / "gone.pem", key_file=one[1]))
    with pytest.raises(ConfigError, match=r"county-two\.key"):
        Certificate(TlsServerSettings(cert_file=one[0], key_file=two[1]))


def test_a_renewed_certificate_is_read_and_a_broken_one_leaves_the_old(tmp_path: Path) -> None:
    county = Authority(tmp_path, "county")
    cert, key = county.certificate("collector")
    certificate = Certificate(TlsServerSettings(cert_file=cert, key_file=key))
    assert not certificate.renew()

    new_cert, new_key = county.certificate("renewed")
    shutil.copy(new_cert, cert)
    assert not certificate.renew(), "the key does not fit yet"
    shutil.copy(new_key, key)
    assert certificate.renew()
    cert.unlink()
    assert not certificate.renew()
