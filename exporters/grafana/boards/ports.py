"""Devices and their ports, in the names of snmp_exporter's module if_mib: its users find what they know."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import bars, graph, grid, same, stat
from exporters.grafana.model import POLL, Board, Column, Link, Query, Row

_PORT = same("{{instance}} {{ifName}}")


def _rate(metric: str, factor: str = "") -> str:
    return s.in_scope(f"rate({metric}{{{s.IF}}}[$__rate_interval]){factor}")


def _rates(parts: tuple[tuple[str, str], ...]) -> tuple[Query, ...]:
    """The 25 greatest of each; what is sent is drawn below the axis' middle."""
    return tuple(
        Query(
            f"topk(25, {_rate(metric)})",
            same(f"{{{{instance}}}} {{{{ifName}}}} {metric}"),
            is_below=side == "below",
        )
        for metric, side in parts
    )


def _device(metric: str) -> str:
    return s.in_scope(f"{metric}{{{s.DEVICE}}}")


_OPER = s.in_scope(f"ifOperStatus{{{s.IF}}}")
_SPEED = s.in_scope(f"ifHighSpeed{{{s.IF}}} > 0") + " * 1e6"
_OF_PORT = ", ".join(("campus", "instance", "ifIndex", "ifName", "ifAlias"))
_IN, _OUT = _rate("ifHCInOctets", " * 8"), _rate("ifHCOutOctets", " * 8")
_USED = " / ".join(
    (
        # Both have the same labels: `or` alone would always take the first.
        f"max by ({_OF_PORT}) (({_IN} > {_OUT}) or {_OUT})",
        f"max by ({_OF_PORT}) ({_SPEED})",
    )
)

_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("设备", "Devices"),
            ("能抓取到页面的设备。", "Devices that have a page."),
            f"count({_device('wanzhao_device_up')})",
            4,
            interval=POLL,
        ),
        stat(
            ("失联设备", "Devices silent"),
            ("三次轮询都没有应答。", "Did not answer for three polls."),
            f"sum(1 - {_device('wanzhao_device_up')})",
            4,
            steps=((None, "good"), (1, "bad")),
            interval=POLL,
        ),
        stat(
            ("通的端口", "Ports up"),
            ("ifOperStatus 为 up 的端口。", "Ports whose ifOperStatus is up."),
            f"count({_OPER} == 1) or count({_OPER}) * 0",
            4,
            interval=POLL,
        ),
        stat(
            ("该通而不通的端口", "Ports down"),
            (
                "管理状态 up 而运行状态 down 或 lowerLayerDown。",
                "ifAdminStatus up, ifOperStatus down or lowerLayerDown.",
            ),
            f"count(({_OPER} == 2 or {_OPER} == 7)"
            f" and on (instance, campus, ifIndex) ifAdminStatus{{{s.IF}}} == 1)"
            f" or count({_OPER}) * 0",
            4,
            steps=((None, "good"), (1, "doubt")),
            interval=POLL,
        ),
        stat(
            ("流入合计", "In, all ports"),
            (
                "所选端口流入的合计;聚合口与成员口会各计一次。",
                "Sum over the chosen ports; an aggregate and its members both count.",
            ),
            f"sum({_rate('ifHCInOctets', ' * 8')})",
            4,
            unit="bps",
            interval=POLL,
        ),
        stat(
            ("流出合计", "Out, all ports"),
            ("所选端口流出的合计。", "Sum over the chosen ports."),
            f"sum({_rate('ifHCOutOctets', ' * 8')})",
            4,
            unit="bps",
            interval=POLL,
        ),
    ),
)

