"""An agent with two devices that have something of everything, for its metrics pages."""

from __future__ import annotations

from dataclasses import replace

from inventory.agent_now import AgentNow, DeviceNow, SpoolNow, UplinkNow
from inventory.hardware import Optic, OpticLane, PoePort, PoeSupply, Sensor, Ups
from inventory.reading import (
    Interface,
    Ipv6Address,
    Ipv6Route,
    NeighborCounts,
    PortCounters,
    Reading,
    Rung,
    System,
    Table,
    VersionCounters,
)
from inventory.wifi import AccessPoint, Radio, Ssid, Wireless

NOW = 1_763_805_600.0
HOSTILE = 'a"b\\c\nd{}=,é万兆\u2028\ud800'

GATEWAY = Reading(
    address="10.1.0.1",
    polled_at="2025-11-22T10:00:00Z",
    outcome="ok",
    tables={"inetCidrRouteTable": Table(status="ok")},
    system=System(
        sys_name="gw",
        sys_descr="S5731",
        uptime_s=12345.67,
        location="三楼机房",
        vendor="huawei",
        model="S5731",
    ),
    interfaces=[
        Interface(
            if_index=7,
            name="XGE0/0/1",
            descr="XGigabitEthernet0/0/1",
            alias=HOSTILE,
            admin_status="up",
            oper_status="up",
            if_speed=4_294_967_295,
            if_high_speed=10_000,
            lag_if_index=9,
        ),
        Interface(if_index=9, name="Eth-Trunk1", admin_status="up", oper_status="lowerLayerDown"),
    ],
    counters=[
        PortCounters(
            if_index=7,
            in_octets=2**64 - 1,
            out_octets=12,
            in_unicast=1,
            in_multicast=2,
            in_broadcast=3,
            out_unicast=4,
            out_multicast=5,
            out_broadcast=6,
            in_errors=7,
            out_errors=8,
            in_discards=9,
            out_discards=10,
        )
    ],
    ipv6_addresses=[
        Ipv6Address(address="2001:250::1", if_index=7, scope="global"),
        Ipv6Address(address="2001:250::2", if_index=7, scope="global"),
        Ipv6Address(address="fe80::1", if_index=7, scope="link_local"),
    ],
    ipv6_default_routes=[Ipv6Route(next_hop="fe80::9")],
    version_counters=[VersionCounters(if_index=7, version=6, in_octets=600, out_octets=700)],
    neighbor_counts=NeighborCounts(ipv4=120, ipv6=80),
    ipv6_ladder=[Rung(name="configured", reached=True), Rung(name="clients", reached=None)],
    optics=[
        Optic(
            if_index=7,
            rx_dbm=-9.5,
            tx_dbm=-2.0,
            rx_low_alarm_dbm=-16.0,
            rx_low_warn_dbm=-14.0,
            rx_high_warn_dbm=0.5,
            temperature_c=41.5,
            bias_ma=32.0,
            type="10GBASE-LR",
            vendor="Acme",
            part="X1",
            serial="S1",
            lanes=[OpticLane(lane=1, rx_dbm=-9.5, tx_dbm=-2.0)],
        ),
        Optic(name="port 9", light="none"),
    ],
    sensors=[
        Sensor(kind="cpu", name="slot 0", value=37.0, unit="%"),
        Sensor(kind="cpu", name="slot 0", value=99.0, unit="%"),
        Sensor(kind="memory", value=50.0, unit="%"),
        Sensor(kind="storage", name="flash", value=10.0, unit="%"),
        Sensor(kind="temperature", name="board", value=44.0, unit="C"),
        Sensor(kind="fan", name="fan 1", state="failed"),
    ],
    poe_ports=[PoePort(group=1, port=3, if_index=7, watts=12.5)],
    poe_supplies=[PoeSupply(group=1, power_w=370.0, used_w=120.0)],
    ups=Ups(
        battery="normal",
        output="normal",
        on_battery_s=0.0,
        minutes_left=30.0,
        charge_percent=98.0,
        load_percent=25.0,
        input_voltage_v=229.0,
        battery_temperature_c=25.0,
    ),
    wireless=Wireless(
        clients=40,
        clients_2g=10,
        clients_5g=30,
        ssids=[Ssid(name="校园", clients=40)],
        aps=[
            AccessPoint(
                name="A101",
                mac="aa:bb:cc:00:00:01",
                state="online",
                clients=40,
                generation=6,
                wired_mbps=2500.0,
                radios=[Radio(index=1, band="5", utilisation_percent=35.0)],
            ),
            AccessPoint(name="A102", mac="aa:bb:cc:00:00:02", state="offline"),
            AccessPoint(name="A103", mac="aa:bb:cc:00:00:03"),
        ],
    ),
)

AGENT = AgentNow(
    campus="2133000001-01",
    interval_s=300,
    version="0.1.0",
    devices={
        "gw": DeviceNow(
            id="gw",
            role="gateway",
            reading=GATEWAY,
            answered_at=NOW - 60,
            seconds=0.42,
            polls={"ok": 10, "down": 1, "gap": 0},
        ),
        "sw": DeviceNow(id="sw", role="access", polls={"down": 3}),
    },
    spool=SpoolNow(
        backlog=4, now=1, body_bytes=12_000, limit_bytes=2**30, oldest_made_at=NOW - 900, dropped=2, refused=1
    ),
    uplink=UplinkNow(shipped=100, bytes=10**6, failures=3, last_receipt_at=NOW - 30, clock_offset_s=0.5),
    probes={
        ("probe:tcp:moe:443:ipv6", "ok"): True,
        ("probe:tcp:moe:443:ipv6", "source_scope"): "global",
        ("probe:parity:www:both", "ipv4_ms"): 12.0,
        ("probe:parity:www:both", "ipv6_ms"): 15.0,
        ("probe:dns:223.5.5.5:ipv4", "aaaa_share"): 0.8,
        ("probe:throughput:county:ipv4", "mbps"): 9400.0,
        ("probe:throughput:county:ipv4", "tested_at"): "2025-11-22T09:00:00+00:00",
    },
    round_at=NOW - 60,
    round_seconds=1.5,
    dropped_rates={"restarted": 2},
)


def seen(age_s: float) -> AgentNow:
    """The same agent, its gateway last heard so long ago."""
    gateway = replace(AGENT.devices["gw"], answered_at=NOW - age_s)
    return replace(AGENT, devices={**AGENT.devices, "gw": gateway})
