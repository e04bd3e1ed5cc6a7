"""Optics: how much light is left, and which modules are about to fail."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat
from exporters.grafana.model import POLL, Board, Column, Link, Query, Row

_BY = "campus, instance, ifIndex, ifName"
_MARGIN = s.once("school, campus", "wanzhao_campus_optics_margin_db", s.SCHOOL)
_STEPS = ((None, "bad"), (1.0, "doubt"), (3.0, "good"))


def _of(metric: str) -> str:
    return s.in_scope(f"{metric}{{{s.IF}}}")


_WORST = f"bottomk(50, max by ({_BY}) ({_of('wanzhao_optics_rx_margin_db')}))"


def _of_worst(metric: str, more: str = "") -> str:
    """What else the modules with the least margin tell."""
    return f"max by ({_BY}{more}) ({_of(metric)}) and on ({_BY}) {_WORST}"


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("最小余量", "Least margin"),
            (
                "所选校区上联收光到模块限值的最小 dB 数。",
                "Least decibels from received light to the module's limit, of uplinks.",
            ),
            f"min({_MARGIN})",
            6,
            unit="dB",
            decimals=1,
            steps=_STEPS,
        ),
        stat(
            ("余量不足 1 dB 的校区", "Campuses below 1 dB"),
            ("很快会断或已经报警。", "About to fail, or alarmed already."),
            f"count({_MARGIN} < 1) or count({_MARGIN}) * 0",
            6,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("有光模块数据的端口", "Ports with optics"),
            ("给出收光的端口。", "Ports that tell received light."),
            f"count({_of('wanzhao_optics_rx_dbm')})",
            6,
            interval=POLL,
        ),
        stat(
            ("收不到光的端口", "Ports without light"),
            ("设备说没有光;备用口也算。", "The device says that no light arrives; spare ports count too."),
            f"sum({_of('wanzhao_optics_no_light')}) or count({_of('wanzhao_optics_rx_dbm')}) * 0",
            6,
            steps=((None, "good"), (1, "doubt")),
            interval=POLL,
        ),
    ),
)

_LIGHT = Row(
    ("收光与发光", "Light"),
    10,
    (
        bars(
            ("余量最小的 25 个校区", "The 25 campuses with least margin"),
            (
                "上联里余量最小的一个;低于 3 dB 该安排清洁或更换。",
                "The least of a campus' uplinks; below 3 dB plan cleaning or replacement.",
            ),
            (Query(f"bottomk(25, {s.named(_MARGIN)})", same("{{name}} {{campus}}")),),
            8,
            unit="dB",
            decimals=1,
            steps=_STEPS,
            link=Link("school", (("school", "@school"),)),
        ),
        graph(
            ("收光最弱的 25 个端口", "The 25 weakest receivers"),
            ("收光与模块自报的低警告限(虚线)。", "Received light and the module's own low warning (dashed)."),
            (
                Query(f"bottomk(25, {_of('wanzhao_optics_rx_dbm')})", same("{{instance}} {{ifName}} rx")),
                Query(
                    f"{_of('wanzhao_optics_rx_low_warning_dbm')}"
                    f" and on ({_BY}) bottomk(25, {_of('wanzhao_optics_rx_dbm')})",
                    same("{{instance}} {{ifName}} low warning"),
                    is_goal=True,
                ),
            ),
            8,
            unit="dBm",
            interval=POLL,
        ),
        graph(
            ("发光最弱的 25 个端口", "The 25 weakest senders"),
            ("发光持续下降是激光器老化。", "Light that keeps sinking is an ageing laser."),
            (Query(f"bottomk(25, {_of('wanzhao_optics_tx_dbm')})", same("{{instance}} {{ifName}} tx")),),
            8,
            unit="dBm",
            interval=POLL,
        ),
    ),
)

_MODULES = Row(
    ("模块", "Modules"),
    10,
    (
        grid(
            ("余量最小的 50 个模块", "The 50 modules with least margin"),
            (
                "各限值来自模块自身(SFF-8472);没有限值的模块没有余量。",
                "Limits come from the module itself (SFF-8472); without them there is no margin.",
            ),
            (
                _WORST,
                _of_worst("wanzhao_optics_rx_dbm"),
                _of_worst("wanzhao_optics_tx_dbm"),
                _of_worst("wanzhao_optics_temperature_celsius"),
                _of_worst("wanzhao_optics_bias_amperes"),
                _of_worst("wanzhao_optics_info", ", type, vendor, part, serial"),
            ),
            24,
            columns=(
                Column("campus", w.CAMPUS, width=160),
                Column(
                    "instance",
                    w.DEVICE,
                    width=120,
                    link=Link("ports", (("campus", "campus"), ("device", "instance"))),
                ),
                Column("ifIndex", same("ifIndex"), width=75),
                Column("ifName", w.PORT, width=140),
                Column("Value #A", ("余量", "Margin"), unit="dB", decimals=1, width=90),
                Column("Value #B", ("收光", "Received"), unit="dBm", decimals=1, width=100),
                Column("Value #C", ("发光", "Sent"), unit="dBm", decimals=1, width=100),
                Column("Value #D", ("温度", "Temperature"), unit="celsius", width=100),
                Column("Value #E", ("偏置电流", "Bias"), unit="amp", width=100),
                Column("type", ("型号规格", "Type"), width=130),
                Column("vendor", ("厂家", "Vendor"), width=110),
                Column("part", ("部件号", "Part"), width=110),
                Column("serial", ("序列号", "Serial")),
            ),
            sort=("Value #A", False),
            interval=POLL,
        ),
        grid(
            ("余量最小的 25 个校区", "The 25 campuses with least margin"),
            ("与上图相同,带学校代码。", "As the bars above, with codes."),
            (s.named(f"bottomk(25, {_MARGIN})"),),
            12,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=130),
                Column("campus", w.CAMPUS, width=170),
                Column("Value", ("余量", "Margin"), unit="dB", decimals=1, width=100),
            ),
            sort=("Value", False),
        ),
        graph(
            ("上联余量", "Margins of uplinks"),
            ("余量最小的 25 个校区随时间的变化。", "The 25 campuses with least margin over time."),
            (Query(f"bottomk(25, {_MARGIN})", same("{{campus}}")),),
            12,
            unit="dB",
        ),
    ),
)

BOARD = Board(
    key="optics",
    title=("万兆 · 光模块", "wanzhao / Optics"),
    about=("还剩多少光,哪些模块快不行了。", "How much light is left, which modules will fail."),
    variables=(
        s.JOB,
        s.COUNTY_OF,
        s.SCHOOLS,
        s.CAMPUSES,
        s.DEVICE_JOB,
        s.DEVICES,
        s.IF_NAMES,
    ),
    rows=(_NOW, _LIGHT, _MODULES),
    since="now-30d",
)
