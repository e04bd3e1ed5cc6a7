"""Quality of the data: can the verdicts be trusted, and what is missing."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat, timeline
from exporters.grafana.model import Board, Column, Query, Row

_BY = "profile, metric"
_COVERAGE = s.once("school, campus, target, metric", "wanzhao_campus_metric_coverage_ratio", s.SCHOOL_PLAN)
_STATES = f"wanzhao_school_target_state{{{s.SCHOOL_PLAN}}}"

_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("待核实的结论", "Verdicts unknown"),
            (
                "学校目标里待核实的占比,先计数再相除。",
                "Share of schools' verdicts that are unknown, counted before dividing.",
            ),
            f'(count({_STATES[:-1]}, state="unknown"}}) or count({_STATES}) * 0)'
            f' / count({_STATES[:-1]}, state!="na"}})',
            6,
            unit="percentunit",
            decimals=1,
            steps=((None, "good"), (0.05, "doubt"), (0.2, "bad")),
        ),
        stat(
            ("答复不足九成的指标", "Metrics answered below 90 %"),
            (
                "窗口内有答复的轮询不足 90% 的校区指标数;要 collector.detail = all。",
                "Metrics of campuses whose window has answers to less than 90 % of polls; needs "
                "collector.detail = all.",
            ),
            f"count({_COVERAGE} < 0.9) or count({_COVERAGE}) * 0",
            6,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("页面最旧的判定", "Oldest state"),
            ("各县各规划页面里最旧的一份。", "The oldest of the pages of counties and plans."),
            f"min(wanzhao_snapshot_timestamp_seconds{{{s.PLAN}}}) * 1000",
            6,
            unit="dateTimeFromNow",
        ),
        stat(
            ("永久丢失的批次(7 天)", "Batches lost (7 days)"),
            ("代理报告再也补不上的批次。", "Batches that agents reported as lost for good."),
            f"sum({s.once('campus, agent', 'wanzhao_agent_lost_batches', s.SCHOOL)})",
            6,
            steps=((None, "good"), (1, "bad")),
        ),
    ),
)

_COUNTY = Row(
    ("全县数据质量指标", "The county's quality metrics"),
    9,
    (
        grid(
            ("数据质量指标", "Quality metrics"),
            ("上下限的含义与目标相同。", "Bounds mean what they mean for targets."),
            (
                s.coded("wanzhao_county_quality_state", s.PLAN, _BY, s.SCHOOL_STATES),
                s.once(_BY, "wanzhao_county_quality_ratio", s.but(s.PLAN, bound="lower")),
                s.once(_BY, "wanzhao_county_quality_ratio", s.but(s.PLAN, bound="upper")),
            ),
            12,
            columns=(
                Column("profile", w.PROFILE, width=120),
                Column("metric", w.METRIC),
                Column("Value #A", w.STATE, states="school", width=110),
                Column("Value #B", ("下限", "Lower"), unit="percentunit", bar=True, decimals=1),
                Column("Value #C", ("上限", "Upper"), unit="percentunit", bar=True, decimals=1),
            ),
            sort=("Value #A", False),
        ),
        timeline(
            ("质量状态的变化", "States over time"),
            ("空白是那时没有判定。", "Blank: nothing was judged then."),
            (
                Query(
                    s.coded("wanzhao_county_quality_state", s.PLAN, _BY, s.SCHOOL_STATES),
                    same("{{profile}} {{metric}}"),
                ),
            ),
            12,
            states="school",
        ),
    ),
)

_MISSING = Row(
    ("缺什么", "What is missing"),
    10,
    (
        graph(
            ("各状态的结论数", "Verdicts by state"),
            ("全部学校与目标。", "All schools and targets."),
            (Query(f"count by (state) ({_STATES})", same("{{state}}")),),
            7,
            is_stacked=True,
            least=0,
        ),
        bars(
            ("待核实最多的 25 个目标", "The 25 targets with most unknown"),
            ("待核实的学校数。", "Schools that are unknown."),
            (
                Query(
                    "topk(25, "
                    + s.once(
                        "profile, target", "wanzhao_county_target_schools", s.but(s.PLAN, state="unknown")
                    )
                    + ")",
                    same("{{profile}} {{target}}"),
                ),
            ),
            7,
            least=0,
        ),
        grid(
            ("答复最少的 25 项", "The 25 least answered"),
            (
                "窗口内有答复的轮询占比;要 collector.detail = all。",
                "Share of the window's polls that gave an answer; needs collector.detail = all.",
            ),
            (s.named(f"bottomk(25, min by (school, campus, metric) ({_COVERAGE}))"),),
            10,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=105),
                Column("campus", w.CAMPUS, width=125),
                Column("metric", w.METRIC),
                Column("Value", ("有答复", "Answered"), unit="percentunit", decimals=1, width=90),
            ),
            sort=("Value", False),
        ),
    ),
)

_RECORDS = Row(
    ("档案", "Records"),
    8,
    (
        grid(
            ("规划版本", "Plan profiles"),
            (
                "判定所用规划的版本,和它第一次参与判定的时间。",
                "The versions that judge, and when each first did.",
            ),
            (
                s.once("county, profile, version", "wanzhao_profile_info", s.PLAN),
                s.once("county, profile, version", "wanzhao_profile_first_used_timestamp_seconds", s.PLAN)
                + " * 1000",
            ),
            8,
            columns=(
                Column("county", w.COUNTY, width=90),
                Column("profile", w.PROFILE),
                Column("version", w.VERSION, width=70),
                Column("Value #B", ("首次使用", "First used"), unit="dateTimeAsIso", width=170),
            ),
        ),
        grid(
            ("认定的基线", "Accepted baselines"),
            ("退步是和这些比。", "What regressions are measured against."),
            (
                s.once("county, profile", "wanzhao_county_baselines", s.PLAN),
                s.once("county, profile", "wanzhao_county_baseline_accepted_timestamp_seconds", s.PLAN)
                + " * 1000",
            ),
            8,
            columns=(
                Column("county", w.COUNTY, width=90),
                Column("profile", w.PROFILE),
                Column("Value #A", ("有效", "Standing"), width=80),
                Column("Value #B", ("最近认定", "Newest"), unit="dateTimeAsIso", width=170),
            ),
        ),
        graph(
            ("缺的批次", "Batches missing"),
            (
                "后来的已到而它没到,可能还在代理的缓存里;最多的 25 个。",
                "Later ones have come and they have not; perhaps still in the spool. The 25 greatest.",
            ),
            (
                Query(
                    f"topk(25, {s.once('campus, agent', 'wanzhao_agent_missing_batches', s.SCHOOL)})",
                    same("{{campus}}"),
                ),
            ),
            8,
            least=0,
        ),
    ),
)

BOARD = Board(
    key="quality",
    title=("万兆 · 数据质量", "wanzhao / Data quality"),
    about=("结论可不可信,还缺哪些数据。", "Can the verdicts be trusted, and what is missing."),
    variables=(s.JOB, s.COUNTY_OF, s.PROFILE, s.SCHOOLS),
    rows=(_NOW, _COUNTY, _MISSING, _RECORDS),
    since="now-7d",
)
