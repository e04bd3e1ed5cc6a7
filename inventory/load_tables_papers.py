"""The import tables of the papers and what they are to prove, and of what the county itself has.

Adding a heading is adding an entry. docs/register.md describes the same tables; a test compares the two.
"""

from __future__ import annotations

from inventory.load_cells import code, codes, day, flag, mbps, one_of, school_code, some_of, text, whole
from inventory.load_measures import dbm, decimal, grade, host, lux, rendering, sha256, share, snr_db
from inventory.load_table import Column, Table
from inventory.load_tables_network import (
    CAMPUS_HEADINGS,
    DOCUMENT_HEADINGS,
    EVIDENCE_HEADINGS,
    SCHOOL_HEADINGS,
)
from inventory.load_words import (
    DOCUMENT_WORDS,
    EVIDENCE_WORDS,
    FACILITY_WORDS,
    FEATURE_WORDS,
    FUNCTION_WORDS,
    LEVELS,
    LIGHT_WORDS,
    LINK_WORDS,
    PLATFORM_WORDS,
    PROVIDER_WORDS,
    RECOGNITION_WORDS,
    SITE_TEST_WORDS,
    SURVEYOR_WORDS,
)

SCHOOL = Column("school", school_code, SCHOOL_HEADINGS, required=True)
SCHOOL_OR_COUNTY = Column("school", school_code, SCHOOL_HEADINGS)
"""Empty: the row is the county's own."""
EVIDENCE = Column("evidence", one_of(EVIDENCE_WORDS), EVIDENCE_HEADINGS)
DOCUMENT = Column("document", code, DOCUMENT_HEADINGS)

