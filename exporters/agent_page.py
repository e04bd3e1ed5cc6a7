"""The metrics pages of an agent: one of itself, one for each device, and where to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from exporters.agent_families import AGENT_FAMILIES
from exporters.device_hardware import HARDWARE_FAMILIES
from exporters.device_if import IF_FAMILIES
from exporters.device_network import NETWORK_FAMILIES
from exporters.exposition import CONTENT_TYPE, Family, Sample, render
from inventory.agent_now import AgentNow, DeviceNow

__all__ = ["AGENT_FAMILIES", "CONTENT_TYPE", "DEVICE_FAMILIES", "agent_page", "device_page", "targets"]

DEVICE_FAMILIES = IF_FAMILIES + HARDWARE_FAMILIES + NETWORK_FAMILIES


def device_page(agent: AgentNow, device: str, now: float) -> bytes | None:
    """Everything of one device in text format 0.0.4; what is not of now is left out, its age stays. None
    where there is no such device. ``now`` is seconds since 1970."""
    found = agent.devices.get(device)
    if found is None:
        return None
    reading = found.reading if agent.is_live(found, now) else None
    tables: list[tuple[Family, Iterator[Sample]]] = [
        (family, samples((agent, found, now))) for family, samples in _OF_DEVICE
    ]
    if reading is not None:
        tables += [(family, samples(reading)) for family, samples in DEVICE_FAMILIES]
    return render(tables)


def agent_page(agent: AgentNow, now: float) -> bytes:
    """The agent itself: devices by outcome, spool, uplink, its own tests."""
    return render((family, samples((agent, now))) for family, samples in AGENT_FAMILIES)


def targets(agent: AgentNow, address: str) -> list[dict[str, Any]]:
    """For Prometheus' HTTP service discovery: every device, each a target with a name of its own."""
    return [
        {
            "targets": [address],
            "labels": {
                "__metrics_path__": "/probe",
                "__param_target": device.id,
                "instance": device.id,
                "campus": agent.campus,
                "role": device.role,
            },
        }
        for device in agent.devices.values()
    ]


_One = tuple[AgentNow, DeviceNow, float]


def _answered(page: _One) -> Iterator[Sample]:
    if page[1].answered_at is not None:
        yield (), page[1].answered_at


def _is_up(page: _One) -> Iterator[Sample]:
    yield (), float(page[0].is_live(page[1], page[2]))


def _info(page: _One) -> Iterator[Sample]:
    device = page[1]
    if device.reading is not None:
        system = device.reading.system
        words = (system.vendor, system.family, system.model, system.software, system.serial)
        yield (device.role, *(word or "" for word in words)), 1.0


_OF_DEVICE: tuple[tuple[Family, Callable[[_One], Iterator[Sample]]], ...] = (
    (
        Family("wanzhao_device_up", (), "1 when the device answered within the last three polls, else 0."),
        _is_up,
    ),
    (
        Family(
            "wanzhao_device_answered_timestamp_seconds",
            (),
            "When the device last answered, seconds since 1970 UTC. All values of this page are of then.",
        ),
        _answered,
    ),
    (
        Family(
            "wanzhao_device_info",
            ("role", "vendor", "family", "model", "software", "serial"),
            "The device, always 1; role is that of the configuration.",
        ),
        _info,
    ),
)


OF_DEVICE_FAMILIES = tuple(family for family, _samples in _OF_DEVICE)
