"""Words and colours that the dashboards share: states, columns, what an empty answer says."""

from __future__ import annotations

from exporters.grafana.model import Text

# Dark to light in this order, so that a print in grey still tells them apart; words always stand beside.
COLOURS: dict[str, str] = {
    "bad": "#B3261E",
    "good": "#3E9B5F",
    "doubt": "#F2C037",
    "none": "transparent",
    "plain": "#5794F2",
}

NO_DATA: Text = ("没有数据", "no data")

# table of states -> (value of the series or cell, words, colour)
STATES: dict[str, tuple[tuple[str, Text, str], ...]] = {
    "school": (
        # 1..4 are what the dashboards' queries make of the label `state`
        ("4", ("达标", "pass"), "good"),
        ("3", ("待核实", "unknown"), "doubt"),
        ("2", ("未达标", "fail"), "bad"),
        ("1", ("不适用", "n/a"), "none"),
    ),
    "target": (
        ("4", ("达成", "met"), "good"),
        ("3", ("待定", "undetermined"), "doubt"),
        ("2", ("未达成", "not met"), "bad"),
        ("1", ("仅报告", "report"), "none"),
    ),
    "up": (("1", ("在线", "up"), "good"), ("0", ("失联", "silent"), "bad")),
    "yes": (("1", ("是", "yes"), "good"), ("0", ("否", "no"), "bad")),
    "oper": (
        ("1", ("up 通", "up"), "good"),
        ("2", ("down 断", "down"), "bad"),
        ("3", ("testing 测试", "testing"), "doubt"),
        ("4", ("unknown 未知", "unknown"), "doubt"),
        ("5", ("dormant 休眠", "dormant"), "none"),
        ("6", ("notPresent 无模块", "notPresent"), "none"),
        ("7", ("lowerLayerDown 下层断", "lowerLayerDown"), "bad"),
    ),
    "sensor": (
        ("ok", ("正常", "ok"), "good"),
        ("warning", ("警告", "warning"), "doubt"),
        ("failed", ("故障", "failed"), "bad"),
        ("absent", ("未安装", "absent"), "none"),
        ("unknown", ("未知", "unknown"), "doubt"),
    ),
    "regression": (
        ("failed", ("由达标变未达标", "failed"), "bad"),
        ("worse", ("变差", "worse"), "bad"),
        ("unproved", ("不再有证据", "unproved"), "doubt"),
        ("down", ("上联中断", "down"), "bad"),
        ("moved", ("上联换了端口", "moved"), "doubt"),
        ("slower", ("上联降速", "slower"), "bad"),
        ("members", ("聚合成员减少", "members"), "doubt"),
        ("module", ("换了光模块", "module"), "doubt"),
    ),
    "severity": (("critical", ("紧急", "critical"), "bad"), ("warning", ("警告", "warning"), "doubt")),
    "paper": (
        ("contract", ("合同", "contract"), "none"),
        ("evidence", ("佐证", "evidence"), "none"),
        ("facility", ("设施", "facility"), "none"),
        ("licence", ("许可", "licence"), "none"),
        ("exemption", ("豁免", "exemption"), "none"),
    ),
}

COUNTY: Text = ("县区", "County")
PROFILE: Text = ("规划", "Plan")
TARGET: Text = ("目标", "Target")
SCHOOL: Text = ("学校", "School")
CODE: Text = ("学校代码", "School code")
CAMPUS: Text = ("校区", "Campus")
DEVICE: Text = ("设备", "Device")
ROLE: Text = ("角色", "Role")
PORT: Text = ("端口", "Port")
STATE: Text = ("状态", "State")
VALUE: Text = ("数值", "Value")
METRIC: Text = ("指标", "Metric")
KIND: Text = ("种类", "Kind")
JOB: Text = ("抓取任务", "Job")
SOURCE: Text = ("数据源", "Data source")
FILTERS: Text = ("筛选", "Filters")
VERSION: Text = ("版本", "Version")
OPEN: Text = ("打开:", "Open: ")
ALL_BOARDS: Text = ("万兆看板", "All wanzhao dashboards")
