"""The county: its targets, how they come along, which schools are short of them, what calls for somebody."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.calls import CALLS
from exporters.grafana.model import Board, Column, Panel, Query, Row

_BY = "profile, target"
_EXPIRY = "wanzhao_school_paper_expiry_timestamp_seconds"

_NOW = Row(
    ("现在", "Now"),
    4,
    (
        Panel(
            kind="stat",
            title=("已达成的目标", "Targets met"),
            about=(
                "所选规划里已达成的目标个数,取自 wanzhao_county_target_state。",
                "Targets of the chosen plans that are met.",
            ),
            queries=(
                Query(f"sum({s.once(_BY, 'wanzhao_county_target_state', s.but(s.PLAN, state='met'))})"),
            ),
            width=3,
            steps=((None, "good"),),
        ),
        Panel(
            kind="stat",
            title=("未达成", "Not met"),
            about=(
                "即使待核实的全部算达标也不够的目标个数。",
                "Targets that are missed even if everything unknown were to pass.",
            ),
            queries=(
                Query(f"sum({s.once(_BY, 'wanzhao_county_target_state', s.but(s.PLAN, state='not_met'))})"),
            ),
            width=3,
            steps=((None, "good"), (1, "bad")),
        ),
        Panel(
            kind="stat",
            title=("待定", "Undetermined"),
            about=(
                "上下限把目标值夹在中间:还差证据。",
                "The goal lies between the bounds: evidence is missing.",
            ),
            queries=(
                Query(
                    f"sum({s.once(_BY, 'wanzhao_county_target_state', s.but(s.PLAN, state='undetermined'))})"
                ),
            ),
            width=3,
            steps=((None, "good"), (1, "doubt")),
        ),
        Panel(
            kind="stat",
            title=("学校", "Schools"),
            about=("台账中的学校数。", "Schools of the register."),
            queries=(Query(f"count({s.once('school', 'wanzhao_school_info', s.SCHOOL)})"),),
            width=3,
        ),
        Panel(
            kind="stat",
            title=("失联代理", "Agents silent"),
            about=(
                "最近没有上报,或从未上报的校区代理。",
                "Campuses whose agent has not reported lately, or never.",
            ),
            queries=(Query(f"sum(1 - {s.once('school, campus', 'wanzhao_agent_up', s.SCHOOL)})"),),
            width=3,
            steps=((None, "good"), (1, "bad")),
        ),
        Panel(
            kind="stat",
            title=("退步", "Regressions"),
            about=(
                "比已认定的状态差的事项数;没有退步时是 0。",
                "Things that are below what was accepted; 0 when there are none.",
            ),
            queries=(
                Query(
                    f"count({s.once('school, item', 'wanzhao_regression', s.SCHOOL)})"
                    f" or sum({s.once('county', 'wanzhao_county_baselines', s.COUNTY)}) * 0"
                ),
            ),
            width=3,
            steps=((None, "good"), (1, "bad")),
        ),
        Panel(
            kind="stat",
            title=("60 天内到期", "Papers ending in 60 days"),
            about=(
                "60 天内(含已过期)失效的合同、佐证、豁免等。",
                "Contracts, evidence, exemptions and the like that end within 60 days, or have ended.",
            ),
            queries=(
                Query(
                    f"sum({s.once('school, kind', _EXPIRY, s.SCHOOL, 'min')} < bool (time() + 60 * 86400))"
                ),
            ),
            width=3,
            steps=((None, "good"), (1, "doubt")),
        ),
        Panel(
            kind="stat",
            title=("判定时间", "Judged"),
            about=(
                "本页所示状态是什么时候判定的,多页取最旧的。",
                "When the state shown here was judged; the oldest of several pages.",
            ),
            queries=(Query(f"min(wanzhao_snapshot_timestamp_seconds{{{s.PLAN}}}) * 1000"),),
            width=3,
            unit="dateTimeFromNow",
        ),
    ),
)

_TARGETS = Row(
    ("规划目标", "Targets of the plan"),
    10,
    (
        Panel(
            kind="table",
            title=("目标、上下限与结论", "Targets with their bounds"),
            about=(
                "下限把待核实算作未达标,上限算作达标;结论只在上下限落在目标值同一侧时给出。",
                "The lower bound counts unknown as not met, the upper as met; a verdict stands when both "
                "lie on the same side of the goal.",
            ),
            queries=(
                Query(s.once(_BY, "wanzhao_county_target_ratio", s.but(s.PLAN, bound="lower"))),
                Query(s.once(_BY, "wanzhao_county_target_ratio", s.but(s.PLAN, bound="upper"))),
                Query(
                    s.once(_BY, "wanzhao_county_target_goal", s.PLAN)
                    + f" and on ({_BY}) wanzhao_county_target_ratio{{{s.PLAN}}}"
                ),
                Query(s.coded("wanzhao_county_target_state", s.PLAN, _BY, s.TARGET_STATES)),
                Query(s.once(_BY, "wanzhao_county_target_schools", s.but(s.PLAN, state="pass"))),
                Query(s.once(_BY, "wanzhao_county_target_schools", s.but(s.PLAN, state="fail"))),
                Query(s.once(_BY, "wanzhao_county_target_schools", s.but(s.PLAN, state="unknown"))),
                Query(s.once(_BY, "wanzhao_county_target_schools", s.but(s.PLAN, state="na"))),
                Query(s.once(_BY, "wanzhao_county_target_due_timestamp_seconds", s.PLAN) + " - time()"),
                Query(s.once("profile, target, quote", "wanzhao_target_info", s.PLAN)),
            ),
            columns=(
                Column("profile", w.PROFILE, width=130),
                Column("target", w.TARGET, width=180),
                Column("Value #D", w.STATE, states="target", width=100),
                Column("Value #A", ("下限", "Lower"), unit="percentunit", bar=True, decimals=1),
                Column("Value #B", ("上限", "Upper"), unit="percentunit", bar=True, decimals=1),
                Column("Value #C", ("目标值", "Goal"), unit="percentunit", decimals=1, width=80),
                Column("Value #E", ("达标", "Pass"), width=70),
                Column("Value #F", ("未达标", "Fail"), width=70),
                Column("Value #G", ("待核实", "Unknown"), width=80),
                Column("Value #H", ("不适用", "n/a"), width=70),
                Column("Value #I", ("距截止", "Time left"), unit="dtdurations", width=110),
                Column("quote", ("规划原文", "Words of the plan")),
            ),
            width=24,
        ),
    ),
)

_ONE = f'{s.PLAN}, target=~"$target"'

_TREND = Row(
    ("走势", "Trend"),
    8,
    (
        Panel(
            kind="timeseries",
            title=("$target 达成率上下限", "$target: bounds of the share"),
            about=(
                "每个所选目标一张图:下限、上限之间是待核实的,虚线是规划的目标值。",
                "One chart for each chosen target: between the bounds lies what is unknown, the dashed "
                "line is the plan's goal.",
            ),
            queries=(
                Query(
                    s.once(_BY, "wanzhao_county_target_ratio", s.but(_ONE, bound="lower")),
                    ("{{profile}} 下限", "{{profile}} lower bound"),
                ),
                Query(
                    s.once(_BY, "wanzhao_county_target_ratio", s.but(_ONE, bound="upper")),
                    ("{{profile}} 上限", "{{profile}} upper bound"),
                ),
                Query(
                    s.once(_BY, "wanzhao_county_target_goal", _ONE)
                    + f" and on ({_BY}) wanzhao_county_target_ratio{{{s.PLAN}}}",
                    ("{{profile}} 目标值", "{{profile}} goal"),
                    is_goal=True,
                ),
            ),
            width=24,
            unit="percentunit",
            least=0,
            most=1,
            repeat="target",
        ),
    ),
)

_OPEN = f'sum by (school) (wanzhao_school_target_state{{{s.SCHOOL_PLAN}, state=~"fail|unknown"}})'
_NONE = f"sum by (school) (wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}) * 0"

_STATE = s.coded("wanzhao_school_target_state", s.SCHOOL_PLAN, "school, profile, target", s.SCHOOL_STATES)
_WORST = s.named(f"{_STATE} and on (school) topk(50, {_OPEN} or {_NONE})")
# Two schools may have one name, and two plans one target: rows and columns are of both.
_MATRIX = (
    f'label_join(label_join({_WORST}, "row", " ", "name", "school"), "column", "/", "profile", "target")'
)

_SCHOOLS = Row(
    ("学校与目标", "Schools and targets"),
    14,
    (
        Panel(
            kind="table",
            title=(
                "学校 × 目标(未达标和待核实最多的 50 所)",
                "School by target (the 50 with most left to do)",
            ),
            about=(
                "每格既有文字又有颜色;灰度打印也能分辨。用上方的学校变量看其他学校。",
                "Each cell has a word, and a colour that differs in grey. Choose others above.",
            ),
            queries=(Query(_MATRIX),),
            matrix=("row", "column"),
            states="school",
            width=24,
        ),
    ),
)

BOARD = Board(
    key="county",
    title=("万兆 · 全县总览", "wanzhao / County"),
    about=(
        "全县规划目标的达成情况,以及要有人去处理的事。",
        "How the county's plan is met, and what calls for somebody.",
    ),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.SCHOOLS, s.TARGETS),
    rows=(_NOW, _TARGETS, _TREND, _SCHOOLS, CALLS),
    since="now-30d",
)
