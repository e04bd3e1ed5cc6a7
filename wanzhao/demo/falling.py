"""What falls while the demo runs: accepted by the real command, then slower, then an alarm that stays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from inventory.errors import WanzhaoError
from inventory.words import _
from wanzhao.demo.county import falls
from wanzhao.demo.devices import Ports, SimDevice
from wanzhao.demo.processes import Children

TARGET = "demo-access-10g"
WHO = "示例县教育局"
NOTE = "2026年度验收"


def as_accepted(devices: Iterable[SimDevice]) -> list[SimDevice]:
    """The devices as they were when they were accepted."""
    before = {fall.device: fall.before for fall in falls()}
    return [replace(device, view=before.get(device.id, device.view)) for device in devices]


async def accept_and_fall(
    client: httpx.AsyncClient,
    children: Children,
    stop: asyncio.Event,
    config: Path,
    devices: Mapping[str, SimDevice],
    ports: Ports,
    give_up_s: float,
) -> None:
    """Wait until what is to be accepted passes, accept it, let it fall, and wait until its alarms are on the
    scrape page."""
    for fall in falls():
        passing = (f'target="{TARGET}"', f'school="{fall.school}"', 'state="pass"')
        await _until(client, children, stop, "wanzhao_school_target_state", [passing], give_up_s)
        if stop.is_set():
            return
        words = ("accept", fall.school, TARGET, fall.item, "--by", WHO, "--note", NOTE)
        await children.output("baseline", *words, "--config", str(config))
        ports.change(devices[fall.device])
        alarms = [(f'school="{fall.school}"', f'item="{item}"') for item in (f"demo/{TARGET}", fall.item)]
        await _until(client, children, stop, "wanzhao_regression", alarms, give_up_s)


async def alarms_of(children: Children, config: Path) -> str:
    """What `wanzhao baseline alarms` prints."""
    return await children.output("baseline", "alarms", "--config", str(config), codes=(0, 1))


async def _until(
    client: httpx.AsyncClient,
    children: Children,
    stop: asyncio.Event,
    metric: str,
    wanted: Sequence[tuple[str, ...]],
    give_up_s: float,
) -> None:
    """Wait until the page has a sample of the metric with all of these labels, for each."""
    deadline = time.monotonic() + give_up_s
    while not stop.is_set():
        children.check()
        page = (await client.get("/probe")).text
        lines = [line for line in page.splitlines() if line.startswith(f"{metric}{{")]
        missing = [labels for labels in wanted if not any(all(x in line for x in labels) for line in lines)]
        if not missing:
            return
        if time.monotonic() > deadline:
            raise WanzhaoError(
                _("no verdict in %(seconds)d s for: %(schools)s")
                % {"seconds": give_up_s, "schools": ", ".join(" ".join(labels) for labels in missing)},
                do=_("is the machine very busy? try --wait with more seconds"),
            )
        await asyncio.sleep(0.5)