_TRAFFIC = Row(
    ("流量", "Traffic"),
    11,
    (
        graph(
            ("最忙的 25 个端口", "The 25 busiest ports"),
            (
                "流出在轴上方,流入在轴下方;每秒比特,不短于两个轮询间隔的平均。",
                "Out above the axis, in below; bit/s, averaged over no less than two polls.",
            ),
            (
                Query(f"topk(25, {_rate('ifHCOutOctets', ' * 8')})", same("{{instance}} {{ifName}} out")),
                Query(
                    f"topk(25, {_rate('ifHCInOctets', ' * 8')})",
                    same("{{instance}} {{ifName}} in"),
                    is_below=True,
                ),
            ),
            16,
            unit="bps",
            interval=POLL,
            legend_table=True,
        ),
        bars(
            ("占用率最高的 25 个端口", "The 25 fullest ports"),
            (
                "较忙方向除以端口速率(ifHighSpeed)。",
                "The busier direction over the port's speed (ifHighSpeed).",
            ),
            (Query(f"topk(25, {_USED})", _PORT),),
            8,
            unit="percentunit",
            interval=POLL,
            least=0,
            most=1,
            decimals=2,
            steps=((None, "good"), (0.7, "doubt"), (0.9, "bad")),
        ),
    ),
)

_PACKETS = Row(
    ("包、错误与丢弃", "Packets, errors and discards"),
    9,
    (
        graph(
            ("单播包", "Unicast packets"),
            ("流出在上,流入在下,各前 25。", "Out above, in below, 25 of each."),
            _rates((("ifHCOutUcastPkts", "above"), ("ifHCInUcastPkts", "below"))),
            8,
            unit="pps",
            interval=POLL,
        ),
        graph(
            ("错误", "Errors"),
            (
                "ifOutErrors 在上,ifInErrors 在下;持续不为 0 多是线或光模块。",
                "ifOutErrors above, ifInErrors below; steady errors are mostly a cable or a module.",
            ),
            _rates((("ifOutErrors", "above"), ("ifInErrors", "below"))),
            8,
            unit="pps",
            interval=POLL,
        ),
        graph(
            ("丢弃", "Discards"),
            (
                "ifOutDiscards 在上,ifInDiscards 在下;多是拥塞。",
                "ifOutDiscards above, ifInDiscards below; mostly congestion.",
            ),
            _rates((("ifOutDiscards", "above"), ("ifInDiscards", "below"))),
            8,
            unit="pps",
            interval=POLL,
        ),
        graph(
            ("组播包", "Multicast packets"),
            ("流出在上,流入在下。", "Out above, in below."),
            _rates((("ifHCOutMulticastPkts", "above"), ("ifHCInMulticastPkts", "below"))),
            12,
            unit="pps",
            interval=POLL,
        ),
        graph(
            ("广播包", "Broadcast packets"),
            ("突然升高多是环路。", "A sudden rise is mostly a loop."),
            _rates((("ifHCOutBroadcastPkts", "above"), ("ifHCInBroadcastPkts", "below"))),
            12,
            unit="pps",
            interval=POLL,
        ),
    ),
)

_LISTS = Row(
    ("设备与端口", "Devices and ports"),
    11,
    (
        grid(
            ("端口", "Ports"),
            (
                "不通的在前;最多 100 个,用上方变量缩小范围。",
                "Those that are not up first; 100 at most, narrow down above.",
            ),
            (
                f"topk(100, max by ({_OF_PORT}) ({_OPER}))",
                f"max by ({_OF_PORT}) ({_SPEED})"
                f" and on (campus, instance, ifIndex) topk(100, max by ({_OF_PORT}) ({_OPER}))",
            ),
            14,
            columns=(
                Column("campus", w.CAMPUS, width=150),
                Column(
                    "instance",
                    w.DEVICE,
                    width=120,
                    link=Link("ports", (("campus", "campus"), ("device", "instance"))),
                ),
                Column("ifIndex", same("ifIndex"), width=75),
                Column("ifName", same("ifName"), width=140),
                Column("ifAlias", same("ifAlias")),
                Column("Value #A", w.STATE, states="oper", width=140),
                Column("Value #B", ("速率", "Speed"), unit="bps", width=100),
            ),
            sort=("Value #A", True),
            interval=POLL,
        ),
        grid(
            ("设备", "Devices"),
            ("失联的在前,最多 100 台。", "Silent ones first, 100 at most."),
            (
                f"bottomk(100, max by (campus, instance, role) ({_device('wanzhao_device_up')}))",
                "max by (campus, instance, role)"
                f" (time() - {_device('wanzhao_device_answered_timestamp_seconds')})",
                f"max by (campus, instance, role) ({_device('sysUpTime')}) / 100",
            ),
            10,
            columns=(
                Column("campus", w.CAMPUS, width=150),
                Column(
                    "instance", w.DEVICE, link=Link("ports", (("campus", "campus"), ("device", "instance")))
                ),
                Column("role", w.ROLE, width=90),
                Column("Value #A", w.STATE, states="up", width=80),
                Column("Value #B", ("应答距今", "Answered ago"), unit="dtdurations", width=120),
                Column("Value #C", ("已运行", "Uptime"), unit="dtdurations", width=130),
            ),
            sort=("Value #A", False),
            interval=POLL,
        ),
    ),
)

