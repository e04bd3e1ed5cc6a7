"""IP addresses and IPv6 on the interfaces: IP-MIB, its forerunners and the makers' own tables."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import addresses, ipv6_interfaces, private
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from inventory.reading import Ipv6Address, Reading, Table


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ipv4_addresses`` and ``reading.ipv6_addresses``."""
    reads = device.reads
    old = await reads.table(addresses.IP_ADDR_TABLE)
    new = await reads.table(addresses.IP_ADDRESS_TABLE)
    ipv6_mib = addresses.ipv6_of_ipv6_mib(await reads.table(addresses.IPV6_ADDR_TABLE))
    of_maker = []
    own_tables = device.vendor_file.address_table if device.vendor_file else []
    for table in own_tables:
        of_maker += private.ipv6_addresses(table, await reads.table(private.spec_of(table)))
    first = addresses.ipv6_of_ip_address_table(new, {})
    if any(item.prefix_length is None for item in first):
        first = addresses.ipv6_of_ip_address_table(new, await reads.table(addresses.IP_ADDRESS_PREFIX_TABLE))
    await reads.tell_empty_from_unsupported(list(reads.found))
    ipv4 = addresses.ipv4_addresses(old, new)
    ipv6 = addresses.merged(first, ipv6_mib, of_maker)
    of_ipv4 = reads.part(["ipAddrTable", "ipAddressTable"], len(ipv4))
    reading = with_part(reading, "ipv4_addresses", of_ipv4, ipv4_addresses=ipv4)
    names = ["ipv6AddrTable", *(table.name for table in own_tables)]
    of_ipv6 = _ipv6_part(device, reading, new, names, ipv6)
    return with_part(reading, "ipv6_addresses", of_ipv6, ipv6_addresses=ipv6)


async def read_interfaces(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_interfaces``, ``ipv6_ra_interfaces`` and ``ipv6_forwarding``."""
    reads = device.reads
    of_vendor = device.vendor_file.ipv6_forwarding if device.vendor_file else []
    scalars = await reads.scalars({**ipv6_interfaces.FORWARDING, **{name: oid(name) for name in of_vendor}})
    standard = await reads.table(ipv6_interfaces.IPV6_INTERFACE_TABLE)
    advert = await reads.table(ipv6_interfaces.ROUTER_ADVERT_TABLE)
    older = {} if standard else await reads.table(ipv6_interfaces.IPV6_IF_TABLE)
    own_tables = device.vendor_file.ipv6_switch_table if device.vendor_file else []
    of_maker: Rows = {}
    for table in own_tables if not standard else []:
        of_maker |= await reads.table(
            TableSpec(name=table.name, entry=oid(table.entry), columns=table.columns)
        )
    found = ipv6_interfaces.ipv6_interfaces(standard, advert, older, of_maker)
    names = [
        "ipv6InterfaceTable",
        "ipv6RouterAdvertTable",
        "ipv6IfTable",
        *(table.name for table in own_tables),
    ]
    told = reads.rows("ipv6RouterAdvertTable") is not None
    senders = ipv6_interfaces.advertising(advert) if told else None
    of_advert = reads.part(["ipv6RouterAdvertTable"], len(advert))
    reading = with_part(reading, "ipv6_ra_interfaces", of_advert, ipv6_ra_interfaces=senders)
    part = reads.part(names, len(found))
    said = ipv6_interfaces.forwarding(scalars)
    return with_part(reading, "ipv6_interfaces", part, ipv6_interfaces=found, ipv6_forwarding=said)


def _ipv6_part(
    device: Device, reading: Reading, address_table: Rows, others: list[str], found: list[Ipv6Address]
) -> Table:
    """How the reading of the IPv6 addresses went. An ipAddressTable of IPv4 alone is no answer about IPv6,
    unless the device says elsewhere that it does not speak it."""
    if not found and addresses.tells_no_ipv6(address_table):
        if ipv6_interfaces.is_off(reading):
            return Table(status="empty", detail="the device says that IPv6 is off")
        part = device.reads.part(others, 0, "ipAddressTable lists IPv4 alone")
        if part.status == "unsupported" and device.reads.found["ipAddressTable"].status != "ok":
            return device.reads.part(["ipAddressTable"], 0)
        return part
    return device.reads.part(["ipAddressTable", *others], len(found))
