"""What Alertmanager says, in the form that each chat's robot takes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from exporters.robots import MOST_BYTES, ROBOTS, Message, RobotName, fault_of, request_of, text_of
from inventory.errors import ConfigError
from wanzhao.notify import BODY_LIMIT, Notifier, NotifySettings, RobotSettings

NOW = 1_763_805_600
ZONE = "Asia/Shanghai"


def alert(status: str, summary: str, severity: str = "critical") -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": "WanzhaoUplinkRegressed", "severity": severity, "school": "2133000001"},
        "annotations": {"summary": summary, "runbook_url": "https://docs.example.org/runbooks/x.md"},
        "startsAt": "2025-11-22T10:00:00.123Z",
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2025-11-22T10:30:00Z",
        "fingerprint": "abc",
    }


def posted(*alerts: dict[str, Any], status: str = "firing", **more: Any) -> bytes:
    """As Alertmanager 0.25 posts it, with what we do not read."""
    body = {
        "version": "4",
        "groupKey": "{}",
        "receiver": "on-call",
        "status": status,
        "alerts": list(alerts),
        "groupLabels": {"school": "2133000001"},
        "commonLabels": {"school": "2133000001"},
        "commonAnnotations": {},
        "externalURL": "http://am",
        **more,
    }
    return json.dumps(body).encode()


def message(*alerts: dict[str, Any], **more: Any) -> Message:
    return msgspec.json.decode(posted(*alerts, **more), type=Message)


def test_a_message_says_what_where_since_when_and_what_to_do() -> None:
    text = text_of(
        message(
            alert("resolved", "旧的"), alert("firing", "上联降速"), alert("firing", "AP 少了", "warning")
        ),
        ZONE,
        4096,
    )

    assert text.splitlines() == [
        "【告警】学校 2133000001 2 条",
        "● 紧急:上联降速",
        "  起于 2025-11-22 18:00",
        "  处置:https://docs.example.org/runbooks/x.md",
        "● 注意:AP 少了",
        "  起于 2025-11-22 18:00",
        "  处置:https://docs.example.org/runbooks/x.md",
        "○ 已恢复:旧的",
        "  2025-11-22 18:00 至 2025-11-22 18:30",
    ]


def test_an_end_says_that_all_is_mended() -> None:
    text = text_of(message(alert("resolved", "上联"), status="resolved"), ZONE, 4096)

    assert text.startswith("【恢复】学校 2133000001 全部恢复\n○ 已恢复:上联")


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_hundred_alerts_are_cut_to_what_the_robot_takes(robot: RobotName) -> None:
    many = [alert("firing", f"第 {n} 条 " + "长" * 100) for n in range(100)]

    _url, body = request_of(robot, "https://r", "", message(*many, truncatedAlerts=5), now=NOW, timezone=ZONE)
    text = body["text"]["content"] if "text" in body else body["content"]["text"]

    assert len(text.encode()) <= MOST_BYTES[robot]
    assert text.startswith("【告警】学校 2133000001 105 条")
    assert "条见 Alertmanager" in text.splitlines()[-1]


def test_dingtalk_signs_in_the_address() -> None:
    url, body = request_of(
        "dingtalk",
        "https://d/send?access_token=t",
        "SEC1",
        message(alert("firing", "x")),
        now=NOW,
        timezone=ZONE,
    )
    query = parse_qs(urlsplit(url).query)

    assert query["access_token"] == ["t"]
    assert query["timestamp"] == [f"{NOW}000"]
    expected = hmac.new(b"SEC1", f"{NOW}000\nSEC1".encode(), hashlib.sha256).digest()
    assert base64.b64decode(query["sign"][0]) == expected
    assert body["msgtype"] == "text"


def test_feishu_signs_in_the_body() -> None:
    url, body = request_of(
        "feishu", "https://f", "SEC2", message(alert("firing", "x")), now=NOW, timezone=ZONE
    )

    assert url == "https://f"
    assert body["timestamp"] == str(NOW)
    expected = hmac.new(f"{NOW}\nSEC2".encode(), b"", hashlib.sha256).digest()
    assert base64.b64decode(body["sign"]) == expected
    assert body["msg_type"] == "text"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"errcode": 0, "errmsg": "ok"}, ""),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, "93000 invalid webhook url"),
        ({"code": 0, "msg": "success"}, ""),
        ({"code": 19021, "msg": "sign match fail"}, "19021 sign match fail"),
        ({"StatusCode": 0}, ""),
        ({}, ""),
    ],
)
def test_a_robot_that_says_no_is_heard(answer: dict[str, Any], fault: str) -> None:
    assert fault_of(answer) == fault


class Chat:
    """A robot that answers as it is told, in memory."""

    def __init__(self, status: int = 200, body: object = None, broken: bool = False) -> None:
        self.status, self.body, self.broken = status, body if body is not None else {"errcode": 0}, broken
        self.heard: list[tuple[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.broken:
            raise httpx.ConnectError("no route to https://r/?key=SECRET")
        self.heard.append((str(request.url), json.loads(request.content)))
        return httpx.Response(self.status, json=self.body)


def notify(chat: Chat, body: bytes, path: str = "/wecom", method: str = "POST") -> httpx.Response:
    settings = NotifySettings(wecom=RobotSettings(url="plain:https://r/?key=SECRET"))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.MockTransport(chat)) as outside:
            app = Notifier(settings, outside, clock=lambda: float(NOW))
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://notify") as client:
                return await client.request(method, path, content=body)

    return asyncio.run(ask())


def test_a_message_reaches_the_robot() -> None:
    chat = Chat()

    assert notify(chat, posted(alert("firing", "上联降速"))).status_code == 200

    ((url, body),) = chat.heard
    assert url == "https://r/?key=SECRET"
    assert "上联降速" in body["text"]["content"]


@pytest.mark.parametrize(
    ("chat", "why"),
    [
        (Chat(body={"errcode": 93000, "errmsg": "invalid"}), "93000 invalid"),
        (Chat(status=500, body={}), "HTTP 500"),
        (Chat(broken=True), "ConnectError"),
    ],
)
def test_what_the_robot_does_not_take_comes_again_and_its_key_is_not_told(
    chat: Chat, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = notify(chat, posted(alert("firing", "x")))

    assert answer.status_code == 502  # Alertmanager sends it again
    assert why in answer.text
    assert "SECRET" not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("body", "path", "method", "status"),
    [
        (b"{", "/wecom", "POST", 400),
        (b"[" * 100_000, "/wecom", "POST", 400),
        (b'{"status": 1}', "/wecom", "POST", 400),
        (b" " * (BODY_LIMIT + 1), "/wecom", "POST", 413),
        (b"", "/feishu", "POST", 404),
        (b"", "/wecom", "GET", 405),
        (b"", "/-/healthy", "GET", 200),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, path: str, method: str, status: int) -> None:
    chat = Chat()

    assert notify(chat, body, path, method).status_code == status
    assert chat.heard == []


def test_without_a_robot_there_is_nothing_to_do() -> None:
    with pytest.raises(ConfigError, match="robot"):
        Notifier(NotifySettings(), httpx.AsyncClient())
    with pytest.raises(ConfigError, match=r"notify\.wecom\.url"):
        Notifier(NotifySettings(wecom=RobotSettings(url="plain:r.example.org")), httpx.AsyncClient())
