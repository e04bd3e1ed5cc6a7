"""IPv6: how far up the ladder, and what proves it."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat
from exporters.grafana.boards.targets import targets_row
from exporters.grafana.model import POLL, Board, Column, Query, Row

_STEP = "campus, step"
_CAMPUSES = s.once("campus", "wanzhao_campus_info", s.SCHOOL)
_IPV6 = s.once(_STEP, "wanzhao_campus_ipv6", s.SCHOOL)
_RATE_6 = s.in_scope(
    f'sum by (campus) (rate(wanzhao_if_version_in_octets_total{{{s.DEVICE}, version="6"}}[$__rate_interval]))'
)
_RATE_4 = s.in_scope(
    f'sum by (campus) (rate(wanzhao_if_version_in_octets_total{{{s.DEVICE}, version="4"}}[$__rate_interval]))'
)


_RUNGS = (
    ("configured", "配置"),
    ("routed", "有路由"),
    ("neighbours", "有邻居"),
    ("clients", "有终端"),
    ("bytes", "有流量"),
    ("share", "有份额"),
)


def _rung(rung: str) -> str:
    return s.in_scope(f'wanzhao_ipv6_ladder_reached{{{s.DEVICE}, rung="{rung}"}}')


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("有全球地址的校区", "Campuses with an address"),
            ("上联接口有全球单播 IPv6 地址。", "A global IPv6 address at an uplink."),
            f"sum({s.once('campus', 'wanzhao_campus_ipv6', s.but(s.SCHOOL, step='address'))})",
            6,
            steps=((None, "good"),),
        ),
        stat(
            ("有默认路由的校区", "Campuses with a way out"),
            ("有 ::/0 默认路由。", "A default route ::/0."),
            f"sum({s.once('campus', 'wanzhao_campus_ipv6', s.but(s.SCHOOL, step='default_route'))})",
            6,
            steps=((None, "good"),),
        ),
        stat(
            ("没有 IPv6 的校区", "Campuses without"),
            ("知道没有全球地址的校区。", "Campuses known to have no global address."),
            f"sum(1 - {s.once('campus', 'wanzhao_campus_ipv6', s.but(s.SCHOOL, step='address'))})",
            6,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("情况不明的校区", "Campuses not known"),
            ("没有谁说得出有没有 IPv6。", "Nobody tells whether there is IPv6."),
            f"count({_CAMPUSES} unless on (campus) wanzhao_campus_ipv6{{{s.SCHOOL}}})"
            f" or count({_CAMPUSES}) * 0",
            6,
            steps=((None, "good"), (1, "doubt")),
        ),
    ),
)

_LADDER = Row(
    ("阶梯", "The ladder"),
    9,
    (
        bars(
            ("到达每一级的设备", "Devices at each rung"),
            (
                "从下往上六级;只数能说明的设备。",
                "The six rungs from the lowest; of devices that can tell.",
            ),
            tuple(Query(f"sum({_rung(rung)})", (f"{rung} {chinese}", rung)) for rung, chinese in _RUNGS),
            8,
            interval=POLL,
            least=0,
        ),
        graph(
            ("校区的 IPv6", "IPv6 at campuses"),
            ("有全球地址、有默认路由的校区数。", "Campuses with a global address, and with a default route."),
            (Query(f"sum by (step) ({_IPV6})", same("{{step}}")),),
            8,
            least=0,
        ),
        graph(
            ("IPv6 流量占比", "Share of IPv6 octets"),
            (
                "IPv6 字节除以两种协议的字节,先合计再相除;只有分协议计数的设备能给出。",
                "IPv6 octets over octets of both, summed before dividing; of devices that count by version.",
            ),
            (
                Query(
                    f"sum({_RATE_6}) / (sum({_RATE_6}) + sum({_RATE_4}))",
                    ("IPv6 占比", "share of IPv6"),
                ),
            ),
            8,
            unit="percentunit",
            interval=POLL,
            least=0,
        ),
    ),
)

_PROOF = Row(
    ("实测与邻居", "Tests and neighbours"),
    9,
    (
        graph(
            ("邻居表", "Neighbours"),
            (
                "活着的 ARP(4)与 ND(6)表项,所选设备合计。",
                "Living ARP (4) and ND (6) entries of the chosen devices.",
            ),
            (
                Query(
                    f"sum by (version) ({s.in_scope(f'wanzhao_neighbours{{{s.DEVICE}}}')})",
                    same("IPv{{version}}"),
                ),
            ),
            8,
            interval=POLL,
            least=0,
        ),
        graph(
            ("连接时间:IPv4 与 IPv6", "Connect time, IPv4 and IPv6"),
            ("代理自己测的对比,最慢的 25 个。", "The agent's own comparisons, the 25 slowest."),
            (
                Query(
                    f"topk(25, {s.in_scope(f'wanzhao_probe_ipv6_seconds{{{s.AGENT}}}')})",
                    same("{{campus}} {{name}} IPv6"),
                ),
                Query(
                    f"topk(25, {s.in_scope(f'wanzhao_probe_ipv4_seconds{{{s.AGENT}}}')})",
                    same("{{campus}} {{name}} IPv4"),
                ),
            ),
            8,
            unit="s",
            interval=POLL,
            least=0,
        ),
        bars(
            ("解析器给出 AAAA 的比例(最低 25)", "Names with AAAA by resolver (lowest 25)"),
            ("测试名单里得到 AAAA 的比例。", "Share of the tested names that get AAAA."),
            (
                Query(
                    f"bottomk(25, {s.in_scope(f'wanzhao_probe_aaaa_ratio{{{s.AGENT}}}')})",
                    same("{{campus}} {{name}}"),
                ),
            ),
            8,
            unit="percentunit",
            interval=POLL,
            least=0,
            most=1,
            steps=((None, "bad"), (0.5, "doubt"), (0.9, "good")),
        ),
    ),
)

_ADDRESS = s.once("school, campus", "wanzhao_campus_ipv6", s.but(s.SCHOOL, step="address"))
_ROUTE = s.once("school, campus", "wanzhao_campus_ipv6", s.but(s.SCHOOL, step="default_route"))
_WITHOUT = f"topk(25, {_ADDRESS} == 0 or {_ROUTE} == 0)"

_WHERE = Row(
    ("哪些校区", "Where"),
    10,
    (
        grid(
            ("缺地址或路由的校区(前 25)", "Campuses that lack an address or a way out (25)"),
            (
                "上联没有全球 IPv6 地址或没有默认路由的校区。",
                "No global address at an uplink, or no default route.",
            ),
            (
                s.named(f"{_ADDRESS} and on (campus) {_WITHOUT}"),
                s.named(f"{_ROUTE} and on (campus) {_WITHOUT}"),
            ),
            12,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=120),
                Column("campus", w.CAMPUS, width=150),
                Column("Value #A", ("全球地址", "Address"), states="yes", width=100),
                Column("Value #B", ("默认路由", "Default route"), states="yes", width=110),
            ),
            sort=("Value #A", False),
        ),
        grid(
            ("代理的测试", "The agents' tests"),
            (
                "失败的在前,最多 25 项;证明不了什么的没有结果。",
                "Failures first, 25 at most; a test that proves nothing has no result.",
            ),
            (
                "bottomk(25, max by (campus, kind, name, family) "
                f"{s.in_scope(f'wanzhao_probe_success{{{s.AGENT}}}')})",
            ),
            12,
            columns=(
                Column("campus", w.CAMPUS, width=150),
                Column("kind", w.KIND, width=100),
                Column("name", ("对象", "Target")),
                Column("family", ("协议", "Family"), width=80),
                Column("Value", ("成功", "Success"), states="yes", width=90),
            ),
            sort=("Value", False),
            interval=POLL,
        ),
    ),
)

BOARD = Board(
    key="ipv6",
    title=("万兆 · IPv6 阶梯", "wanzhao / IPv6 ladder"),
    about=("IPv6 走到哪一级,凭什么。", "How far IPv6 has come, and what proves it."),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.SCHOOLS, s.CAMPUSES, s.DEVICE_JOB, s.DEVICES, s.AGENT_JOB),
    rows=(_NOW, targets_row("ipv6.*"), _LADDER, _PROOF, _WHERE),
    since="now-7d",
)
