"""Where the exporters are plugged into the agent: what it knows becomes pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.process_collector import ProcessCollector

from agent.page import TEXT, Answer, Pages, as_json
from exporters.agent_page import agent_page, device_page, targets
from inventory.agent_now import AgentNow

_LANDING = (
    b'<!doctype html><meta charset="utf-8"><title>wanzhao agent</title><h1>wanzhao agent</h1>'
    b'<ul><li><a href="/metrics">/metrics</a></li><li><a href="/sd">/sd</a></li></ul>'
)


def pages_of(now_of: Callable[[], AgentNow], address: Callable[[], str]) -> Pages:
    """The pages of one agent: ``/metrics`` of itself, ``/probe?target=DEVICE``, ``/sd``."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    def pages(path: str, target: str) -> Answer:
        match path:
            case "/metrics":
                return Answer(200, agent_page(now_of(), time.time()) + generate_latest(registry), TEXT)
            case "/probe":
                page = device_page(now_of(), target, time.time())
                if page is None:
                    return Answer(404 if target else 400, b"no such device; see /sd\n")
                return Answer(200, page, TEXT)
            case "/sd":
                return as_json(targets(now_of(), address()))
            case "/-/healthy":
                return Answer(200, b"ok\n")
            case "/":
                return Answer(200, _LANDING, "text/html; charset=utf-8")
        return Answer(404, b"there is /metrics, /probe?target=DEVICE and /sd\n")

    return pages
