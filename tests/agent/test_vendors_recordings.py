"""Who each recorded device is, read by hand out of the recordings (sysDescr, makers' objects, ENTITY-MIB)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need

from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.reading import Reading

pytestmark = [pytest.mark.recordings, need(RECORDINGS)]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)

DEVICES: dict[str, tuple[str | None, ...]] = {
    "apc/smtl1000-nmc3": ("APC", None, "Smart-UPS 1000", "AS2233161027", "2.3.1.1"),
    "aruba/7210": ("Aruba", "ArubaOS", "7210", "CV0008612", "6.5.1.6"),
    "aruba/cx-6200f": (
        "Aruba",
        "AOS-CX",
        "JL727A 6200F 48G CL4 4SFP+370W",
        "AB12CD3456",
        "ML.10.07.0005",
    ),
    "aruba/cx-6300m-transceivers": (
        "Aruba",
        "AOS-CX",
        "JL658A 6300M 24SFP+ 4SFP56",
        None,
        "FL.10.15.0005",
    ),
    "aruba/cx-8325": ("Aruba", "AOS-CX", "JL635A 8325", "AB12CD345E", "GL.10.06.0110"),
    "aruba/iap-225": ("Aruba", "Instant", "225", None, "8.4.0.0-8.4.0.0"),
    "cisco/air-ct5508": ("Cisco", "AireOS", "AIR-CT5508-K9", "FCW1430L0CZ", "7.6.130.0"),
    "cisco/asa-9-12": ("Cisco", "ASA", "ASA5555", "FGL1641413L", "9.12(2)"),
    "cisco/c2960x": ("Cisco", "IOS", "WS-C2960X-48FPS-L", "FCW1929B68S", "15.0(2a)EX5"),
    "cisco/c3560": ("Cisco", "IOS", "WS-C3560G-48TS-E", "FOC1408Z61U", "12.2(55)SE3"),
    "cisco/c9300": ("Cisco", "IOS XE", "C9300-48P", "FCW2204L050", "16.6.7"),
    # sysDescr is cut after its first line: the supervisor tells the software.
    "cisco/cat6500": ("Cisco", "IOS", "WS-C6509-E", "SMG1151NLQS", "12.2(18)SXF12"),
    "cisco/cbs350-24p-4x": ("Cisco", "Small Business", "CBS350-24P-4X", "FOC2506LLVF", "3.1.1.4"),
    "cisco/n5000": ("Cisco", "NX-OS", "N5K-C5548UP", "SSI183706KP", "6.0(2)N2(3)"),
    "dcn/dcrs-5980-28t": ("DCN", None, "DCRS-5980-28T-DC", "GOSWE120F327000001", "7.0.3.1(B0232.0031)"),
    "dell/os10": ("Dell", "OS10", "S4128F-ON", "CN02NK09282988AT0259", None),
    "dlink/des-3200-18": ("D-Link", None, "DES-3200-18", "R3MD1DB002523", "4.04.004"),
    "emerson/ups-gbk-name": ("Emerson", None, "US11R0030L", None, "13.00"),
    "extreme/v2110-wireless": ("Extreme", "EWC", "V2110 Medium", None, "10.21.04.0005"),
    "extreme/voss-7520": ("Extreme", "Fabric Engine", "7520-48Y-8C", "SM123456Q-12345", "9.0.4.0"),
    "fortinet/fg-60f": (
        "Fortinet",
        "FortiOS",
        "FortiGate-60F",
        "FGT60FTK12345678",
        "v7.2.10,build1706,240918 (GA.M)",
    ),
    "h3c/hpe-ff5700-40xg": ("HPE", "Comware", "5700-40XG-2QSFP", "DM20F3400Z", "Release 2416"),
    "h3c/lsq1wcmd0-ac": ("H3C", "Comware", "LSQ1WCMD0", "210231A0FTB12A000014", "Release 2509P61"),
    "h3c/vsr1000": ("HPE", "Comware", "VSR1000", None, "Release R0326"),
    "hikvision/camera": ("Hikvision", None, "DS-2CD4C36FWD-AP", None, "V5.5.80 build 190131"),
    "hillstone/sg-6000-e3965": ("Hillstone", "StoneOS", "SG-6000-E3965", "<private>", "5.5R3P7"),
    "hp/procurve-ka-stack": ("HPE", "ProCurve", "JL074A", "<private>", "KB.16.11.0020"),
    "huawei/ar169f": ("Huawei", "VRP", "AR169F", "21500101573GK1000299", "V200R009C00SPC500"),
    "huawei/ce12804": ("Huawei", "VRP", "CE12804", None, "V200R002C50SPC800"),
    "huawei/ne-cr5b": ("Huawei", "VRP", "NE40E-M2K-B", None, "8.190(CN)"),
    "huawei/s12704-native-ac": ("Huawei", "VRP", "S12704", "2102114480P0J7000105", "V200R012C00SPC500"),
    "huawei/s5720-56c-pwr-ei": (
        "Huawei",
        "VRP",
        "S5720-56C-PWR-EI-AC",
        "2102359576DMHC000120",
        "V200R010C00SPC600",
    ),
    # The case of this stack has no serial number; its first main board has.
    "huawei/s5720-56c-pwr-ei-vrf": (
        "Huawei",
        "VRP",
        "S5720-56C-PWR-EI-AC",
        "2102359576DMHC000235",
        "V200R010C00SPC600",
    ),
    "huawei/s5735-yunshan": ("Huawei", "YunShan OS", "S5735-L-V2", "4E2310017813", "V600R022C01SPC500"),
    "juniper/qfx5100": ("Juniper", "Junos", "qfx5100-48s-6q", "TA3716123456", "14.1X53-D40.8"),
    "juniper/vmx": ("Juniper", "Junos", "vmx", "VM600B272BD3", "18.2R1.9"),
    "linux/net-snmp-el7": ("net-snmp", "Linux", None, None, "3.10.0-514.el7.x86_64"),
    "maipu/sm4200-16gef8ge": ("Maipu", None, "SM4200-16GEF8GE-AC", None, "6.0.222.39"),
    "mikrotik/crs317": ("MikroTik", "RouterOS", "CRS317-1G-16S+", "8ED5087EB201", "6.44.2"),
    "mikrotik/rb433gl": ("MikroTik", "RouterOS", "RB433GL", "448102AA1A64", "7.18.2"),
    "netentsec/ngfw": ("Netentsec", None, None, None, None),
    "paloalto/pa-5000-utf8-alias": ("Palo Alto Networks", "PAN-OS", "PA-5050", "0009C100761", "8.0.1"),
    "pfsense/pfsense-2.3": ("Netgate", "pfSense", None, None, "2.3.2-RELEASE"),
    "ruckus/sz104": ("Ruckus", "SmartZone", "SZ104", "211838000212", "3.6.2.0.78"),
    "ruijie/m18000-ws-ed-ac": (
        "Ruijie",
        "RGOS",
        "M18000-WS-ED",
        "G1K70CU000158",
        "AC_RGOS 11.1(5)B9P5, Release(04212303)",
    ),
    "ruijie/s5750-24gt12sfp": (
        "Ruijie",
        "RGOS",
        "S5750-24GT/12SFP",
        "9017EHC410215",
        "RGOS 10.4(3)p4 Release(161753)",
    ),
    "ruijie/s6220-48xs4qxs": ("Ruijie", "RGOS", "S6220-48XS4QXS", None, "173619"),
    "sangfor/sundray-wac-m5800-35047": ("Sundray", "WAC", "WAC m5800", None, None),
    "sangfor/sundray-wac-m5800-45577": ("Sundray", "WAC", "WAC m5800", None, "WAC3.7.5"),
    "sangfor/vad-virtual-adc": ("Sangfor", "AD", "vAD", None, None),
    "topsec/ngfw4000-uf": ("Topsec", "TOS", "NGFW4000-UF(TG-72282)", "Q1610474303", "V3.2073N.2060N_NGFW.1"),
    "tplink/sg2218p": ("TP-Link", None, "SG2218P 1.20", "222C014000151", "1.20.4 Build 20241205 Rel.64944"),
    "ubiquiti/uap-nanohd": ("Ubiquiti", "UniFi", "UAP-nanoHD", None, "5.43.36.12724"),
    "ubiquiti/usw-flex-xg": ("Ubiquiti", "UniFi", "USW-Flex-XG", "245a4c19bf12", "6.2.14.13855"),
    "zte/zxr10-5928": ("ZTE", "ZXROS", "5928", None, "V2.8.23.A.19.P02"),
    "zte/zxr10-9908": ("ZTE", "ZXROS", "9908", "709287100034", "V1.01.10.B19P06"),
    "zyxel/xgs4600-32f": ("Zyxel", "ZyNOS", "XGS4600-32F", "S182L35001343", "V4.70(ABBI.2)"),
}


def line(value: object) -> str:
    """Text without line breaks: how a reading shows it."""
    return " ".join(str(value or "").replace("\0", "").split("\n")).strip()


def inventory_of(name: str) -> Reading:
    """What a recorded device says of itself when only its inventory is asked for."""
    target = Target("192.0.2.1", community="x")
    engine = recordings.replayed(name)
    return asyncio.run(poll_device(target, now=NOW, jobs=frozenset({"inventory"}), engine=engine))


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_a_recorded_device_says_who_it_is(name: str) -> None:
    system = inventory_of(name).system

    found = (system.vendor, system.family, system.model, system.serial, system.software)

    assert found == DEVICES[name]


def test_no_recording_is_left_out() -> None:
    assert sorted(DEVICES) == recordings.names()


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_the_cases_of_a_recording_are_read(name: str) -> None:
    """Description, model and software of every chassis and stack by index, against the expected file."""
    truth = {
        int(item["index"]): tuple(line(item[key]) for key in ("descr", "model", "software"))
        for item in recordings.expected(name)["entity_chassis"]
    }

    found = {
        item.index: (item.descr or "", item.model or "", item.software or "")
        for item in inventory_of(name).entities
        if item.class_ in ("chassis", "stack")
    }

    assert found == truth


def test_a_port_knows_its_interface_and_what_it_sits_in() -> None:
    entities = {item.index: item for item in inventory_of("cisco/c2960x").entities}

    # entAliasMappingIdentifier.1010.0 = ifIndex.10101; entPhysicalContainedIn.1010 = 1002
    assert (entities[1010].class_, entities[1010].if_index, entities[1010].contained_in) == (
        "port",
        10101,
        1002,
    )
