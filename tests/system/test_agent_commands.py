"""The agent's commands as a person types them, against simulated devices on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices import answering
from line import wanzhao

from agent.snmp.replay import load_recording
from wanzhao.demo.devices import Box, SimDevice, view_of

LAN = (("Vlanif1", "10.1.0.1/24"), ("Vlanif1", "2001:db8:1::1/64"))
GATEWAY = Box(model="s5735", number=1, name="school-gw", location="机房", vlans=(1,), addresses=LAN)


PROBE = """[[agent.probes.tcp]]
name = "nobody"
host = "127.0.0.1"
port = 1
"""


def configured(folder: Path, tables: str = "", **device: str | int) -> Path:
    """A configuration with one device, and further tables."""
    values = {"id": "gw", "address": "127.0.0.1", "role": "gateway", "community": "plain:public", **device}
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path = folder / "agent.toml"
    path.write_text(
        f"""[agent]
campus = "c1"
state_dir = "{folder}"
collector = {{ url = "http://127.0.0.1:1", token = "plain:t" }}
{tables}[[agent.device]]
"""
        + "\n".join(lines),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answering([SimDevice(campus="c", id="gw", view=view_of(GATEWAY))]) as ports:
        yield ports["gw"]


def test_a_card_names_what_is_proved_and_what_is_not(port: int) -> None:
    done = wanzhao("agent", "card", f"127.0.0.1:{port}", env={"WANZHAO_LANG": "en"})

    assert done.returncode == 0, done.stderr
    lines = {line[:6].strip(): line for line in done.stdout.splitlines() if line.startswith("F")}
    assert "proved" in lines["F03"]
    assert "cannot tell" in lines["F20"]


def test_a_device_is_recorded_and_read_again_from_the_file(port: int, tmp_path: Path) -> None:
    out = tmp_path / "gw.snmprec"

    done = wanzhao("agent", "record", f"127.0.0.1:{port}", "--out", str(out))
    again = wanzhao("agent", "poll", "gw", "--recording", str(out), "--json")

    assert done.returncode == 0, done.stderr
    assert len(load_recording(out).objects) == int(re.search(r"\d+", done.stdout)[0])  # type: ignore[index]
    assert json.loads(again.stdout)["system"]["sys_name"] == "school-gw"


def test_a_recording_that_is_none_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.snmprec"
    path.write_text("1.3.6.1.2.1.1.1.0|4|Linux\nnonsense\n", encoding="utf-8")

    done = wanzhao("agent", "poll", "gw", "--recording", str(path))

    assert done.returncode == 2
    assert f"{path}:2" in done.stderr


def test_a_recording_into_a_folder_is_refused(port: int, tmp_path: Path) -> None:
    done = wanzhao("agent", "record", f"127.0.0.1:{port}", "--out", str(tmp_path))

    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


def test_an_snmpv3_password_is_never_given_on_the_command_line(port: int) -> None:
    done = wanzhao(
        "agent", "poll", f"127.0.0.1:{port}", "--user", "u", "--auth", "SHA256", "--auth-key", "topsecret"
    )

    assert done.returncode == 2
    assert "topsecret" not in done.stdout + done.stderr


def test_an_unknown_engine_is_refused_with_the_known_ones(port: int) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{port}", "--engine", "fastest")

    assert done.returncode == 2
    assert "gufo" in done.stderr


@pytest.mark.parametrize("engine", ["native", "gufo", "pysnmp"])
def test_every_engine_reads_the_device(port: int, engine: str) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{port}", "--engine", engine, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["system"]["sys_name"] == "school-gw"


def test_a_device_is_discovered_in_a_declared_range_and_nothing_is_added(port: int, tmp_path: Path) -> None:
    arguments = ("agent", "discover", "127.0.0.1/32", "--loopback", "--campus", "c1")
    config = configured(tmp_path, id="other", address="127.0.0.9", port=port)

    table = wanzhao(*arguments, "--config", str(config), env={"WANZHAO_LANG": "en"})
    section = wanzhao(*arguments, "--config", str(config), "--as", "agent")

    assert table.returncode == 0, table.stderr
    assert re.search(r"127\.0\.0\.1 +new", table.stdout)
    assert "not found: other at 127.0.0.9" in table.stdout
    assert 'community = "plain:public"' in section.stdout
    assert config.read_text(encoding="utf-8").count("[[agent.device]]") == 1


def test_the_whole_internet_is_no_range() -> None:
    done = wanzhao("agent", "discover", "0.0.0.0/0")

    assert done.returncode == 2
    assert "0.0.0.0/0" in done.stderr


def test_a_probe_without_a_configuration_says_what_to_add(tmp_path: Path) -> None:
    config = configured(tmp_path)

    done = wanzhao("agent", "probe", "--config", str(config))

    assert done.returncode == 2
    assert "[agent.probes]" in done.stderr


def test_tests_are_made_and_told(port: int, tmp_path: Path) -> None:
    config = configured(tmp_path, tables=PROBE)

    done = wanzhao("agent", "probe", "--config", str(config), "--kind", "tcp", "--json")

    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)
    assert (result["ok"], result["reason"], result["family"]) == (False, "refused", "ipv4")


def test_a_reading_for_people_says_what_is_proved_and_what_the_device_does_not_offer(port: int) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{port}", env={"WANZHAO_LANG": "en"})

    assert done.returncode == 0, done.stderr
    assert re.search(r"addresses configured +yes +1 addresses +ipAddressTable", done.stdout)
    assert re.search(r"share of all bytes +unknown", done.stdout)
    assert re.search(r"not offered by this device: .*ipIfStatsTable", done.stdout)
