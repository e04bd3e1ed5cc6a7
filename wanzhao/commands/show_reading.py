"""A reading as a person reads it at a terminal: what matters first, --json has all."""

from __future__ import annotations

from agent.facts import is_port
from inventory.hardware import Optic, Sensor
from inventory.reading import Ipv4Address, Ipv6Address, Reading
from inventory.wifi import Wireless
from inventory.words import N_, _
from wanzhao.options import print_table

RUNGS = {
    "configured": N_("addresses configured"),
    "routed": N_("default route"),
    "neighbours": N_("neighbours heard"),
    "clients": N_("machines hold addresses"),
    "bytes": N_("bytes flow"),
    "share": N_("share of all bytes"),
}


def show(reading: Reading) -> None:
    """Print it."""
    system = reading.system
    print(f"{system.sys_name or reading.address}  {' '.join(filter(None, (system.vendor, system.model)))}")
    for name, value in (
        (_("software"), system.software),
        (_("serial"), system.serial),
        (_("location"), system.location),
        (_("up for"), _span(system.uptime_s)),
    ):
        print(f"  {name}: {value if value is not None else '-'}")
    up = [port for port in reading.interfaces if port.oper_status == "up"]
    print("\n" + _("interfaces: %(all)d, up: %(up)d") % {"all": len(reading.interfaces), "up": len(up)})
    ports = [port for port in up if is_port(port) and port.speed_mbps != 0]
    if len(ports) < len(up):
        print(_("shown: Ethernet ports and aggregates that are up (--json has all)"))
    print_table(
        (_("name"), _("Mbit/s"), _("admin"), _("oper"), _("alias")),
        [(p.name or p.descr, _number(p.speed_mbps), p.admin_status, p.oper_status, p.alias) for p in ports],
    )
    addresses: list[Ipv4Address | Ipv6Address] = [*reading.ipv4_addresses, *reading.ipv6_addresses]
    names = {port.if_index: port.name or port.descr for port in reading.interfaces}
    if addresses:
        print("\n" + _("addresses"))
        print_table(
            (_("address"), _("interface")),
            [(f"{a.address}/{_number(a.prefix_length)}", names.get(a.if_index or 0)) for a in addresses],
        )
    _show_ipv6(reading)
    _show_optics(reading.optics)
    _show_health(reading.sensors)
    if reading.wireless:
        _show_wireless(reading.wireless)
    print("\n" + _("tables"))
    offered = {name: table for name, table in reading.tables.items() if table.status != "unsupported"}
    print_table(
        (_("table"), _("status"), _("rows"), _("seconds"), ""),
        [(name, t.status, t.rows, f"{t.seconds:.2f}", t.detail) for name, t in offered.items()],
    )
    lacking = [name for name in reading.tables if name not in offered]
    if lacking:
        print(_("not offered by this device: %(tables)s") % {"tables": ", ".join(lacking)})
    for note in reading.notes:
        print(_("note: %(note)s") % {"note": note})


def _show_ipv6(reading: Reading) -> None:
    words = {True: _("yes"), False: _("no"), None: _("unknown")}
    print("\n" + _("how far IPv6 has come"))
    print_table(
        ("", "", "", _("proved by"), ""),
        [
            (
                _(RUNGS[rung.name]),
                words[rung.reached],
                "" if rung.value is None else f"{rung.value:g} {rung.unit or ''}",
                rung.proof or "",
                rung.detail,
            )
            for rung in reading.ipv6_ladder
        ],
    )


def _show_optics(optics: list[Optic]) -> None:
    if not optics:
        return
    print("\n" + _("optics"))
    print_table(
        (
            _("port"),
            _("type"),
            _("nm"),
            _("received dBm"),
            _("sent dBm"),
            _("low limit dBm"),
            "",
            _("serial"),
        ),
        [
            (
                item.name,
                item.type,
                _number(item.wavelength_nm),
                _number(item.rx_dbm),
                _number(item.tx_dbm),
                _number(item.rx_low_warn_dbm if item.rx_low_warn_dbm is not None else item.rx_low_alarm_dbm),
                _("no light") if item.light else item.raw_unit if item.raw_unit == "unknown unit" else "",
                item.serial,
            )
            for item in optics
        ],
    )


def _show_health(sensors: list[Sensor]) -> None:
    """The highest of each measure, and whatever has failed."""
    highest = {
        (kind, unit): max(
            item.value
            for item in sensors
            if (item.kind, item.unit) == (kind, unit) and item.value is not None
        )
        for kind, unit in (("cpu", "%"), ("memory", "%"), ("temperature", "C"))
        if any((item.kind, item.unit) == (kind, unit) and item.value is not None for item in sensors)
    }
    names = {"cpu": _("processor"), "memory": _("memory"), "temperature": _("temperature")}
    if highest:
        shown = ", ".join(f"{names[kind]} {value:g} {unit}" for (kind, unit), value in highest.items())
        print("\n" + _("highest: %(values)s") % {"values": shown})
    for item in sensors:
        if item.state in ("failed", "warning"):
            print(_("%(part)s: %(state)s") % {"part": f"{item.kind} {item.name or '?'}", "state": item.state})


def _show_wireless(wireless: Wireless) -> None:
    states = [ap.state for ap in wireless.aps]
    print(
        "\n"
        + _("access points: %(all)d, online: %(online)d, clients: %(clients)s")
        % {"all": len(states), "online": states.count("online"), "clients": _number(wireless.clients)}
    )
    if wireless.ipv6_clients is not None:
        print(_("clients with IPv6: %(count)d") % {"count": wireless.ipv6_clients})


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _span(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    days, rest = divmod(int(seconds), 86400)
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": rest // 3600}