_HEALTH = Row(
    ("设备本身", "The device itself"),
    8,
    (
        bars(
            ("处理器(前 25)", "Processor (top 25)"),
            ("设备自己报告的负载。", "Load by the device's own sensors."),
            (Query(f"topk(25, {_device('wanzhao_device_cpu_ratio')})", same("{{instance}} {{sensor}}")),),
            6,
            unit="percentunit",
            least=0,
            most=1,
            interval=POLL,
            steps=((None, "good"), (0.7, "doubt"), (0.9, "bad")),
        ),
        bars(
            ("内存(前 25)", "Memory (top 25)"),
            ("设备自己报告的占用。", "In use, by the device's own sensors."),
            (Query(f"topk(25, {_device('wanzhao_device_memory_ratio')})", same("{{instance}} {{sensor}}")),),
            6,
            unit="percentunit",
            least=0,
            most=1,
            interval=POLL,
            steps=((None, "good"), (0.8, "doubt"), (0.95, "bad")),
        ),
        bars(
            ("温度(前 25)", "Temperature (top 25)"),
            ("设备传感器,摄氏度。", "Sensors of the device, degrees Celsius."),
            (
                Query(
                    f"topk(25, {_device('wanzhao_device_temperature_celsius')})",
                    same("{{instance}} {{sensor}}"),
                ),
            ),
            6,
            unit="celsius",
            interval=POLL,
            steps=((None, "good"), (60, "doubt"), (75, "bad")),
        ),
        grid(
            ("传感器不正常", "Sensors not ok"),
            (
                "风扇、电源、温度的状态不是正常的。",
                "Fans, power supplies and temperatures whose state is not ok.",
            ),
            (
                "max by (campus, instance, sensor, state) ("
                + s.in_scope(f'wanzhao_device_sensor_state{{{s.DEVICE}, state!="ok"}}')
                + ")",
            ),
            6,
            columns=(
                Column("instance", w.DEVICE),
                Column("sensor", ("传感器", "Sensor")),
                Column("state", w.STATE, states="sensor", width=90),
                Column("campus", w.CAMPUS),
            ),
            interval=POLL,
        ),
    ),
)

BOARD = Board(
    key="ports",
    title=("万兆 · 设备与端口", "wanzhao / Devices and ports"),
    about=(
        "每台设备每个端口的流量、错误和状态。名称与 snmp_exporter 的 if_mib 相同。",
        "Traffic, errors and state of every port, in the names of snmp_exporter's if_mib.",
    ),
    variables=(
        s.JOB,
        s.COUNTY_OF,
        s.SCHOOLS,
        s.CAMPUSES,
        s.DEVICE_JOB,
        s.DEVICES,
        s.IF_NAMES,
    ),
    rows=(_NOW, _TRAFFIC, _PACKETS, _LISTS, _HEALTH),
    since="now-6h",
)
