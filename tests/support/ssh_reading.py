"""A switch with routes on the playing SSH server, and one reading of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import ssh_transcripts as said
from ssh_server import Script, Server, host_key

from agent.privacy import Stations
from agent.ssh.hostkeys import HostKey, KnownHosts
from agent.ssh.platform import Fact
from agent.ssh.session import SshPool, read_ssh
from agent.ssh.target import SshTarget
from agent.ssh.told import SshFacts

SECRET = "s3cret-Pass"
ROUTES = "display ipv6 routing-table"


def vrp(**changes: object) -> Script:
    """A switch that knows its routes."""
    plain: dict[str, object] = {
        "prompt": "<gate>",
        "banner": "\r\nInfo: The max number of VTY users is 5, now 1 user is on <console>\r\n",
        "answers": {ROUTES: said.VRP_ROUTES},
        "paging_off": ["screen-length 0 temporary"],
    }
    return Script(**{**plain, **changes})  # type: ignore[arg-type]


def target_of(server: Server, **changes: object) -> SshTarget:
    plain: dict[str, object] = {"platform": "vrp", "password": SECRET, "port": server.port, "timeout_s": 5.0}
    return SshTarget("127.0.0.1", "wanzhao", **{**plain, **changes})  # type: ignore[arg-type]


def known(server: Server) -> KnownHosts:
    key = host_key(server.script.key)
    return KnownHosts().trusting("127.0.0.1", server.port, HostKey(key.get_name(), key.asbytes()))


def read(
    server: Server,
    wants: Sequence[Fact] = ("routes",),
    *,
    hosts: KnownHosts | None = None,
    limit_s: float = 20.0,
    **changes: object,
) -> SshFacts:
    async def go() -> SshFacts:
        with SshPool() as pool:
            hosts_now = known(server) if hosts is None else hosts
            target = target_of(server, **changes)
            return await read_ssh(
                target, wants, known_hosts=hosts_now, pool=pool, limit_s=limit_s, stations=Stations(b"k" * 32)
            )

    return asyncio.run(go())
