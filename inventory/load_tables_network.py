"""The import tables of the network: schools, campuses, devices, rooms, and what leads where.

Adding a heading is adding an entry. docs/register.md describes the same tables; a test compares the two.
"""

from __future__ import annotations

from inventory.load_cells import (
    adcode,
    clock_time,
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
from inventory.load_measures import moment, size_m2, year
from inventory.load_table import Column, Table
from inventory.load_words import (
    AREA_WORDS,
    CONTRACT_WORDS,
    EVIDENCE_WORDS,
    KIND_WORDS,
    MEDIUM_WORDS,
    NETWORK_WORDS,
    OWNERSHIP_WORDS,
    PORT_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    STATUS_WORDS,
    UPLINK_ROLE_WORDS,
    URBAN_RURAL_WORDS,
    VLAN_WORDS,
)

CAMPUS_HEADINGS = ("校区编号", "校区")
EVIDENCE_HEADINGS = ("佐证", "佐证状态", "审核状态")
DOCUMENT_HEADINGS = ("材料编号", "佐证材料", "材料")
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
        Column("adcode", adcode, ("县区代码", "行政区划代码", "区划代码")),
    ),
    key=("id",),
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
        Column("opens", clock_time, ("上课开始", "上学时间")),
        Column("closes", clock_time, ("上课结束", "放学时间")),
    ),
    key=("id",),
    owner="school",
    county_wide=True,
)
DEVICES = Table(
    "devices.csv",
    "device",
    ("设备.csv",),
    (
        Column("id", code, ("设备编号", "编号"), required=True),
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("role", one_of(ROLE_WORDS), ("角色", "设备角色", "设备类型"), required=True),
        Column("name", text, ("设备名称", "名称")),
        Column("status", one_of(STATUS_WORDS), ("状态", "使用状态")),
        Column("model", text, ("型号", "设备型号")),
        Column("mac", mac, ("MAC", "MAC地址")),
        Column("serial", text, ("序列号", "SN")),
        Column("controller", code, ("控制器", "无线控制器", "所属控制器")),
        Column("building", code, ("楼宇", "楼宇编号", "楼栋")),
        Column("ups", code, ("供电UPS", "UPS", "不间断电源")),
        Column("standby", flag, ("双机热备", "热备", "有备机")),
        Column("rated_mbps", mbps, ("标称吞吐", "标称转发能力", "吞吐量")),
        Column("purchased", year, ("购置年份", "采购年份", "购置时间")),
    ),
    key=("id",),
    owner="campus",
    county_wide=True,
)
UPLINKS = Table(
    "uplinks.csv",
    "uplink",
    ("上联.csv",),
    (
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("device", code, ("设备编号", "设备"), required=True),
        Column("port", text, ("端口", "上联端口"), required=True),
        Column("role", one_of(UPLINK_ROLE_WORDS), ("用途", "网络")),
        Column("medium", one_of(MEDIUM_WORDS), ("介质", "接入介质", "接入方式")),
        Column("carrier", text, ("运营商",)),
        Column("route", text, ("路由", "光缆路由", "线路走向")),
    ),
    key=("campus", "device", "port", "role"),
    owner="campus",
    distinct=False,
)
CONTRACTS = Table(
    "contracts.csv",
    "contract",
    ("合同.csv",),
    (
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("kind", one_of(CONTRACT_WORDS), ("合同类型", "类型")),
        Column("network", one_of(NETWORK_WORDS), ("网络", "用途")),
        Column("down_mbps", mbps, ("下行带宽", "下行")),
        Column("up_mbps", mbps, ("上行带宽", "上行")),
        Column("start", day, ("开始日期", "起始日期")),
        Column("end", day, ("结束日期", "到期日期", "截止日期")),
        Column("carrier", text, ("运营商",)),
        Column("circuit", text, ("电路编号", "专线号")),
        Column("evidence", one_of(EVIDENCE_WORDS), EVIDENCE_HEADINGS),
        Column("document", code, DOCUMENT_HEADINGS),
    ),
    key=("campus", "network", "circuit", "start"),
    owner="campus",
    distinct=False,
)
AREAS = Table(
    "areas.csv",
    "area",
    ("房间.csv", "区域.csv"),
    (
        Column("id", code, ("房间编号", "区域编号", "编号"), required=True),
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("building", text, ("楼宇", "楼栋", "楼名")),
        Column("name", text, ("房间名称", "区域名称", "名称"), required=True),
        Column("kind", one_of(AREA_WORDS), ("房间类型", "区域类型", "类型"), required=True),
        Column("main", flag, ("主要区域", "是否主要区域")),
        Column("aps", codes, ("AP", "覆盖AP", "无线AP")),
        Column("no_ap", flag, ("无AP", "无无线")),
        Column("size_m2", size_m2, ("面积", "使用面积", "房间面积")),
    ),
    key=("campus", "id"),
    owner="campus",
)
USER_VLANS = Table(
    "user_vlans.csv",
    "user_vlan",
    ("用户网段.csv",),
    (
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("name", text, ("网段名称", "名称"), required=True),
        Column("kind", one_of(VLAN_WORDS), ("网段类型", "类型", "用途"), required=True),
        Column("device", code, ("设备编号", "设备", "网关设备"), required=True),
        Column("port", text, ("接口", "三层接口", "端口"), required=True),
    ),
    key=("campus", "name"),
    owner="campus",
    distinct=False,
)
BUILDINGS = Table(
    "buildings.csv",
    "building",
    ("楼宇.csv", "楼栋.csv"),
    (
        Column("id", code, ("楼宇编号", "楼栋编号", "编号"), required=True),
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("name", text, ("楼宇名称", "楼名", "名称")),
    ),
    key=("campus", "id"),
    owner="campus",
)
PORTS = Table(
    "ports.csv",
    "port",
    ("端口.csv",),
    (
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("device", code, ("设备编号", "设备"), required=True),
        Column("port", text, ("端口", "端口名称"), required=True),
        Column("role", one_of(PORT_WORDS), ("端口用途", "用途"), required=True),
        Column("room", code, ("房间编号", "房间")),
        Column("building", code, ("楼宇编号", "楼宇")),
    ),
    key=("campus", "device", "port"),
    owner="campus",
)
MAINTENANCE = Table(
    "maintenance.csv",
    "maintenance",
    ("维护.csv", "检修.csv"),
    (
        Column("campus", code, CAMPUS_HEADINGS, required=True),
        Column("device", code, ("设备编号", "设备")),
        Column("start", moment, ("开始时间", "起始时间"), required=True),
        Column("end", moment, ("结束时间", "截止时间"), required=True),
        Column("note", text, ("说明", "事由", "备注")),
    ),
    key=("campus", "device", "start", "end"),
    owner="campus",
)
