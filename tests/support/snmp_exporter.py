"""Debian's prometheus-snmp-exporter with the columns of its own ``if_mib`` module, written here: the package
ships no MIBs and an empty configuration (form of release 0.21)."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from wanzhao.demo.processes import free_port

PROGRAM = shutil.which("prometheus-snmp-exporter") or shutil.which("snmp_exporter")

IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
COLUMNS = {
    # name -> (OID, type)
    "ifSpeed": (f"{IF_TABLE}.5", "gauge"),
    "ifAdminStatus": (f"{IF_TABLE}.7", "gauge"),
    "ifOperStatus": (f"{IF_TABLE}.8", "gauge"),
    "ifInDiscards": (f"{IF_TABLE}.13", "counter"),
    "ifInErrors": (f"{IF_TABLE}.14", "counter"),
    "ifOutDiscards": (f"{IF_TABLE}.19", "counter"),
    "ifOutErrors": (f"{IF_TABLE}.20", "counter"),
    "ifHCInOctets": (f"{IF_X_TABLE}.6", "counter"),
    "ifHCInUcastPkts": (f"{IF_X_TABLE}.7", "counter"),
    "ifHCInMulticastPkts": (f"{IF_X_TABLE}.8", "counter"),
    "ifHCInBroadcastPkts": (f"{IF_X_TABLE}.9", "counter"),
    "ifHCOutOctets": (f"{IF_X_TABLE}.10", "counter"),
    "ifHCOutUcastPkts": (f"{IF_X_TABLE}.11", "counter"),
    "ifHCOutMulticastPkts": (f"{IF_X_TABLE}.12", "counter"),
    "ifHCOutBroadcastPkts": (f"{IF_X_TABLE}.13", "counter"),
    "ifHighSpeed": (f"{IF_X_TABLE}.15", "gauge"),
}
LOOKUPS = {"ifName": f"{IF_X_TABLE}.1", "ifAlias": f"{IF_X_TABLE}.18", "ifDescr": f"{IF_TABLE}.2"}


@contextlib.contextmanager
def exporter(folder: Path, communities: Sequence[str]) -> Iterator[str]:
    """Its URL while it runs on loopback, with a module of its own for each community."""
    assert PROGRAM is not None
    config = folder / "snmp.yml"
    modules = (_module(f"if_mib_{n}", name) for n, name in enumerate(communities))
    config.write_text("".join(modules), encoding="ascii")
    listen = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [PROGRAM, f"--config.file={config}", f"--web.listen-address={listen}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert process.poll() is None, "the exporter ended at once"
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://{listen}/")
                break
            time.sleep(0.05)
        yield f"http://{listen}"
    finally:
        process.terminate()
        process.wait(10)


def scraped(url: str, port: int, module: int = 0) -> str:
    """What it tells of the device on a port of loopback, asked with the community of that number."""
    query = {"module": f"if_mib_{module}", "target": f"127.0.0.1:{port}"}
    answer = httpx.get(f"{url}/snmp", params=query, timeout=60)
    answer.raise_for_status()
    return answer.text


def _module(name: str, community: str) -> str:
    lines = [f"{name}:", "  version: 2", "  max_repetitions: 25", "  timeout: 20s", "  walk:"]
    lines += [f"  - {oid}" for oid, _kind in COLUMNS.values()]
    lines += [f"  - {oid}" for oid in LOOKUPS.values()]
    lines += ["  get:", "  - 1.3.6.1.2.1.1.3.0", "  auth:", f"    community: {community}", "  metrics:"]
    lines += ["  - name: sysUpTime", "    oid: 1.3.6.1.2.1.1.3", "    type: gauge", "    help: up"]
    for name, (oid, kind) in COLUMNS.items():
        lines += [f"  - name: {name}", f"    oid: {oid}", f"    type: {kind}", "    help: a column"]
        lines += ["    indexes:", "    - labelname: ifIndex", "      type: gauge", "    lookups:"]
        for label, where in LOOKUPS.items():
            lines += [
                "    - labels:",
                "      - ifIndex",
                f"      labelname: {label}",
                f"      oid: {where}",
                "      type: DisplayString",
            ]
    return "\n".join(lines) + "\n"
