"""How long a county's report takes: 300 schools (a county) and 3,000 (ten of them), each format by itself."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from pathlib import Path

from figures import Figure
from figures import report as keep

from exporters.report.write import Form, report_bytes
from inventory.verdict import CountyView

# The hand-made county of the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from views import many

FORMS: tuple[Form, ...] = ("html", "csv", "json")
SIZES = {300: 5, 3000: 3}
"""Schools -> rounds."""


def median_s(view: CountyView, form: Form, rounds: int) -> float:
    """Seconds from the view to the bytes, the median of several rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        report_bytes(view, form, "zh")
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    report_bytes(many(6), "html", "zh")  # the template is compiled once a process
    figures: dict[str, Figure] = {}
    for schools, rounds in SIZES.items():
        view = many(schools)
        for form in FORMS:
            seconds = median_s(view, form, rounds)
            size = len(report_bytes(view, form, "zh"))
            figures[f"{form}_s_{schools}"] = round(seconds, 4)
            figures[f"{form}_bytes_{schools}"] = size
            rate = schools / seconds
            print(
                f"{schools:5} schools {form:>4}: {seconds:7.3f} s {size / 1e6:6.2f} MB {rate:7.0f} schools/s"
            )
            if form == "html":
                figures["schools_per_s_html"] = round(rate)
    keep("report", figures)


if __name__ == "__main__":
    main()
