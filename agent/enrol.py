"""A one-time code becomes a token."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx

from agent.uplink import detail
from inventory.errors import ConfigError, Refused, Unreachable
from inventory.words import _


def enrol(url: str, code: str, *, ca_file: Path | None = None) -> tuple[str, str]:
    """(campus, token) for a code; raises Refused for a wrong, used or expired code, Unreachable otherwise."""
    trust: ssl.SSLContext | bool = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True
    try:
        answer = httpx.post(f"{url.rstrip('/')}/v1/enrol", json={"code": code}, verify=trust, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(
            _("no answer from the collector: %(why)s") % {"why": error},
            where=url,
            do=_("check the address and that the collector runs"),
        ) from error
    if answer.status_code != 200:
        raise Refused(
            detail(answer) or _("the collector refused the code"),
            where=url,
            do=_("ask the county for a new code: wanzhao collector enrol CAMPUS"),
            status=answer.status_code,
        )
    body = answer.json()
    return str(body["campus"]), str(body["token"])


def write_token(path: Path, token: str) -> None:
    """Write a token readable by its owner only; never over an existing file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(
            _("the token file exists already"), where=str(path), do=_("move it away or name another file")
        ) from error
    except OSError as error:
        raise ConfigError(
            _("the token file cannot be written: %(why)s") % {"why": error.strerror},
            where=str(path),
            do=_("choose a folder that this user may write"),
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
