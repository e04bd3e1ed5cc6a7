"""What an agent does with codes and tokens, against a server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from agent.config import CollectorSettings
from agent.enrol import enrol, replace_token, rotate, rotate_file, write_token
from inventory.errors import ConfigError, Refused, Unreachable
from wanzhao.cli import main

OLD, NEW = (f"wz_{prefix * 6}_{'canary' * 7}{prefix}" for prefix in ("0a", "0b"))


class _Collector(HTTPServer):
    """Answers every request with one status and body, and keeps what was asked."""

    status, body, asked = 200, b"", [("", "", b"")]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.asked.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the tests' output stays clean."""


@pytest.fixture
def collector() -> Iterator[_Collector]:
    server = _Collector(("127.0.0.1", 0), _Handler)
    server.asked = []
    server.body = json.dumps({"campus": "c-01", "token": NEW, "later": "unknown"}).encode()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(server: _Collector) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def settings(server: _Collector, token: str) -> CollectorSettings:
    return CollectorSettings(url=url(server), token=token)


def test_a_code_becomes_a_token(collector: _Collector) -> None:
    assert enrol(url(collector) + "/", "AAAA-BBBB-CCCC") == ("c-01", NEW)
    assert collector.asked == [("/v1/enrol", "", b'{"code":"AAAA-BBBB-CCCC"}')]


def test_a_wrong_code_is_refused_with_what_to_do(collector: _Collector) -> None:
    collector.status, collector.body = 403, b'{"error": "wrong"}'

    with pytest.raises(Refused, match=r"wrong.*wanzhao collector enrol"):
        enrol(url(collector), "AAAA-BBBB-CCCC")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_collector_is_asked_again_later(collector: _Collector, status: int) -> None:
    collector.status = status

    with pytest.raises(Unreachable, match="later"):
        enrol(url(collector), "AAAA-BBBB-CCCC")


@pytest.mark.parametrize(
    "body", [b"<html>log in</html>", b"{}", b'{"campus": "c", "token": "x y"}', b'{"campus": 1, "token": 2}']
)
def test_an_answer_without_a_token_is_no_collectors(collector: _Collector, body: bytes) -> None:
    collector.body = body

    with pytest.raises(Unreachable, match="not a collector's"):
        enrol(url(collector), "AAAA-BBBB-CCCC")


def test_a_token_is_changed_with_the_old_one(collector: _Collector) -> None:
    assert rotate(settings(collector, f"plain:{OLD}")) == ("c-01", NEW)
    assert collector.asked[0][:2] == ("/v1/rotate", f"Bearer {OLD}")


def test_the_file_holds_the_new_token_and_only_its_owner_reads_it(
    collector: _Collector, tmp_path: Path
) -> None:
    write_token(tmp_path / "token", OLD)

    campus = rotate_file(settings(collector, f"file:{tmp_path}/token"))

    assert campus == "c-01"
    assert (tmp_path / "token").read_text() == NEW + "\n"
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["token"]


def test_the_command_changes_the_token_that_the_configuration_names(
    collector: _Collector, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_token(tmp_path / "token", OLD)
    config = tmp_path / "agent.toml"
    config.write_text(
        f'''[agent]
campus = "c-01"
state_dir = "{tmp_path}"
[agent.collector]
url = "{url(collector)}"
token = "file:{tmp_path}/token"
[[agent.device]]
id = "gw"
address = "192.0.2.1"
role = "gateway"
community = "plain:canary"
''',
        encoding="utf-8",
    )

    assert main(["agent", "rotate", "--config", str(config)]) == 0

    assert (tmp_path / "token").read_text() == NEW + "\n"
    said = capsys.readouterr().out
    assert "c-01" in said
    assert NEW not in said


def test_a_refused_change_leaves_the_old_token_and_shows_none(collector: _Collector, tmp_path: Path) -> None:
    write_token(tmp_path / "token", OLD)
    collector.status, collector.body = 401, b'{"error": "revoked"}'

    with pytest.raises(Refused) as error:
        rotate_file(settings(collector, f"file:{tmp_path}/token"))

    assert (tmp_path / "token").read_text() == OLD + "\n"
    assert OLD not in f"{error.value!r}{error.value}"


def test_a_token_that_is_in_no_file_is_not_changed(collector: _Collector) -> None:
    with pytest.raises(ConfigError, match="file:PATH"):
        rotate_file(settings(collector, f"plain:{OLD}"))

    assert collector.asked == []


def test_a_token_is_never_written_over_another(tmp_path: Path) -> None:
    write_token(tmp_path / "token", OLD)

    with pytest.raises(ConfigError, match="exists"):
        write_token(tmp_path / "token", NEW)


def test_a_token_file_that_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        replace_token(tmp_path / "missing" / "token", NEW)
