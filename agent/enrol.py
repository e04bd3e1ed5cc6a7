"""A one-time code becomes a token, and an old token a new one."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import httpx
import msgspec

from agent.config import CollectorSettings
from agent.uplink_http import detail, no_answer, token_of, trust_of
from inventory.errors import ConfigError, Refused, Unreachable
from inventory.words import _

_TOKEN = re.compile(r"wz_[0-9a-f]{12}_[A-Za-z0-9_-]{20,100}")
_TIMEOUT_S = 30.0


class _Given(msgspec.Struct):
    """The answer of the collector. Its repr would show the token: it goes nowhere."""

    campus: str
    token: str


def enrol(
    url: str,
    code: str,
    *,
    ca_file: Path | None = None,
    cert_file: Path | None = None,
    key_file: Path | None = None,
) -> tuple[str, str]:
    """(campus, token) for a code; raises Refused for a wrong, used or expired code, Unreachable otherwise."""
    with httpx.Client(verify=trust_of(ca_file, cert_file, key_file), trust_env=False) as client:
        return _asked(
            client,
            f"{url.rstrip('/')}/v1/enrol",
            {"code": code},
            {},
            _("ask the county for a new code: wanzhao collector enrol CAMPUS"),
        )


def rotate(settings: CollectorSettings) -> tuple[str, str]:
    """(campus, new token) for the token of this agent, which stays valid until the next change but one."""
    trust = trust_of(settings.ca_file, settings.cert_file, settings.key_file)
    headers = {"Authorization": f"Bearer {token_of(settings.token)}"}
    with httpx.Client(verify=trust, trust_env=False) as client:
        return _asked(
            client,
            f"{settings.url}/v1/rotate",
            {},
            headers,
            _("the token is no longer valid: ask the county for a code and enrol anew"),
        )


def rotate_file(settings: CollectorSettings) -> str:
    """Change the token in the file that the settings name, and give back the campus.

    The old token stays good: if this machine dies between the answer and the disk, nothing is lost. A running
    agent reads the file anew for its next batch.
    """
    kind, _colon, path = settings.token.partition(":")
    if kind != "file":
        raise ConfigError(
            _("only a token in a file can be changed"),
            where="agent.collector.token",
            do=_("give it as file:PATH"),
        )
    campus, token = rotate(settings)
    replace_token(Path(path).expanduser(), token)
    return campus


def write_token(path: Path, token: str) -> None:
    """Write a token readable by its owner only; never over an existing file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, token)
    except FileExistsError as error:
        raise ConfigError(
            _("the token file exists already"), where=str(path), do=_("move it away or name another file")
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def replace_token(path: Path, token: str) -> None:
    """Put a token in the place of another, at once: a reader sees the old one or the new one, never half."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        owner = path.stat()
        _write_new(beside, token)
        # Run by root, the file stays the agent's.
        if os.geteuid() == 0:
            os.chown(beside, owner.st_uid, owner.st_gid)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _write_new(path: Path, token: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(descriptor)


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        _("the token file cannot be written: %(why)s") % {"why": error.strerror},
        where=str(path),
        do=_("choose a folder that this user may write"),
    )


def _asked(
    client: httpx.Client, url: str, question: dict[str, str], headers: dict[str, str], advice: str
) -> tuple[str, str]:
    try:
        answer = client.post(url, json=question, headers=headers, timeout=_TIMEOUT_S, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise no_answer(error, url) from error
    said = detail(answer.content)
    where = f"{url} HTTP {answer.status_code}"
    if answer.status_code in (429, 500, 502, 503, 504):
        raise Unreachable(said or _("the collector cannot take it now"), where=where, do=_("try again later"))
    if answer.status_code != 200:
        raise Refused(
            said or _("the collector refused it"), where=where, do=advice, status=answer.status_code
        )
    return _given(answer.content, url)


def _given(body: bytes, url: str) -> tuple[str, str]:
    try:
        given = msgspec.json.decode(body, type=_Given)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        given = _Given("", "")
    if not _TOKEN.fullmatch(given.token):
        # The answer itself is not repeated: it may hold a token.
        raise Unreachable(
            _("the answer is not a collector's"),
            where=url,
            do=_("check the address and any proxy or login page on the way"),
        )
    return given.campus, given.token
