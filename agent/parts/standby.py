"""Whether the other wireless controller of a pair is ready to take over, by the words of the vendor files."""

from __future__ import annotations

import msgspec

from agent.device import Device
from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.vendors.wireless import Standby
from inventory.reading import Reading
from inventory.wifi import StandbyState


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.wireless.standby``; asked of wireless controllers alone."""
    if reading.wireless is None or device.vendor_file is None:
        return reading
    for source in device.vendor_file.standby:
        told = await device.reads.scalars({"unit": oid(source.unit), "peer": oid(source.peer)})
        state = standby_state(source, number(told.get("unit")), number(told.get("peer")))
        if state is not None:
            wireless = msgspec.structs.replace(reading.wireless, standby=state)
            return msgspec.structs.replace(reading, wireless=wireless)
    return reading


def standby_state(source: Standby, unit: int | None, peer: int | None) -> StandbyState | None:
    """What two states say of a pair, whichever of the two is asked; None where they say nothing."""
    if unit is None or peer is None:
        return None
    pair = (unit, peer)
    if not all(state in (*source.active, *source.ready, *source.not_ready, *source.alone) for state in pair):
        return None
    if any(state in source.alone for state in pair):
        return "absent"
    at_work = sum(state in source.active for state in pair)
    return "ready" if at_work == 1 and any(state in source.ready for state in pair) else "not_ready"