DOCUMENTS = Table(
    "documents.csv",
    "document",
    ("材料.csv", "佐证材料.csv"),
    (
        Column("id", code, ("材料编号", "佐证编号", "编号"), required=True),
        SCHOOL_OR_COUNTY,
        Column("kind", one_of(DOCUMENT_WORDS), ("材料类型", "类型")),
        Column("level", one_of(LEVELS), ("证据等级", "等级")),
        Column("title", text, ("材料名称", "标题", "名称")),
        Column("issuer", text, ("出具单位", "发文单位")),
        Column("issued_on", day, ("出具日期", "发文日期")),
        Column("valid_until", day, ("有效期至", "有效期")),
        Column("file", text, ("文件名", "文件", "附件")),
        Column("sha256", sha256, ("文件校验值", "校验值", "SHA-256")),
        Column("author", text, ("提交人", "上传人")),
        Column("review", one_of(EVIDENCE_WORDS), ("审核状态", "审核")),
        Column("reviewed_by", text, ("审核人",)),
        Column("reviewed_on", day, ("审核日期",)),
    ),
    key=("school", "id"),
    owner="school",
)
FACILITIES = Table(
    "facilities.csv",
    "facility",
    ("设施.csv", "建设项目.csv"),
    (
        SCHOOL_OR_COUNTY,
        Column("campus", code, CAMPUS_HEADINGS),
        Column("kind", one_of(FACILITY_WORDS), ("设施类型", "类型"), required=True),
        Column("name", text, ("设施名称", "名称")),
        Column("absent", flag, ("声明没有", "声明无")),
        Column("count", whole, ("数量", "个数")),
        Column("rooms", codes, ("房间编号", "房间")),
        Column("value", decimal, ("数值", "节数", "天数")),
        Column("features", some_of(FEATURE_WORDS), ("功能",)),
        Column("level", one_of(RECOGNITION_WORDS), ("认定级别", "级别")),
        Column("platform", text, ("平台", "接入平台")),
        Column("issuer", text, ("认定单位", "发文单位")),
        Column("number", text, ("文号", "证书编号")),
        Column("completed_on", day, ("建成日期", "认定日期", "完成日期")),
        Column("expires_on", day, ("有效期至", "到期日期")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("school", "campus", "kind", "name", "number"),
    owner="school",
    distinct=False,
)
LIGHT_TESTS = Table(
    "light_tests.csv",
    "light_test",
    ("照明检测.csv", "照明.csv"),
    (
        SCHOOL,
        Column("room", code, ("房间编号", "房间", "教室"), required=True),
        Column("tested_on", day, ("检测日期", "测试日期"), required=True),
        Column("desk_lx", lux, ("桌面照度", "课桌面照度"), required=True),
        Column("desk_uniformity", share, ("桌面均匀度", "课桌面均匀度"), required=True),
        Column("board_lx", lux, ("黑板照度", "黑板面照度"), required=True),
        Column("board_uniformity", share, ("黑板均匀度", "黑板面均匀度"), required=True),
        Column("ra", rendering, ("显色指数",)),
        Column("control", one_of(LIGHT_WORDS), ("控制方式", "智能控制")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("school", "room", "tested_on"),
    owner="school",
)
SURVEY_POINTS = Table(
    "survey_points.csv",
    "survey_point",
    ("信号测试.csv", "信号测点.csv"),
    (
        SCHOOL,
        Column("area", code, ("房间编号", "区域编号", "房间"), required=True),
        Column("point", code, ("测点编号", "测点"), required=True),
        Column("surveyed_on", day, ("测试日期", "检测日期"), required=True),
        Column("rssi_dbm", dbm, ("信号强度", "RSSI"), required=True),
        Column("snr_db", snr_db, ("信噪比", "SNR"), required=True),
        Column("by", one_of(SURVEYOR_WORDS), ("测试方", "测试人")),
        Column("outdoor", flag, ("室外AP", "室外覆盖室内")),
    ),
    key=("school", "area", "point", "surveyed_on"),
    owner="school",
)
SITE_TESTS = Table(
    "site_tests.csv",
    "site_test",
    ("现场测试.csv", "现场核验.csv"),
    (
        SCHOOL,
        Column("campus", code, CAMPUS_HEADINGS),
        Column("metric", code, ("指标", "指标编号"), required=True),
        Column("state", one_of(SITE_TEST_WORDS), ("结论", "测试结论"), required=True),
        Column("tested_on", day, ("测试日期", "核验日期"), required=True),
        Column("inspector", text, ("检查员", "核验人"), required=True),
        Column("value", decimal, ("数值", "实测值")),
        Column("method", text, ("方法", "测试方法")),
        Column("valid_until", day, ("有效期至", "有效期")),
        DOCUMENT,
    ),
    key=("school", "campus", "metric", "tested_on", "inspector"),
    owner="school",
)
SECURITY = Table(
    "security.csv",
    "security",
    ("安全设施.csv", "网络安全.csv"),
    (
        SCHOOL,
        Column("function", one_of(FUNCTION_WORDS), ("安全功能", "功能"), required=True),
        Column("provided_by", one_of(PROVIDER_WORDS), ("提供方", "由谁提供")),
        Column("device", code, ("设备编号", "设备")),
        Column("license_until", day, ("授权到期", "授权到期日期", "许可到期")),
        Column("signatures_on", day, ("特征库日期", "特征库更新日期")),
        Column("log_seen_on", day, ("最近日志日期",)),
        Column("log_days", whole, ("日志留存天数", "留存天数")),
        Column("log_gap_days", whole, ("日志间断天数", "间断天数")),
        Column("log_read_on", day, ("日志核查日期", "核查日期")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("school", "function", "provided_by", "device"),
    owner="school",
)
SYSTEMS = Table(
    "systems.csv",
    "system",
    ("等保系统.csv", "等级保护.csv"),
    (
        SCHOOL,
        Column("name", text, ("系统名称", "名称"), required=True),
        Column("level", grade, ("等保级别", "级别", "保护等级"), required=True),
        Column("filing_no", text, ("备案编号", "备案号")),
        Column("filed_on", day, ("备案日期",)),
        Column("assessed_on", day, ("测评日期", "最近测评日期")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("school", "name"),
    owner="school",
)
WEBSITES = Table(
    "websites.csv",
    "website",
    ("网站.csv",),
    (
        SCHOOL,
        Column("host", host, ("网站域名", "域名", "网址"), required=True),
        Column("name", text, ("抓取名称", "名称")),
    ),
    key=("school", "host"),
    owner="school",
)
EXEMPTIONS = Table(
    "exemptions.csv",
    "exemption",
    ("豁免.csv",),
    (
        SCHOOL,
        Column("target", code, ("目标", "目标或指标", "指标"), required=True),
        Column("reason", text, ("理由", "原因")),
        Column("approved_by", text, ("批准单位", "批准人")),
        Column("start", day, ("开始日期", "起始日期")),
        Column("end", day, ("结束日期", "到期日期", "截止日期")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("school", "target", "start"),
    owner="school",
)
PLATFORMS = Table(
    "platforms.csv",
    "platform",
    ("平台.csv", "系统平台.csv"),
    (
        Column("name", text, ("平台名称", "名称"), required=True),
        Column("status", one_of(PLATFORM_WORDS), ("状态", "建设状态")),
        Column("accepted_on", day, ("验收日期",)),
        Column("url", text, ("网址", "访问地址")),
        Column("probe", text, ("测试名称", "探测名称")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("name",),
)
LINKS = Table(
    "links.csv",
    "link",
    ("县级链路.csv", "县级网络.csv"),
    (
        Column("id", code, ("链路编号", "编号"), required=True),
        Column("kind", one_of(LINK_WORDS), ("链路类型", "类型")),
        Column("school", school_code, SCHOOL_HEADINGS),
        Column("device", code, ("设备编号", "设备")),
        Column("port", text, ("端口",)),
        Column("mbps", mbps, ("带宽", "链路带宽")),
        EVIDENCE,
        DOCUMENT,
    ),
    key=("id",),
    county_wide=True,
)
