"""One school: what its targets say, its links, access points, rooms and devices, and what is wrong."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import bars, graph, grid, same, stat, timeline
from exporters.grafana.model import Board, Column, Link, Query, Row

_BY_CAMPUS = "school, campus"
_STATES = f"sum(wanzhao_school_target_state{{{s.SCHOOL_PLAN}, state="

_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("达标", "Pass"),
            ("所选规划里本校达标的目标数。", "Targets that the school meets."),
            f'{_STATES}"pass"}}) or count(wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}) * 0',
            4,
            steps=((None, "good"),),
        ),
        stat(
            ("未达标", "Fail"),
            ("本校未达标的目标数。", "Targets that the school does not meet."),
            f'{_STATES}"fail"}}) or count(wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}) * 0',
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("待核实", "Unknown"),
            ("缺数据或证据的目标数,不算达标也不算未达标。", "Targets without data or evidence: neither."),
            f'{_STATES}"unknown"}}) or count(wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}) * 0',
            4,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("退步", "Regressions"),
            ("比已认定的状态差的事项数。", "Things below what was accepted."),
            f"count({s.once('item', 'wanzhao_regression', s.SCHOOL)})"
            f" or count({s.once('school', 'wanzhao_school_info', s.SCHOOL)}) * 0",
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("失联校区", "Campuses silent"),
            ("代理最近没有上报的校区。", "Campuses whose agent has not reported lately."),
            f"sum(1 - {s.once(_BY_CAMPUS, 'wanzhao_agent_up', s.SCHOOL)})",
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("上次上报", "Last report"),
            ("各校区里最旧的一次。", "The oldest of its campuses."),
            f"min({s.once(_BY_CAMPUS, 'wanzhao_agent_last_report_timestamp_seconds', s.SCHOOL)}) * 1000",
            4,
            unit="dateTimeFromNow",
        ),
    ),
)

_TARGETS = Row(
    ("目标", "Targets"),
    10,
    (
        grid(
            ("本校各目标", "Targets of this school"),
            (
                "为什么是这个结论:运行 wanzhao why,或看报表。",
                "Why a verdict is what it is: run wanzhao why, or see the report.",
            ),
            (
                s.coded("wanzhao_school_target_state", s.SCHOOL_PLAN, "profile, target", s.SCHOOL_STATES),
                s.once("profile, target, quote", "wanzhao_target_info", s.PLAN)
                + f" and on (profile, target) wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}",
            ),
            10,
            columns=(
                Column("profile", w.PROFILE, width=110),
                Column("target", w.TARGET, width=160),
                Column("Value #A", w.STATE, states="school", width=100),
                Column("quote", ("规划原文", "Words of the plan")),
            ),
            sort=("Value #A", False),
        ),
        timeline(
            ("目标状态的变化", "States over time"),
            ("空白是那时没有判定。", "Blank: nothing was judged then."),
            (
                Query(
                    s.coded("wanzhao_school_target_state", s.SCHOOL_PLAN, "profile, target", s.SCHOOL_STATES),
                    same("{{profile}} {{target}}"),
                ),
            ),
            14,
            states="school",
        ),
    ),
)

_METRICS = Row(
    ("判定所用的指标", "Metrics that decided"),
    9,
    (
        grid(
            ("各校区的指标", "Metrics of each campus"),
            (
                "数值是基本单位:bit/s、秒、比率 0..1,其余是个数;有答复的轮询要 collector.detail = all。",
                "Values in base units: bit/s, seconds, ratio 0..1, else a number; polls answered need "
                "collector.detail = all.",
            ),
            (
                s.coded(
                    "wanzhao_campus_metric_state", s.SCHOOL_PLAN, "campus, target, metric", s.SCHOOL_STATES
                ),
                s.once("campus, target, metric", "wanzhao_campus_metric_value", s.SCHOOL_PLAN),
                s.once("campus, target, metric", "wanzhao_campus_metric_coverage_ratio", s.SCHOOL_PLAN),
            ),
            24,
            columns=(
                Column("campus", w.CAMPUS, width=170),
                Column("target", w.TARGET),
                Column("metric", w.METRIC),
                Column("Value #A", w.STATE, states="school", width=100),
                Column("Value #B", w.VALUE, unit="short", width=110),
                Column("Value #C", ("有答复的轮询", "Polls answered"), unit="percentunit", width=140),
            ),
            sort=("Value #A", False),
        ),
    ),
)

_LINKS = Row(
    ("接入与无线", "Access and wireless"),
    8,
    (
        graph(
            ("上联端口与签约带宽", "Uplink port and contract"),
            (
                "端口是上联现在的速率,签约是台账里租的带宽;虚线是签约。",
                "port is the uplink's speed now, contract what the register says is leased (dashed).",
            ),
            (
                Query(
                    s.once("campus", "wanzhao_campus_link_speed", s.but(s.SCHOOL, link="port")),
                    ("{{campus}} 端口", "{{campus}} port"),
                ),
                Query(
                    s.once("campus", "wanzhao_campus_link_speed", s.but(s.SCHOOL, link="contract")),
                    ("{{campus}} 签约", "{{campus}} contract"),
                    is_goal=True,
                ),
            ),
            8,
            unit="bps",
            least=0,
        ),
        graph(
            ("无线接入点", "Access points"),
            ("虚线是在册数,实线是在线数。", "Registered (dashed) and online."),
            (
                Query(
                    s.once("campus", "wanzhao_campus_aps_online", s.SCHOOL),
                    ("{{campus}} 在线", "{{campus}} online"),
                ),
                Query(
                    s.once("campus", "wanzhao_campus_aps_registered", s.SCHOOL),
                    ("{{campus}} 在册", "{{campus}} registered"),
                    is_goal=True,
                ),
            ),
            8,
            least=0,
        ),
        bars(
            ("主要区域", "Main areas"),
            (
                "在册、有在线 AP 覆盖的、台账里没写 AP 的房间数。",
                "Rooms registered, covered by a working access point, and without one in the register.",
            ),
            (
                Query(
                    f"sum by (kind) ({s.once('campus, kind', 'wanzhao_campus_main_areas', s.SCHOOL)})",
                    same("{{kind}}"),
                ),
            ),
            8,
            least=0,
        ),
    ),
)

_DEVICES = Row(
    ("设备与 IPv6", "Devices and IPv6"),
    8,
    (
        grid(
            ("按角色的设备", "Devices by role"),
            (
                "最近轮询中应答的、没应答的、没轮询到的在册设备。",
                "Registered devices that answered, did not, or were not asked by the newest polls.",
            ),
            tuple(
                s.once("campus, role", "wanzhao_campus_devices", s.but(s.SCHOOL, state=state))
                for state in ("answering", "silent", "unread")
            ),
            10,
            columns=(
                Column("campus", w.CAMPUS, link=Link("ports", (("campus", "campus"),))),
                Column("role", w.ROLE, width=120),
                Column("Value #A", ("应答", "Answering"), width=90),
                Column("Value #B", ("失联", "Silent"), width=80),
                Column("Value #C", ("未读", "Unread"), width=80),
            ),
        ),
        timeline(
            ("IPv6 现状", "IPv6 now"),
            (
                "address:上联有全球地址;default_route:有 ::/0 出口。",
                "address: a global address at an uplink; default_route: a way out (::/0).",
            ),
            (Query(s.once("campus, step", "wanzhao_campus_ipv6", s.SCHOOL), same("{{campus}} {{step}}")),),
            7,
            states="yes",
        ),
        graph(
            ("光功率余量", "Optics margin"),
            (
                "上联收光离模块限值最近的 dB 数,越小越危险。",
                "Decibels from received light to the module's nearer limit, the least of the uplinks.",
            ),
            (Query(s.once("campus", "wanzhao_campus_optics_margin_db", s.SCHOOL), same("{{campus}}")),),
            7,
            unit="dB",
        ),
    ),
)

_WRONG = Row(
    ("要处理的", "To be done"),
    8,
    (
        grid(
            ("退步", "Regressions"),
            ("比已认定的状态差的事项。", "What is below what was accepted."),
            (
                f"max by (item, kind) (wanzhao_regression{{{s.SCHOOL}}}"
                " * on (county, profile, school, item) group_left ()"
                f" (time() - wanzhao_regression_since_timestamp_seconds{{{s.SCHOOL}}}))",
            ),
            8,
            columns=(
                Column("item", ("事项", "Item")),
                Column("kind", w.KIND, states="regression", width=130),
                Column("Value", ("已持续", "For"), unit="dtdurations", width=110),
            ),
        ),
        grid(
            ("材料到期", "Papers"),
            ("每类最先到期的一份;负数是已过期。", "The first of each kind to end; negative has ended."),
            (s.once("kind", "wanzhao_school_paper_expiry_timestamp_seconds", s.SCHOOL, "min") + " - time()",),
            6,
            columns=(
                Column("kind", w.KIND, states="paper"),
                Column("Value", ("剩余", "Left"), unit="dtdurations"),
            ),
            sort=("Value", False),
        ),
        grid(
            ("代理", "Agents"),
            (
                "缺批次可能还在路上;丢失的不会再来。",
                "Missing batches may still come, lost ones will not.",
            ),
            (
                s.once("campus, agent, version", "wanzhao_agent_info", s.SCHOOL),
                "time() - "
                + s.once("campus, agent", "wanzhao_agent_newest_poll_timestamp_seconds", s.SCHOOL),
                s.once("campus, agent", "wanzhao_agent_clock_offset_seconds", s.SCHOOL),
                s.once("campus, agent", "wanzhao_agent_missing_batches", s.SCHOOL),
                s.once("campus, agent", "wanzhao_agent_lost_batches", s.SCHOOL),
            ),
            10,
            columns=(
                Column("campus", w.CAMPUS),
                Column("agent", ("代理", "Agent")),
                Column("version", w.VERSION, width=70),
                Column("Value #B", ("最新轮询距今", "Newest poll ago"), unit="dtdurations"),
                Column("Value #C", ("时钟偏差", "Clock off"), unit="s", width=90),
                Column("Value #D", ("缺", "Missing"), width=70),
                Column("Value #E", ("丢", "Lost"), width=70),
            ),
        ),
    ),
)

BOARD = Board(
    key="school",
    title=("万兆 · 学校", "wanzhao / School"),
    about=("一所学校凭什么达标,还差什么。", "Why one school passes, and what it lacks."),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.ONE_SCHOOL),
    rows=(_NOW, _TARGETS, _METRICS, _LINKS, _DEVICES, _WRONG),
    since="now-7d",
)
