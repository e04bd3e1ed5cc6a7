"""A device whose SNMP leaves something unsaid is visited over SSH; what it told stays until the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from devices import answering
from line import wanzhao
from ssh_server import Script, Server, playing

from agent.asking import Asking
from agent.config import AgentSettings
from agent.device import Job
from agent.privacy import Stations
from agent.rounds import Memory
from inventory.reading import Reading
from wanzhao.demo.devices import Box, SimDevice, view_of

# A switch whose SNMP tells no IPv6 routes; its command line does.
SWITCH = Box(
    model="s5720", number=3, name="core", location="", vlans=(1,), addresses=(("Vlanif1", "10.1.0.1/24"),)
)
ROUTES = """
Routing Table : Public
         Destinations : 1  Routes : 1

Destination  : ::                                      PrefixLength : 0
NextHop      : 2001:DB8:FFFF::1                        Preference   : 60
Cost         : 0                                       Protocol     : Static
RelayNextHop : ::                                      TunnelID     : 0x0
Interface    : Vlanif1                                 Flags        : D
"""
SCRIPT = Script(
    prompt="<core>",
    answers={"display ipv6 routing-table": ROUTES},
    unknown="Error: Unrecognized command found at '^' position.",
)
STATUS: frozenset[Job] = frozenset({"status"})
VISIT: frozenset[Job] = frozenset({"status", "topology"})


@pytest.fixture
def server() -> Iterator[Server]:
    with playing(SCRIPT) as made:
        yield made


def settings(folder: Path, snmp_port: int, server: Server, **ssh: Any) -> AgentSettings:
    login = {"username": "wanzhao", "password": "plain:s3cret-Pass", "port": server.port, "timeout_s": 5}
    device = {
        "id": "core",
        "role": "core",
        "address": "127.0.0.1",
        "port": snmp_port,
        "community": "plain:public",
        "ssh": {**login, **ssh},
    }
    return AgentSettings.model_validate(
        {
            "campus": "c1",
            "state_dir": folder,
            "collector": {"url": "http://127.0.0.1:1", "token": "plain:t"},
            "device": [device],
        }
    )


def polled(config: AgentSettings, *jobs: frozenset[Job]) -> list[Reading]:
    async def go() -> list[Reading]:
        asking = Asking(config, Memory(), Stations(bytes(32)))
        try:
            return [await asking.poll(config.device[0], one, 60) for one in jobs]
        finally:
            asking.close()

    return asyncio.run(go())


def trust(folder: Path, server: Server, fingerprint: str = "") -> Any:
    where, pinned = f"127.0.0.1:{server.port}", fingerprint or server.fingerprint
    return wanzhao(
        "agent", "ssh-trust", where, "--known-hosts", str(folder / "known_hosts"), "--fingerprint", pinned
    )


def test_what_snmp_cannot_tell_comes_from_the_command_line_and_stays(tmp_path: Path, server: Server) -> None:
    assert trust(tmp_path, server).returncode == 0
    with answering([SimDevice(campus="c1", id="core", view=view_of(SWITCH))]) as ports:
        config = settings(tmp_path, ports["core"], server)

        before, visited, after = polled(config, STATUS, VISIT, STATUS)

    assert before.ipv6_default_routes == []
    for reading in (visited, after):
        (route,) = reading.ipv6_default_routes
        assert (route.next_hop, route.source) == ("2001:db8:ffff::1", "ssh: display ipv6 routing-table")
        assert reading.tables["ipv6_default_routes"].status == "ok"
    assert server.logins == 1


def test_a_device_that_nobody_trusted_gets_no_password(tmp_path: Path, server: Server) -> None:
    with answering([SimDevice(campus="c1", id="core", view=view_of(SWITCH))]) as ports:
        (reading,) = polled(settings(tmp_path, ports["core"], server), VISIT)

    assert reading.outcome == "ok"
    assert reading.ipv6_default_routes == []
    assert server.passwords == []
    assert any(server.fingerprint in note for note in reading.notes)


def test_another_key_than_the_trusted_one_is_a_note_and_no_login(tmp_path: Path, server: Server) -> None:
    with playing(Script(prompt="<core>", key="rsa")) as other:
        (tmp_path / "known_hosts").write_text(
            f"[127.0.0.1]:{server.port} {_line_of(tmp_path, other)}\n", encoding="utf-8"
        )
    with answering([SimDevice(campus="c1", id="core", view=view_of(SWITCH))]) as ports:
        (reading,) = polled(settings(tmp_path, ports["core"], server), VISIT)

    assert server.passwords == []
    assert any("CHANGED" in note or "变了" in note for note in reading.notes)


def _line_of(folder: Path, server: Server) -> str:
    """The key of a server as a known_hosts file has it."""
    done = wanzhao(
        "agent", "ssh-trust", f"127.0.0.1:{server.port}", "--known-hosts", str(folder / "other"),
        "--fingerprint", server.fingerprint,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (folder / "other").read_text(encoding="utf-8").split(" ", 1)[1].strip()


def test_a_key_is_trusted_only_by_its_own_fingerprint(tmp_path: Path, server: Server) -> None:
    done = trust(tmp_path, server, "SHA256:" + "A" * 43)

    assert done.returncode != 0
    assert server.fingerprint in done.stderr
    assert not (tmp_path / "known_hosts").exists()


def test_trust_needs_a_person_or_a_fingerprint(tmp_path: Path, server: Server) -> None:
    path = tmp_path / "known_hosts"

    done = wanzhao("agent", "ssh-trust", f"127.0.0.1:{server.port}", "--known-hosts", str(path))

    assert done.returncode == 2
    assert server.fingerprint in done.stdout
    assert not path.exists()


def test_a_platform_that_does_not_exist_is_a_fault_of_the_configuration(
    tmp_path: Path, server: Server
) -> None:
    with pytest.raises(ValueError, match="vrp"):
        settings(tmp_path, 161, server, platform="vpr")
