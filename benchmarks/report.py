"""How long a county's report takes.

Each format by itself for 300 schools (a county) and 3,000 (ten of them); all formats of a county together, in
seconds of processor; workbook and CSV of 10,000 schools (a province), in seconds, with the memory it took.

These counties have a few targets. The sixty schools of the tests are judged by a whole plan of 21 targets and
have every metric, with 25 documents each: their figure is given too, for 60 schools as they are.
"""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from console_pages import p95_ms
from figures import Figure
from figures import report as keep

from collector.judging import Plan
from collector.reporting import reported
from collector.rounds import Rounds
from collector.store.engine import open_store
from exporters.report.forms import FORMS, MANY, Form
from exporters.report.write import report_bytes, write_report
from inventory.garbage import collect_garbage_less_often
from inventory.plan import builtin_profiles, load_profile
from inventory.verdict import CountyView
from wanzhao.commands.report import NEW_OBJECTS

# The counties of the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from sixty_filled import fill
from sixty_types import NOW
from sixty_world import county
from views import many

ONE_FILE = tuple(form for form in FORMS if form not in MANY)
SIZES: dict[int, tuple[int, tuple[Form, ...]]] = {300: (5, ONE_FILE), 3000: (3, ("html", "csv", "json"))}
"""Schools -> rounds and formats."""
PROVINCE = 10_000
PLAN = "changxing-145"


def median_s(view: CountyView, form: Form, rounds: int) -> float:
    """Seconds from the view to the bytes, the median of several rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        report_bytes(view, form, "zh")
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def each_format(figures: dict[str, Figure]) -> None:
    """One format after the other."""
    for schools, (rounds, forms) in SIZES.items():
        view = many(schools)
        for form in forms:
            seconds = median_s(view, form, rounds)
            size = len(report_bytes(view, form, "zh"))
            figures[f"{form}_s_{schools}"] = round(seconds, 4)
            figures[f"{form}_bytes_{schools}"] = size
            rate = schools / seconds
            print(
                f"{schools:5} schools {form:>7}: {seconds:7.3f} s {size / 1e6:6.2f} MB {rate:7.0f} schools/s"
            )
            if form == "html":
                figures["schools_per_s_html"] = round(rate)


def together(schools: int, forms: tuple[Form, ...]) -> tuple[float, float]:
    """Seconds of processor and of the clock from the view to the files."""
    view = many(schools)
    gc.collect()
    with tempfile.TemporaryDirectory(prefix="wanzhao-bench-") as folder:
        processor, clock = time.process_time(), time.perf_counter()
        write_report(view, Path(folder), "zh", forms=forms)
        return time.process_time() - processor, time.perf_counter() - clock


def whole_plan() -> float:
    """Seconds of processor for all formats of the sixty schools under a whole plan, from view to files."""
    path = builtin_profiles()[PLAN]
    plan = Plan(load_profile(path), path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="wanzhao-bench-") as folder:
        engine = open_store(f"sqlite:///{folder}/wanzhao.db")
        fill(engine, county().schools)
        Rounds(engine, [plan]).round(NOW.timestamp())
        view, basis = reported(engine, plan.profile, NOW.timestamp(), None, "seed")
        engine.dispose()
        gc.collect()
        processor = time.process_time()
        write_report(view, Path(folder), "zh", basis, FORMS)
        return time.process_time() - processor


def main() -> None:
    figures: dict[str, Figure] = {}
    collect_garbage_less_often(NEW_OBJECTS)  # as the command does
    processor, _ = together(300, FORMS)
    figures["all_formats_300_schools_cpu_s"] = round(processor, 2)
    print(f"  300 schools, all formats: {processor:.2f} s of processor")
    processor = whole_plan()
    figures["all_formats_60_schools_21_targets_cpu_s"] = round(processor, 2)
    print(f"   60 schools, 21 targets, all formats: {processor:.2f} s of processor")
    each_format(figures)
    _, clock = together(PROVINCE, ("xlsx", "csv"))
    figures["xlsx_csv_10000_schools_s"] = round(clock, 2)
    print(f"{PROVINCE} schools, XLSX and CSV: {clock:.2f} s")
    with tempfile.TemporaryDirectory(prefix="wanzhao-bench-") as folder:
        figures["console_page_p95_ms"] = round(p95_ms(Path(folder)), 1)
    print(f"  300 schools, pages of the console: {figures['console_page_p95_ms']} ms at the 95th percentile")
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    keep("report", figures)


if __name__ == "__main__":
    main()
