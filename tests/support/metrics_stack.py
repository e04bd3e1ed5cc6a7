"""Prometheus, Alertmanager and VictoriaMetrics as real processes on loopback, with the files of deploy/."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from line import until

from wanzhao.demo.processes import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
VICTORIA = shutil.which("victoria-metrics")
HASTE = {
    # A test does not wait as people do.
    "scrape_interval: 60s": "scrape_interval: 1s\n  scrape_timeout: 1s",
    "evaluation_interval: 30s": "evaluation_interval: 1s",
    "keep_firing_for: 5m": "keep_firing_for: 1s",
    "group_wait: 1m": "group_wait: 1s",
    "group_wait: 30s": "group_wait: 1s",
    "group_interval: 5m": "group_interval: 1s",
}


def shipped(name: str, changes: Mapping[str, str]) -> str:
    """A file of deploy/ with these replacements; each has to be there."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{name}: {old}"
        text = text.replace(old, new)
    return text


def hurried(name: str, changes: Mapping[str, str]) -> str:
    """The same, and its waits made short."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return shipped(name, dict(changes) | {old: new for old, new in HASTE.items() if old in text})


@contextlib.contextmanager
def running(folder: Path, name: str, url: str, *command: str) -> Iterator[str]:
    """A process that is ended, and its URL once it answers."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or httpx.get(url).status_code < 500, f"{name} answers")
        assert process.poll() is None, (folder / f"{name}.log").read_text(encoding="utf-8")[-2000:]
        yield url.rsplit("/-/", 1)[0]
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def prometheus(folder: Path, config: str) -> Iterator[str]:
    """With the shipped rules beside its configuration."""
    (folder / "rules").mkdir(parents=True)
    for path in (DEPLOY / "prometheus" / "rules").glob("*.yml"):
        text = hurried(f"prometheus/rules/{path.name}", {})
        (folder / "rules" / path.name).write_text(text, encoding="utf-8")
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    with running(
        folder,
        "prometheus",
        f"http://{address}/-/ready",
        "prometheus",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address={address}",
    ) as url:
        yield url


@contextlib.contextmanager
def alertmanager(folder: Path, robot: str, port: int) -> Iterator[str]:
    """With the shipped routes and templates; what goes to people goes to ``robot``."""
    assert ALERTMANAGER
    folder.mkdir(parents=True)
    shutil.copytree(DEPLOY / "alertmanager" / "templates", folder / "templates")
    text = hurried("alertmanager/alertmanager.yml", {"http://127.0.0.1:8490": robot})
    (folder / "alertmanager.yml").write_text(text, encoding="utf-8")
    with running(
        folder,
        "alertmanager",
        f"http://127.0.0.1:{port}/-/ready",
        ALERTMANAGER,
        "--config.file=alertmanager.yml",
        "--storage.path=data",
        "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ) as url:
        yield url


@contextlib.contextmanager
def victoria_metrics(folder: Path) -> Iterator[str]:
    """Empty, on a free port; takes remote_write and answers PromQL."""
    assert VICTORIA
    folder.mkdir(parents=True)
    address = f"127.0.0.1:{free_port()}"
    with running(
        folder,
        "victoria-metrics",
        f"http://{address}/-/healthy",
        VICTORIA,
        "-storageDataPath=data",
        f"-httpListenAddr={address}",
        "-search.latencyOffset=0s",
    ) as url:
        yield url


def query(url: str, expression: str) -> list[dict[str, Any]]:
    """The vector that an expression gives now; empty while there is none."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}, timeout=30)
    return list(answer.json()["data"]["result"]) if answer.status_code == 200 else []


class Robot:
    """A webhook that keeps what was posted to it, by path."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any]]] = []
        kept = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.append((self.path, json.loads(body)))
                answer = b'{"errcode": 0, "code": 0}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
