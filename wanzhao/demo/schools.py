"""The schools of the demo county: who they are, what stands in them, and what is wrong with each.

Nothing of it exists: school codes have serial numbers that no office gives out, the addresses are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContract:
    kind: str = "leased_bandwidth"
    mbps: int | None = 10000
    start: date = date(2025, 9, 1)
    end: date = date(2028, 8, 31)
    evidence: str = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCampus:
    """One campus. ``lag_mbps`` and ``lag_ports``: the uplink is an aggregate of so many ports of that speed.

    ``uplink_runs_at`` is what a 10G uplink has negotiated, Mbit/s; ``accepted_at`` what it ran at when
    somebody accepted it, where that was more (0: nobody did). ``offline`` and ``forgotten`` are numbers
    of access points (from 1): out of order, and gone from the controller's tables too.
    """

    key: str
    name: str
    address: str
    gateway: str
    controller: str
    switches: tuple[str, ...]
    ap_model: str
    aps: int
    firewall: str = ""
    uplink_runs_at: int = 10000
    accepted_at: int = 0
    lag_ports: int = 0
    lag_mbps: int = 0
    ipv6: bool = True
    gateway_silent: bool = False
    agent_silent: bool = False
    offline: frozenset[int] = frozenset()
    forgotten: frozenset[int] = frozenset()
    room_without_ap: str = ""
    medium: str = "p2p_ethernet"
    carrier: str = "示例电信"
    contract: DemoContract = field(default_factory=DemoContract)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchool:
    id: str
    name: str
    kind: str
    stages: tuple[str, ...]
    township: str
    urban_rural: str
    students: int
    staff: int
    classes: int
    campuses: tuple[DemoCampus, ...]
    ownership: str = "public"
    boarding: bool = False


SCHOOLS = (
    DemoSchool(
        id="2133999001",
        name="示例县实验小学",
        kind="primary",
        stages=("primary",),
        township="城关镇",
        urban_rural="urban",
        students=1620,
        staff=96,
        classes=36,
        campuses=(
            DemoCampus(
                key="shiyan",
                name="主校区",
                address="示例县城关镇学府路1号",
                gateway="s5720",
                controller="ac6605",
                switches=("s5735",),
                ap_model="AP7060DN",
                aps=14,
                medium="dark_fibre",
            ),
        ),
    ),
    DemoSchool(
        id="3433999002",
        name="示例县第二中学",
        kind="complete_secondary",
        stages=("junior", "senior"),
        township="城关镇",
        urban_rural="urban",
        students=2480,
        staff=214,
        classes=50,
        boarding=True,
        campuses=(
            DemoCampus(
                key="erzhong",
                name="主校区",
                address="示例县城关镇文昌路20号",
                gateway="s5500",
                controller="wcmd",
                switches=("s5735", "sg2218p"),
                ap_model="WA6320",
                aps=18,
                firewall="asa5555",
                lag_ports=2,
                lag_mbps=10000,
                contract=DemoContract(mbps=20000),
            ),
        ),
    ),
    DemoSchool(
        id="2133999003",
        name="城东小学",
        kind="primary",
        stages=("primary",),
        township="城关镇",
        urban_rural="town",
        students=870,
        staff=52,
        classes=20,
        campuses=(
            DemoCampus(
                key="chengdong",
                name="主校区",
                address="示例县城关镇东门街8号",
                gateway="s5750",
                controller="m18000ws",
                switches=("sg2218p",),
                ap_model="AP130(W2)",
                aps=10,
                uplink_runs_at=1000,
                accepted_at=10000,
                contract=DemoContract(mbps=1000, evidence="claimed"),
            ),
        ),
    ),
    DemoSchool(
        id="2133999004",
        name="青溪乡中心小学",
        kind="primary",
        stages=("primary",),
        township="青溪乡",
        urban_rural="rural",
        students=410,
        staff=31,
        classes=12,
        campuses=(
            DemoCampus(
                key="qingxi",
                name="主校区",
                address="示例县青溪乡集镇路3号",
                gateway="dcrs5980",
                controller="m7210",
                switches=("s5735",),
                ap_model="515",
                aps=8,
                gateway_silent=True,
                carrier="示例移动",
                contract=DemoContract(mbps=2000),
            ),
        ),
    ),
    DemoSchool(
        id="3133999005",
        name="白石镇初级中学",
        kind="junior",
        stages=("junior",),
        township="白石镇",
        urban_rural="town",
        students=940,
        staff=78,
        classes=21,
        boarding=True,
        campuses=(
            DemoCampus(
                key="baishi",
                name="主校区",
                address="示例县白石镇中学路15号",
                gateway="zxr9908",
                controller="wcmd-old",
                switches=("sg2218p",),
                ap_model="WA2620X-AGNP",
                aps=12,
                ipv6=False,
                medium="otn",
            ),
        ),
    ),
    DemoSchool(
        id="2133999006",
        name="云岭教学点",
        kind="teaching_point",
        stages=("primary",),
        township="青溪乡",
        urban_rural="rural",
        students=38,
        staff=4,
        classes=3,
        campuses=(
            DemoCampus(
                key="yunling",
                name="云岭教学点",
                address="示例县青溪乡云岭村",
                gateway="crs317",
                controller="m18000ws",
                switches=("sg2218p",),
                ap_model="AP130(W2)",
                aps=6,
                agent_silent=True,
                medium="unknown",
                carrier="示例移动",
                contract=DemoContract(mbps=300, evidence="none"),
            ),
        ),
    ),
    DemoSchool(
        id="1133999007",
        name="示例县中心幼儿园",
        kind="kindergarten",
        stages=("preschool",),
        township="城关镇",
        urban_rural="urban",
        students=360,
        staff=45,
        classes=12,
        campuses=(
            DemoCampus(
                key="youeryuan",
                name="主园区",
                address="示例县城关镇幸福巷2号",
                gateway="c9300",
                controller="ct5508",
                switches=("sg2218p",),
                ap_model="AIR-LAP1242AG-C-K9",
                aps=7,
                lag_ports=10,
                lag_mbps=1000,
                contract=DemoContract(mbps=1000, start=date(2023, 1, 1), end=date(2025, 12, 31)),
            ),
        ),
    ),
    DemoSchool(
        id="3133999008",
        name="河口九年一贯制学校",
        kind="nine_year",
        stages=("primary", "junior"),
        township="河口镇",
        urban_rural="town",
        students=1310,
        staff=104,
        classes=30,
        campuses=(
            DemoCampus(
                key="hekou",
                name="北校区",
                address="示例县河口镇滨河路66号",
                gateway="s5720",
                controller="m7210",
                switches=("s5735",),
                ap_model="515",
                aps=12,
                contract=DemoContract(kind="dark_fibre", mbps=None),
                medium="dark_fibre",
            ),
            DemoCampus(
                key="hekounan",
                name="南校区",
                address="示例县河口镇南街9号",
                gateway="c9300",
                controller="ac6605",
                switches=("sg2218p",),
                ap_model="AP7060DN",
                aps=12,
                offline=frozenset({3, 7}),
                forgotten=frozenset({8, 11}),
                room_without_ap="合唱教室",
                contract=DemoContract(evidence="claimed"),
            ),
        ),
    ),
)
