"""An Alertmanager message in the form that a chat's robot takes: 企业微信 WeCom, 钉钉 DingTalk, 飞书 Feishu.

Robots take no form but their own, and Alertmanager sends none but its own (its webhook documentation). What a
message says is the same as in deploy/alertmanager/templates.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

RobotName = Literal["wecom", "dingtalk", "feishu"]

SEVERITIES = {"critical": "紧急", "warning": "注意"}
MOST_BYTES: Mapping[RobotName, int] = {"wecom": 2048, "dingtalk": 20_000, "feishu": 20_000}
"""What a robot takes of text, UTF-8."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Alert(msgspec.Struct, frozen=True, rename="camel"):
    """One alert of a message; times as Alertmanager writes them (RFC 3339)."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime = _NEVER
    ends_at: datetime = _NEVER


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """What Alertmanager posts to a webhook (version 4): one group of alerts."""

    status: str
    alerts: list[Alert]
    common_labels: dict[str, str] = {}
    truncated_alerts: int = 0


def title_of(message: Message) -> str:
    """One line: is it an alarm, of which school, how many."""
    firing = sum(alert.status == "firing" for alert in message.alerts) + message.truncated_alerts
    mark = "【告警】" if message.status == "firing" else "【恢复】"
    school = message.common_labels.get("school")
    where = f"学校 {school} " if school else ""
    return f"{mark}{where}{f'{firing} 条' if firing else '全部恢复'}"


def lines_of(message: Message, timezone: str) -> list[str]:
    """A paragraph for each alert, those that fire first."""
    zone = ZoneInfo(timezone)
    found = []
    for alert in sorted(message.alerts, key=lambda alert: alert.status != "firing"):
        summary = alert.annotations.get("summary") or alert.labels.get("alertname", "")
        began = _local(alert.starts_at, zone)
        if alert.status == "firing":
            severity = SEVERITIES.get(alert.labels.get("severity", ""), "提示")
            book = alert.annotations.get("runbook_url")
            found.append(f"● {severity}:{summary}\n  起于 {began}" + (f"\n  处置:{book}" if book else ""))
        else:
            found.append(f"○ 已恢复:{summary}\n  {began} 至 {_local(alert.ends_at, zone)}")
    if message.truncated_alerts:
        found.append(f"另有 {message.truncated_alerts} 条未列出")
    return found


def text_of(message: Message, timezone: str, most_bytes: int) -> str:
    """The whole message, cut to what a robot takes, with a word where something was cut."""
    room = most_bytes - 100
    lines = [title_of(message), *lines_of(message, timezone)]
    kept: list[str] = []
    size = 0
    for at, line in enumerate(lines):
        size += len(line.encode()) + 1
        if size > room and kept:
            return "\n".join([*kept, f"其余 {len(lines) - at} 条见 Alertmanager"])
        kept.append(line.encode()[:room].decode("utf-8", "ignore"))
    return "\n".join(kept)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at.year > 1 else "?"


Request = tuple[str, dict[str, Any]]
"""The robot's address, and the body to post there as JSON"""


def _wecom(url: str, _secret: str, _now: int, text: str) -> Request:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, secret: str, now: int, text: str) -> Request:
    if secret:
        stamp = str(now * 1000)
        sign = _signed(secret.encode(), f"{stamp}\n{secret}".encode())
        url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote(sign, safe='')}"
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url: str, secret: str, now: int, text: str) -> Request:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        body |= {"timestamp": str(now), "sign": _signed(f"{now}\n{secret}".encode(), b"")}
    return url, body


def _signed(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


_FORMS: Mapping[RobotName, Callable[[str, str, int, str], Request]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
}
ROBOTS: Sequence[RobotName] = tuple(_FORMS)


def request_of(
    robot: RobotName, url: str, secret: str, message: Message, *, now: int, timezone: str
) -> Request:
    """What to post where: ``secret`` is that of the robot's signature ("" without one), ``now`` seconds since
    1970."""
    return _FORMS[robot](url, secret, now, text_of(message, timezone, MOST_BYTES[robot]))


def fault_of(answer: Mapping[str, Any]) -> str:
    """Why a robot did not take a message, by its answer; "" where it did. WeCom and DingTalk say errcode,
    Feishu code or StatusCode."""
    for code, words in (("errcode", "errmsg"), ("code", "msg"), ("StatusCode", "StatusMessage")):
        if answer.get(code):
            return f"{answer[code]} {answer.get(words, '')}".strip()
    return ""
