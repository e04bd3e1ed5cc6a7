"""How long a province's register takes: 10,000 schools with 12 devices, 10 rooms, an uplink and a contract.

What a person waits for: reading a workbook, the same as CSV, exporting one, and getting it back with its
faults marked. Figures are processor seconds of one process.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from figures import Figure, report

from collector.store.engine import open_store
from collector.store.registers import store_register
from exporters.workbook.marked import mark
from exporters.workbook.write import export
from inventory.diff import register_diff
from inventory.errors import RegisterError
from inventory.load import load_register, register_tables
from inventory.load_folder import folder_files
from inventory.register import Area, Campus, Contract, Device, Register, School, Uplink

SCHOOLS = 10_000
APS, ROOMS = 10, 10
T = TypeVar("T")


def school(number: int) -> School:
    """A school with one campus."""
    name = f"2133{number:06d}"
    aps = tuple(
        Device(
            id=f"{name}-ap{n}",
            role="ap",
            mac=f"02:00:{number >> 8 & 255:02x}:{number & 255:02x}:{number >> 16:02x}:{n:02x}",
            controller=f"{name}-ac",
        )
        for n in range(APS)
    )
    areas = tuple(
        Area(id=f"R{n}", name=f"一({n})班", kind="classroom", main=True, aps=(aps[n % APS].id,))
        for n in range(ROOMS)
    )
    campus = Campus(
        id=f"{name}-01",
        name="本部",
        areas_confirmed=True,
        uplinks=(Uplink(device=f"{name}-gw", port="XGE0/0/1", medium="dark_fibre", carrier="电信"),),
        contracts=(Contract(down_mbps=10_000, up_mbps=10_000, circuit=f"C{number}", evidence="accepted"),),
        devices=(
            Device(id=f"{name}-gw", role="gateway"),
            Device(id=f"{name}-ac", role="wlan_controller"),
            *aps,
        ),
        areas=areas,
    )
    return School(
        id=name,
        name=f"第{number}小学",
        kind="primary",
        stages=("primary",),
        township="城关镇",
        campuses=(campus,),
    )


def timed(figures: dict[str, Figure], name: str, work: Callable[[], T]) -> T:
    """Do it, and note its processor time."""
    started = time.process_time()
    done = work()
    figures[name] = round(time.process_time() - started, 2)
    return done


def main() -> None:
    register = Register(county="试验省", schools=tuple(school(n) for n in range(SCHOOLS)))
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "r.xlsx"
        book.write_bytes(timed(figures, "export_xlsx_s", lambda: export(register)))
        figures["xlsx_mb"] = round(book.stat().st_size / 1e6, 1)
        read = timed(figures, "read_xlsx_s", lambda: load_register(book))
        assert read == register
        (folder / "csv").mkdir()
        for file, content in timed(figures, "export_csv_s", lambda: folder_files(register)).items():
            (folder / "csv" / file).write_text(content, encoding="utf-8")
        assert timed(figures, "read_csv_s", lambda: load_register(folder / "csv")) == register
        before, after = register_tables(read), register_tables(register)
        timed(figures, "compare_s", lambda: register_diff(read, before, register, after))
        engine = open_store(f"sqlite:///{folder / 'r.db'}")
        with engine.begin() as connection:
            timed(figures, "store_s", lambda: store_register(connection, register, author="x", at=1.0))
        engine.dispose()
        bad = Register(county="试验省", schools=tuple(school(n % (SCHOOLS - 100)) for n in range(SCHOOLS)))
        book.write_bytes(export(bad))
        try:
            load_register(book)
        except RegisterError as error:
            faults = error.every
            timed(figures, "mark_xlsx_s", lambda: mark(book, faults, "zh"))
            figures["faults_marked"] = len(faults)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(", ".join(f"{key} {value}" for key, value in figures.items()))
    report("register-files", {"schools": SCHOOLS, **figures})


if __name__ == "__main__":
    main()
