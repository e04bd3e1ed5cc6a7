"""The way from Alertmanager to chat robots: takes its webhook on loopback, posts in the robot's own form.

It keeps nothing. What a robot does not take is answered with 502, and Alertmanager sends it again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import httpx
import msgspec
from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from exporters.robots import ROBOTS, Message, RobotName, fault_of, request_of
from inventory.config import ProgramSettings, SecretRef, Section, reveal
from inventory.errors import ConfigError
from inventory.log import get_logger
from inventory.web import host_and_port
from inventory.words import _

log = get_logger(__name__)

BODY_LIMIT = 2**20
_NO_SECRET = "plain:"  # noqa: S105 - the opposite of one

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class RobotSettings(Section):
    """A robot's address (it holds the key, so it is a secret) and the secret of its signature."""

    url: SecretRef
    secret: SecretRef = _NO_SECRET


class NotifySettings(ProgramSettings):
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="WANZHAO_NOTIFY__", env_nested_delimiter="__"
    )

    listen: str = "127.0.0.1:8490"
    timezone: str = "Asia/Shanghai"
    timeout_s: float = Field(default=10.0, gt=0, le=60)
    wecom: RobotSettings | None = None
    dingtalk: RobotSettings | None = None
    feishu: RobotSettings | None = None

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        return host_and_port(listen)


class Notifier:
    """An ASGI application: POST /wecom, /dingtalk, /feishu."""

    def __init__(
        self, settings: NotifySettings, client: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        """ConfigError where no robot is configured, or an address cannot be read."""
        chosen = {name: cast("RobotSettings | None", getattr(settings, name)) for name in ROBOTS}
        self._robots: dict[str, tuple[RobotName, str, str]] = {
            f"/{name}": (name, reveal(robot.url), reveal(robot.secret))
            for name, robot in chosen.items()
            if robot is not None
        }
        if not self._robots:
            raise ConfigError(
                _("no robot is configured"), where="notify", do=_("fill in [notify]; see config.example.toml")
            )
        for path, (_name, url, _secret) in self._robots.items():
            if not url.startswith(("https://", "http://")):
                raise ConfigError(_("must begin with https://"), where=f"notify.{path[1:]}.url")
        self._settings, self._client, self._clock = settings, client, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, text = await self._answer(scope, receive)
        body = f"{text}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        if scope["path"] == "/-/healthy":
            return 200, "ok"
        robot = self._robots.get(scope["path"])
        if robot is None:
            return 404, _("there is no such robot; there are: %(names)s") % {"names": ", ".join(self._robots)}
        if scope["method"] != "POST":
            return 405, "POST"
        body = await _body(receive)
        if body is None:
            return 413, _("a message may have %(limit)d bytes") % {"limit": BODY_LIMIT}
        try:
            message = msgspec.json.decode(body, type=Message)
        except (msgspec.DecodeError, RecursionError) as error:
            return 400, _("this is no message of Alertmanager: %(why)s") % {"why": error}
        return await self._post(*robot, message)

    async def _post(self, name: RobotName, url: str, secret: str, message: Message) -> tuple[int, str]:
        where, body = request_of(
            name, url, secret, message, now=int(self._clock()), timezone=self._settings.timezone
        )
        try:
            answer = await self._client.post(where, json=body, timeout=self._settings.timeout_s)
            told = answer.json() if answer.content else {}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            fault = type(error).__name__  # its text may hold the address, and that the key
        else:
            fault = fault_of(told if isinstance(told, dict) else {})
            fault = fault if answer.is_success else f"HTTP {answer.status_code} {fault}".strip()
        if fault:
            log.warning("the robot %s did not take a message: %s", name, fault)
            return 502, _("the robot did not take it: %(why)s") % {"why": fault}
        log.info("told %s of %d alerts (%s)", name, len(message.alerts), message.status)
        return 200, "ok"


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    found = b""
    while True:
        event = await receive()
        found += bytes(event.get("body", b""))
        if len(found) > BODY_LIMIT:
            return None
        if not event.get("more_body"):
            return found
