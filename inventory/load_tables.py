"""The import tables: their columns, the headings and words that people use, and what each cell may hold.

Adding a heading or a word is adding an entry here. docs/register.md describes the same tables; a test
compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.load_cells import (
    Parser,
    code,
    codes,
    day,
    flag,
    mac,
    mbps,
    one_of,
    school_code,
    some_of,
    text,
    whole,
)
from inventory.register import MAIN_AREA_KINDS
from inventory.words import language

STAGE_WORDS = {
    "学前": "preschool",
    "学前教育": "preschool",
    "幼儿园": "preschool",
    "小学": "primary",
    "初中": "junior",
    "高中": "senior",
    "普高": "senior",
    "中职": "vocational",
    "职高": "vocational",
    "特教": "special",
    "特殊教育": "special",
}
KIND_WORDS = {
    "幼儿园": "kindergarten",
    "小学": "primary",
    "完全小学": "primary",
    "教学点": "teaching_point",
    "初中": "junior",
    "初级中学": "junior",
    "九年一贯制": "nine_year",
    "九年一贯制学校": "nine_year",
    "完全中学": "complete_secondary",
    "完中": "complete_secondary",
    "高中": "senior",
    "高级中学": "senior",
    "普通高中": "senior",
    "十二年一贯制": "twelve_year",
    "十二年一贯制学校": "twelve_year",
    "中职": "vocational",
    "职业高中": "vocational",
    "中等职业学校": "vocational",
    "特教": "special",
    "特殊教育学校": "special",
}
STAGES_OF_KIND: dict[str, tuple[str, ...]] = {
    "kindergarten": ("preschool",),
    "primary": ("primary",),
    "teaching_point": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "twelve_year": ("primary", "junior", "senior"),
    "vocational": ("vocational",),
    "special": ("special",),
}
"""The stages of a school whose row names none."""
URBAN_RURAL_WORDS = {
    "城": "urban",
    "城区": "urban",
    "城市": "urban",
    "镇": "town",
    "镇区": "town",
    "村": "rural",
    "乡村": "rural",
    "农村": "rural",
}
OWNERSHIP_WORDS = {"公办": "public", "民办": "private"}
ROLE_WORDS = {
    "网关": "gateway",
    "出口网关": "gateway",
    "路由器": "gateway",
    "核心": "core",
    "核心交换机": "core",
    "汇聚": "distribution",
    "汇聚交换机": "distribution",
    "接入": "access",
    "接入交换机": "access",
    "无线控制器": "wlan_controller",
    "AC": "wlan_controller",
    "AP": "ap",
    "无线AP": "ap",
    "无线接入点": "ap",
    "防火墙": "firewall",
    "入侵防御": "ips",
    "上网行为管理": "behaviour_audit",
    "日志审计": "log_audit",
    "终端管理": "endpoint_mgmt",
    "WAF": "waf",
    "录像机": "nvr",
    "摄像头": "camera",
    "摄像机": "camera",
    "不间断电源": "ups",
    "物联网关": "iot_gateway",
    "同步课堂终端": "classroom_codec",
    "录播主机": "classroom_codec",
    "服务器": "server",
    "其他": "other",
}
STATUS_WORDS = {"在用": "in_service", "备用": "spare", "停用": "retired", "报废": "retired"}
UPLINK_ROLE_WORDS = {"教育网": "wan_edu", "教育专网": "wan_edu", "互联网": "wan_internet"}
MEDIUM_WORDS = {
    "以太网专线": "p2p_ethernet",
    "点对点以太网": "p2p_ethernet",
    "裸光纤": "dark_fibre",
    "裸纤": "dark_fibre",
    "OTN": "otn",
    "传输": "otn",
    "PON": "pon",
    "微波": "microwave",
    "未知": "unknown",
}
CONTRACT_WORDS = {
    "专线": "leased_bandwidth",
    "租用带宽": "leased_bandwidth",
    "裸光纤": "dark_fibre",
    "裸纤": "dark_fibre",
    "自建光纤": "owned_fibre",
    "自有光纤": "owned_fibre",
    "PON": "shared_pon",
}
NETWORK_WORDS = {"教育网": "edu", "教育专网": "edu", "互联网": "internet"}
EVIDENCE_WORDS = {
    "无": "none",
    "未提交": "none",
    "已提交": "claimed",
    "待审核": "claimed",
    "通过": "accepted",
    "已审核": "accepted",
    "退回": "rejected",
    "不通过": "rejected",
}
AREA_WORDS = {
    "教室": "classroom",
    "普通教室": "classroom",
    "专用教室": "subject_room",
    "学科教室": "subject_room",
    "实验室": "laboratory",
    "计算机教室": "computer_room",
    "图书馆": "library",
    "图书室": "library",
    "阅览室": "reading_room",
    "教师办公室": "teacher_office",
    "行政办公室": "admin_office",
    "办公室": "admin_office",
    "会议室": "meeting_room",
    "报告厅": "lecture_hall",
    "教学空间": "teaching_space",
    "走廊": "corridor",
    "宿舍": "dormitory",
    "食堂": "canteen",
    "体育馆": "gymnasium",
    "操场": "playground",
    "其他": "other",
}
VLAN_WORDS = {
    "教学": "teaching",
    "办公": "office",
    "教师无线": "wifi_staff",
    "学生无线": "wifi_student",
    "监控": "camera",
    "物联": "iot",
    "物联网": "iot",
    "其他": "other",
}
assert set(AREA_WORDS.values()) >= MAIN_AREA_KINDS


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, what its cells hold, and the other headings it goes by."""

    key: str
    parse: Parser
    headings: tuple[str, ...] = ()
    required: bool = False

    @property
    def title(self) -> str:
        """The heading in the language of this process."""
        return self.headings[0] if self.headings and language() == "zh" else self.key


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An import table: file name, name in TOML, Chinese file names, and the columns. Compared by identity.

    ``county_wide``: its ids are unique in the whole county, not only within their campus or school."""

    file: str
    toml: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    county_wide: bool = False

    @property
    def headings(self) -> Mapping[str, Column]:
        """Every heading in plain form -> its column."""
        return {heading(name): column for column in self.columns for name in (column.key, *column.headings)}


SCHOOL_HEADINGS = ("学校标识码", "学校代码", "学校(机构)标识码", "机构代码", "标识码")

SCHOOLS = Table(
    "schools.csv",
    "school",
    ("学校.csv",),
    (
        Column("id", school_code, SCHOOL_HEADINGS, required=True),
        Column("name", text, ("学校名称", "名称"), required=True),
        Column("kind", one_of(KIND_WORDS), ("办学类型", "学校类型", "学校类别", "类型"), required=True),
        Column("stages", some_of(STAGE_WORDS), ("学段",)),
        Column("township", text, ("乡镇", "乡镇街道", "街道", "所属乡镇")),
        Column("urban_rural", one_of(URBAN_RURAL_WORDS), ("城乡", "城乡分类", "城乡类型")),
        Column("ownership", one_of(OWNERSHIP_WORDS), ("办别", "举办者", "公民办")),
        Column("boarding", flag, ("寄宿", "是否寄宿", "寄宿制")),
        Column("students", whole, ("学生数", "在校生数")),
        Column("staff", whole, ("教职工数", "教师数")),
        Column("classes", whole, ("班级数", "班数")),
        Column("contact", text, ("联系人", "网络联系人", "网络负责人")),
    ),
    county_wide=True,
)
CAMPUSES = Table(
    "campuses.csv",
    "campus",
    ("校区.csv",),
    (
        Column("id", code, ("校区编号", "校区代码", "编号"), required=True),
        Column("school", school_code, SCHOOL_HEADINGS, required=True),
        Column("name", text, ("校区名称", "名称")),
        Column("address", text, ("地址", "校区地址")),
        Column("areas_confirmed", flag, ("房间已确认", "区域已确认")),
    ),
    county_wide=True,
)
DEVICES = Table(
    "devices.csv",
    "device",
    ("设备.csv",),
    (
        Column("id", code, ("设备编号", "编号"), required=True),
        Column("campus", code, ("校区编号", "校区"), required=True),
        Column("role", one_of(ROLE_WORDS), ("角色", "设备角色", "设备类型"), required=True),
        Column("name", text, ("设备名称", "名称")),
        Column("status", one_of(STATUS_WORDS), ("状态", "使用状态")),
        Column("model", text, ("型号", "设备型号")),
        Column("mac", mac, ("MAC", "MAC地址")),
        Column("serial", text, ("序列号", "SN")),
        Column("controller", code, ("控制器", "无线控制器", "所属控制器")),
    ),
    county_wide=True,
)
UPLINKS = Table(
    "uplinks.csv",
    "uplink",
    ("上联.csv",),
    (
        Column("campus", code, ("校区编号", "校区"), required=True),
        Column("device", code, ("设备编号", "设备"), required=True),
        Column("port", text, ("端口", "上联端口"), required=True),
        Column("role", one_of(UPLINK_ROLE_WORDS), ("用途", "网络")),
        Column("medium", one_of(MEDIUM_WORDS), ("介质", "接入介质", "接入方式")),
        Column("carrier", text, ("运营商",)),
    ),
)
CONTRACTS = Table(
    "contracts.csv",
    "contract",
    ("合同.csv",),
    (
        Column("campus", code, ("校区编号", "校区"), required=True),
        Column("kind", one_of(CONTRACT_WORDS), ("合同类型", "类型")),
        Column("network", one_of(NETWORK_WORDS), ("网络", "用途")),
        Column("down_mbps", mbps, ("下行带宽", "下行")),
        Column("up_mbps", mbps, ("上行带宽", "上行")),
        Column("start", day, ("开始日期", "起始日期")),
        Column("end", day, ("结束日期", "到期日期", "截止日期")),
        Column("carrier", text, ("运营商",)),
        Column("circuit", text, ("电路编号", "专线号")),
        Column("evidence", one_of(EVIDENCE_WORDS), ("佐证", "佐证状态", "审核状态")),
    ),
)
AREAS = Table(
    "areas.csv",
    "area",
    ("房间.csv", "区域.csv"),
    (
        Column("id", code, ("房间编号", "区域编号", "编号"), required=True),
        Column("campus", code, ("校区编号", "校区"), required=True),
        Column("building", text, ("楼宇", "楼栋", "楼名")),
        Column("name", text, ("房间名称", "区域名称", "名称"), required=True),
        Column("kind", one_of(AREA_WORDS), ("房间类型", "区域类型", "类型"), required=True),
        Column("main", flag, ("主要区域", "是否主要区域")),
        Column("aps", codes, ("AP", "覆盖AP", "无线AP")),
        Column("no_ap", flag, ("无AP", "无无线")),
    ),
)
USER_VLANS = Table(
    "user_vlans.csv",
    "user_vlan",
    ("用户网段.csv",),
    (
        Column("campus", code, ("校区编号", "校区"), required=True),
        Column("name", text, ("网段名称", "名称"), required=True),
        Column("kind", one_of(VLAN_WORDS), ("网段类型", "类型", "用途"), required=True),
        Column("device", code, ("设备编号", "设备", "网关设备"), required=True),
        Column("port", text, ("接口", "三层接口", "端口"), required=True),
    ),
)
TABLES = (SCHOOLS, CAMPUSES, DEVICES, UPLINKS, CONTRACTS, AREAS, USER_VLANS)


def heading(written: str) -> str:
    """A heading in plain form: NFKC, lower case, without blanks, asterisks and notes in brackets."""
    found = unicodedata.normalize("NFKC", written).casefold()
    found = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", found)
    return re.sub(r"[\s*_\-﻿]", "", found)
