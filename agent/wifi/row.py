"""What one row of a wireless table says, by the description in the vendor file."""

from __future__ import annotations

import re
from typing import Literal

from agent.mibs.text import ip, mac, number, text
from agent.snmp.engine import Oid
from agent.snmp.walk import Row
from agent.vendors.wireless import WirelessTable
from agent.wifi import cells
from inventory.wifi import ApState, Radio

NO_MAC = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})


def key_of(table: WirelessTable, index: Oid) -> tuple[Oid, Oid]:
    """The part of an index that names the access point, network or station, and the numbers after it; a
    MAC address or text loses the length before it."""
    end = table.before + table.length if table.length else max(len(index) - table.after, 0)
    key, rest = index[table.before : end], index[end:]
    return (_without_length(key) if table.key in ("mac", "text", "name") else key), rest


def mac_of(key: Oid) -> str | None:
    """The MAC address that six numbers are, if they are octets."""
    return bytes(key).hex(":") if len(key) == 6 and all(0 <= number <= 255 for number in key) else None


def text_of(key: Oid) -> str | None:
    """The text that numbers spell."""
    return text(bytes(key)) if key and all(0 <= number <= 255 for number in key) else None


def parsed(table: WirelessTable, index: Oid, row: Row) -> Row:
    """The row with the further columns that stand in its index, or that patterns find in its texts."""
    more: Row = {
        name: _octets(index[-length:] if length else _without_length(key_of(table, index)[1]))
        for name, length in table.from_index.items()
    }
    for column, pattern in table.parse.items():
        said = text(row.get(column))
        if said and (fits := re.search(pattern, said)):
            more.update({name: part.encode() for name, part in fits.groupdict().items() if part})
    return {**row, **more} if more else row


def names_in(row: Row) -> tuple[str | None, ...]:
    """What a row calls its access point."""
    ap_mac = mac(row.get("ap_mac"))
    return ap_mac, text(row.get("ap_serial")), ip(row.get("ap_ip")), text(row.get("ap_name"))


def radio_number(table: WirelessTable, rest: Oid, row: Row) -> int | None:
    """Which radio a row speaks of."""
    if table.radio is not None:
        return None if table.radio < 0 else table.radio
    said = text(row.get("radio"))
    if said is not None:
        return table.radios.get(said.lower(), number(row.get("radio")))
    return rest[0] if rest else None


def band_and_channel(table: WirelessTable, row: Row) -> tuple[str | None, int | None]:
    """The band by the device's word, the frequency or the channel, and the channel."""
    said = text(row.get("band")) or (text(row.get("radio")) if table.radios else None)
    of_frequency = cells.of_frequency(cells.decimal(row.get("frequency")))
    channel = cells.channel(row.get("channel")) or of_frequency[1]
    told = table.bands.get(said.lower()) if said else None
    if told or of_frequency[0]:
        return told or of_frequency[0], channel
    return cells.band_of_channel(channel, _width(table, row)), channel


def radio(at: int, table: WirelessTable, row: Row) -> Radio:
    """The radio that a row describes."""
    band, channel = band_and_channel(table, row)
    idle = cells.percent(row.get("idle"), table.scale.get("idle", 1.0))
    busy = cells.percent(row.get("utilisation"), table.scale.get("utilisation", 1.0))
    return Radio(
        index=at,
        band=band,
        channel=channel,
        width_mhz=_width(table, row),
        power_dbm=_power(table, row),
        utilisation_percent=busy if busy is not None or idle is None else round(100 - idle, 2),
        noise_dbm=cells.noise_dbm(row.get("noise"), table.scale.get("noise", 1.0)),
        clients=cells.count(row.get("clients")),
        state=up_down(table, row),
        mode=cells.mode(row.get("mode"), table.modes, bits=table.mode_bits),
    )


def joined_radio(first: Radio, second: Radio) -> Radio:
    """One radio out of the rows of two tables; what the first says stands."""
    return Radio(
        **{
            name: getattr(second, name) if getattr(first, name) is None else getattr(first, name)
            for name in Radio.__struct_fields__
        }
    )


def bssid(table: WirelessTable, index: Oid, row: Row) -> str | None:
    """The address of a radio for one network (BSSID)."""
    return mac_of(index[-6:]) if table.bssid else mac(row.get("bssid"))


def own_mac(row: Row) -> str | None:
    """The MAC address of the access point; none for the marks of an unknown one."""
    found = mac(row.get("mac"))
    return None if found in NO_MAC else found


def own_ip(row: Row) -> str | None:
    """The IPv4 address of the access point."""
    found = ip(row.get("ip"))
    return found if found and "." in found else None


def ap_state(table: WirelessTable, row: Row) -> ApState | None:
    """The state of the access point by the device's word; None where it has none that we know."""
    said = text(row.get("state"))
    return table.states.get(said.lower()) if said else None


def up_down(table: WirelessTable, row: Row) -> Literal["up", "down"] | None:
    """Whether a radio or port is up, by the device's word."""
    said = text(row.get("up"))
    return table.up.get(said.lower()) if said else None


def wired_mbps(table: WirelessTable, row: Row) -> float | None:
    """Mbit/s of a wired port, 10 to 400,000."""
    if table.wired:
        said = text(row.get("wired"))
        found: float | None = table.wired.get(said) if said else None
    else:
        found = cells.decimal(row.get("wired"))
        found = None if found is None else found * table.scale.get("wired", 1.0)
    return cells.within(found, 10, 400_000)


def _without_length(numbers: Oid) -> Oid:
    return numbers[1:] if len(numbers) > 1 and numbers[0] == len(numbers) - 1 else numbers


def _octets(numbers: Oid) -> bytes | None:
    return bytes(numbers) if all(0 <= number <= 255 for number in numbers) else None


def _width(table: WirelessTable, row: Row) -> int | None:
    said = text(row.get("width"))
    if said is None:
        return cells.width_of_channel(row.get("channel"), table.suffixes)
    if table.widths:
        return table.widths.get(said)
    scaled = cells.decimal(row.get("width"))
    whole = round((scaled or 0) * table.scale.get("width", 1.0))
    return whole if whole in (20, 40, 80, 160, 320) else None


def _power(table: WirelessTable, row: Row) -> float | None:
    if "power" in row:
        return cells.power_dbm(row.get("power"), table.scale.get("power", 1.0))
    return cells.dbm_of_mw(row.get("power_mw"))
