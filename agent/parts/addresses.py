"""IP addresses of the device: IP-MIB, its forerunners and the makers' own tables."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import addresses, private
from inventory.reading import Reading


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
    names = ["ipAddressTable", "ipv6AddrTable", *(table.name for table in own_tables)]
    of_ipv4 = reads.part(["ipAddrTable", "ipAddressTable"], len(ipv4))
    reading = with_part(reading, "ipv4_addresses", of_ipv4, ipv4_addresses=ipv4)
    return with_part(reading, "ipv6_addresses", reads.part(names, len(ipv6)), ipv6_addresses=ipv6)
