"""Wireless: are access points there and working, who uses them, and how full the air is."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat
from exporters.grafana.boards.targets import targets_row
from exporters.grafana.model import POLL, Board, Column, Query, Row

_BY = "school, campus"
_ONLINE = s.once(_BY, "wanzhao_campus_aps_online", s.SCHOOL)
_REGISTERED = s.once(_BY, "wanzhao_campus_aps_registered", s.SCHOOL)
_KNOWN = f"({_REGISTERED} and on (campus) {_ONLINE})"
_LACKING = f"topk(25, {_KNOWN} - {_ONLINE} > 0)"


def _areas(kind: str) -> str:
    return f"sum({s.once('campus', 'wanzhao_campus_main_areas', s.but(s.SCHOOL, kind=kind))})"


def _devices(metric: str) -> str:
    return s.in_scope(f"{metric}{{{s.DEVICE}}}")


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("在线 AP", "APs online"),
            ("控制器报告在线的在册 AP。", "Registered access points that controllers report online."),
            f"sum({_ONLINE})",
            5,
            steps=((None, "good"),),
        ),
        stat(
            ("不在线 AP", "APs not online"),
            (
                "在册而不在线;情况不明的校区不计。",
                "Registered and not online; campuses that are not known are left out.",
            ),
            f"sum({_KNOWN} - {_ONLINE})",
            5,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("情况不明的 AP", "APs not known"),
            ("校区没有现状的在册 AP。", "Registered access points of campuses that are not known now."),
            f"sum({_REGISTERED}) - sum({_KNOWN})",
            5,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("终端", "Clients"),
            ("各控制器报告的终端合计。", "Clients by the controllers."),
            f"sum({_devices('wanzhao_wireless_clients')})",
            4,
            interval=POLL,
        ),
        stat(
            ("至少已覆盖的主要区域", "Main areas covered, at least"),
            (
                "有在线 AP 的主要房间除以在册主要房间,先合计再相除;情况不明的校区算作没有。",
                "Main rooms with a working access point over all, summed before dividing; "
                "campuses that are not known count as without.",
            ),
            f"{_areas('covered')} / {_areas('registered')}",
            5,
            unit="percentunit",
            decimals=1,
        ),
    ),
)

_USE = Row(
    ("覆盖与使用", "Coverage and use"),
    9,
    (
        graph(
            ("AP 在册与在线", "APs registered and online"),
            ("虚线是在册数。", "Dashed: registered."),
            (
                Query(f"sum({_ONLINE})", ("在线", "online")),
                Query(f"sum({_REGISTERED})", ("在册", "registered"), is_goal=True),
            ),
            8,
            least=0,
        ),
        graph(
            ("按频段的终端", "Clients by band"),
            ("2.4 与 5 GHz。", "2.4 and 5 GHz."),
            (Query(f"sum by (band) ({_devices('wanzhao_wireless_band_clients')})", same("{{band}} GHz")),),
            8,
            interval=POLL,
            is_stacked=True,
            least=0,
        ),
        graph(
            ("按网络名的终端(前 25)", "Clients by SSID (top 25)"),
            ("所选校区合计。", "Of the chosen campuses."),
            (
                Query(
                    f"topk(25, sum by (ssid) ({_devices('wanzhao_wireless_ssid_clients')}))", same("{{ssid}}")
                ),
            ),
            8,
            interval=POLL,
            least=0,
        ),
    ),
)

_POINTS = Row(
    ("接入点", "Access points"),
    9,
    (
        bars(
            ("按状态", "By state"),
            ("控制器列出的 AP。", "Access points that controllers list."),
            (Query(f"sum by (state) ({_devices('wanzhao_wireless_access_points')})", same("{{state}}")),),
            6,
            interval=POLL,
            least=0,
        ),
        bars(
            ("按 Wi-Fi 代际", "By Wi-Fi generation"),
            ("按代际的 AP 数:4 n、5 ac、6 ax、7 be。", "Access points: 4 n, 5 ac, 6 ax, 7 be."),
            (
                Query(
                    f'count_values("generation", {_devices("wanzhao_wireless_ap_generation")})',
                    same("Wi-Fi {{generation}}"),
                ),
            ),
            6,
            interval=POLL,
            least=0,
        ),
        bars(
            ("信道占用最高的 25 个射频", "The 25 fullest radios"),
            ("信道利用率;6 成以上就会卡。", "Channel utilisation; above six tenths people notice."),
            (
                Query(
                    f"topk(25, {_devices('wanzhao_wireless_radio_utilisation_ratio')})",
                    same("{{campus}} {{ap}} {{band}}G"),
                ),
            ),
            6,
            unit="percentunit",
            interval=POLL,
            least=0,
            most=1,
            steps=((None, "good"), (0.4, "doubt"), (0.6, "bad")),
        ),
        bars(
            ("终端最多的 25 个 AP", "The 25 busiest APs"),
            ("每个 AP 的终端数。", "Clients of each access point."),
            (
                Query(
                    f"topk(25, {_devices('wanzhao_wireless_ap_clients')})",
                    same("{{campus}} {{ap}}"),
                ),
            ),
            6,
            interval=POLL,
            least=0,
        ),
    ),
)

_WHERE = Row(
    ("哪些校区", "Where"),
    10,
    (
        grid(
            ("缺 AP 最多的 25 个校区", "The 25 campuses that lack most"),
            ("在册减在线。", "Registered less online."),
            (
                s.named(_LACKING),
                s.named(f"{_REGISTERED} and on (campus) {_LACKING}"),
                s.named(f"{_ONLINE} and on (campus) {_LACKING}"),
            ),
            12,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=120),
                Column("campus", w.CAMPUS, width=150),
                Column("Value #A", ("不在线", "Not online"), width=90),
                Column("Value #B", ("在册", "Registered"), width=90),
                Column("Value #C", ("在线", "Online"), width=80),
            ),
            sort=("Value #A", True),
        ),
        grid(
            ("不在线的 AP", "APs that are down"),
            (
                "控制器说不在线的 AP,最多 100 个。",
                "Access points that their controller reports offline, 100 at most.",
            ),
            (f"topk(100, max by (campus, instance, ap, mac) {_devices('wanzhao_wireless_ap_up')} == 0)",),
            12,
            columns=(
                Column("campus", w.CAMPUS, width=160),
                Column("instance", ("控制器", "Controller")),
                Column("ap", ("AP", "AP")),
                Column("mac", ("MAC", "MAC"), width=150),
                Column("Value", w.STATE, states="up", width=90),
            ),
            interval=POLL,
        ),
    ),
)

BOARD = Board(
    key="wireless",
    title=("万兆 · 无线覆盖", "wanzhao / Wireless"),
    about=("无线覆盖了没有,好不好用。", "Is wireless there, and is it good."),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.SCHOOLS, s.CAMPUSES, s.DEVICE_JOB, s.DEVICES),
    rows=(_NOW, targets_row("wifi.*|wireless.*"), _USE, _POINTS, _WHERE),
)
