"""Which of many tables have any row: one question for all of them, where one each would be asked otherwise.

A device of a school has 20 of the 60 tables that a poll looks for. GETNEXT of the entries of many tables
tells at once which have nothing inside. Only a clear "nothing" counts; whatever else comes back, the table is
read as if nobody had asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.mibs import (
    addresses,
    aggregates,
    bridge,
    entities,
    entity_sensors,
    host_resources,
    interfaces,
    ip_stats,
    ipv6_interfaces,
    lldp,
    neighbors,
    poe,
    routes,
    ups,
)
from agent.snmp.engine import NO_SUCH_NAME, Answer, Missing, Oid
from agent.snmp.session import Session

STANDARD: Final[tuple[Oid, ...]] = tuple(
    spec.entry
    for spec in (
        interfaces.DOT3_STATS_TABLE,
        aggregates.AGG_PORT_TABLE,
        aggregates.IF_STACK_TABLE,
        ipv6_interfaces.IPV6_INTERFACE_TABLE,
        ipv6_interfaces.ROUTER_ADVERT_TABLE,
        ipv6_interfaces.IPV6_IF_TABLE,
        addresses.IP_ADDR_TABLE,
        addresses.IP_ADDRESS_TABLE,
        addresses.IPV6_ADDR_TABLE,
        addresses.IP_ADDRESS_PREFIX_TABLE,
        routes.INET_CIDR_ROUTE_TABLE,
        routes.IPV6_ROUTE_TABLE,
        ip_stats.IP_IF_STATS_TABLE,
        ip_stats.IP_SYSTEM_STATS_TABLE,
        lldp.LLDP_REM_TABLE,
        lldp.LLDP_V2_REM_TABLE,
        neighbors.NET_TO_PHYSICAL_TABLE,
        neighbors.NET_TO_MEDIA_TABLE,
        neighbors.IPV6_NET_TO_MEDIA_TABLE,
        bridge.VLAN_CURRENT_TABLE,
        bridge.VLAN_STATIC_TABLE,
        bridge.PVID_TABLE,
        bridge.BASE_PORT_TABLE,
        bridge.VLAN_FDB_TABLE,
        bridge.FDB_TABLE,
        entities.ENT_PHYSICAL_TABLE,
        entities.ENT_ALIAS_MAPPING_TABLE,
        entity_sensors.ENT_PHY_SENSOR_TABLE,
        host_resources.HR_PROCESSOR_TABLE,
        host_resources.HR_STORAGE_TABLE,
        poe.PSE_PORT_TABLE,
        poe.MAIN_PSE_TABLE,
        ups.INPUT_TABLE,
        ups.OUTPUT_TABLE,
    )
)
"""What to ask of a device that was never asked before, in the order of reading: tables that many lack."""

_REFUSALS = 4


async def without_rows(session: Session, entries: Sequence[Oid]) -> set[Oid]:
    """Those of the entries under which the device certainly has nothing now. Raises as ``ask`` does."""
    asked, found = list(entries), set[Oid]()
    for _try in range(_REFUSALS):
        if not asked:
            break
        answer = await session.ask("next", asked, tries=2)
        if not answer.error:
            return found | _absent(asked, answer)
        if not 1 <= answer.error_at <= len(asked):
            break
        refused = asked.pop(answer.error_at - 1)
        if answer.error == NO_SUCH_NAME:  # SNMPv1: there is nothing at all behind this place
            found.add(refused)
    return found


def _absent(asked: Sequence[Oid], answer: Answer) -> set[Oid]:
    """The entries behind which something of another table follows, or nothing.

    An answer of another length than the question, or an object that does not lie behind the place asked for,
    comes from a device that does not count well: it proves nothing."""
    if len(answer.varbinds) != len(asked):
        return set()
    return {
        entry
        for entry, (oid, value) in zip(asked, answer.varbinds, strict=True)
        if (isinstance(value, Missing) and oid[: len(entry)] == entry)
        or (oid > entry and oid[: len(entry)] != entry and not isinstance(value, Missing))
    }
