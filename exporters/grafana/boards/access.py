"""Access: is it 10G, and where is it not. Port and contract of every campus."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat
from exporters.grafana.boards.targets import targets_row
from exporters.grafana.model import Board, Column, Query, Row

_BY = "school, campus"
_PORT = s.once(_BY, "wanzhao_campus_link_speed", s.but(s.SCHOOL, link="port"))
_CONTRACT = s.once(_BY, "wanzhao_campus_link_speed", s.but(s.SCHOOL, link="contract"))
_CAMPUSES = s.once("campus", "wanzhao_campus_info", s.SCHOOL)
_BANDS = ((0, 1e9, "< 1G"), (1e9, 1e10, "1G ~ 10G"), (1e10, 1e12, ">= 10G"))


def _zero(expr: str) -> str:
    """A count that is 0, not absent, while campuses are known at all."""
    return f"{expr} or count({_CAMPUSES}) * 0"


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("上联达万兆的校区", "Campuses at 10G"),
            (
                "上联端口(或聚合)现速率不低于 10 Gbit/s。",
                "The uplink port or aggregate runs at 10 Gbit/s or more now.",
            ),
            _zero(f"count({_PORT} >= 1e10)"),
            6,
            steps=((None, "good"),),
        ),
        stat(
            ("不到万兆的校区", "Campuses below 10G"),
            ("知道速率且低于 10 Gbit/s。", "The speed is known and below 10 Gbit/s."),
            _zero(f"count({_PORT} < 1e10)"),
            6,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("速率未知的校区", "Campuses not known"),
            (
                "没有现速率:代理失联、设备没有应答或没有登记上联。",
                "No speed now: agent or device silent, or no uplink in the register.",
            ),
            _zero(f"count({_CAMPUSES} unless on (campus) {_PORT})"),
            6,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("端口够而签约不够", "Port faster than contract"),
            ("端口速率高于签约带宽的校区。", "Campuses whose port is faster than what is leased."),
            _zero(f"count({_PORT} > {_CONTRACT})"),
            6,
            steps=((None, "good"), (1, "doubt")),
        ),
    ),
)

_SPEEDS = Row(
    ("速率", "Speeds"),
    9,
    (
        bars(
            ("校区按上联速率", "Campuses by uplink speed"),
            ("只数现在知道速率的校区。", "Campuses whose speed is known now."),
            tuple(
                Query(_zero(f"count(({_PORT} >= {low:.0f}) < {high:.0f})"), same(words))
                for low, high, words in _BANDS
            ),
            8,
            least=0,
        ),
        graph(
            ("达到万兆的校区数", "Campuses at 10G over time"),
            (
                "实线是上联达到 10 Gbit/s 的校区,虚线是全部校区。",
                "Campuses whose uplink is at 10 Gbit/s; dashed: all campuses.",
            ),
            (
                Query(_zero(f"count({_PORT} >= 1e10)"), (">= 10G", ">= 10G")),
                Query(f"count({_CAMPUSES})", ("全部校区", "all campuses"), is_goal=True),
            ),
            16,
            least=0,
        ),
    ),
)

_WHERE = Row(
    ("哪些校区", "Where"),
    12,
    (
        grid(
            ("上联最慢的 25 个校区", "The 25 slowest uplinks"),
            ("上联现速率和签约带宽。", "The uplink's speed now and what is leased."),
            (
                s.named(f"bottomk(25, {_PORT})"),
                s.named(f"{_CONTRACT} and on (campus) bottomk(25, {_PORT})"),
            ),
            12,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=120),
                Column("campus", w.CAMPUS, width=150),
                Column("Value #A", ("端口", "Port"), unit="bps", width=100),
                Column("Value #B", ("签约", "Contract"), unit="bps", width=100),
            ),
            sort=("Value #A", False),
        ),
        grid(
            ("速率未知的校区(前 25)", "Campuses not known (first 25)"),
            (
                "没有现速率的校区;代理在线而没有速率,看上联登记和设备。",
                "No speed now. Where the agent is up, look at the uplink's row and its device.",
            ),
            (
                s.named(
                    "topk(25, " + s.once(_BY, "wanzhao_agent_up", s.SCHOOL) + f" unless on (campus) {_PORT})"
                ),
            ),
            12,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=120),
                Column("campus", w.CAMPUS, width=150),
                Column("Value", ("代理", "Agent"), states="up", width=100),
            ),
        ),
    ),
)

BOARD = Board(
    key="access",
    title=("万兆 · 接入与万兆到校", "wanzhao / Access and 10G"),
    about=("万兆到了没有:端口、签约、未知的校区。", "Has 10G arrived: ports, contracts, campuses not known."),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.SCHOOLS),
    rows=(_NOW, targets_row("access.*"), _SPEEDS, _WHERE),
    since="now-7d",
)
