"""How fast a province's metric pages are written, against prometheus_client in the same run.

The same 200,000 series (10,000 schools x 20 gauges, two labels) are written three ways: by county, as one
page, and by prometheus_client's generate_latest from gauges that are already filled. The county page of a
real view (300 schools, all families) is measured too.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from figures import report
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from exporters.exposition import Family, Sample, render
from exporters.prometheus import county_page

# The hand-made county of the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from views import AS_OF, many

SCHOOLS, COUNTY, GAUGES, ROUNDS = 10_000, 100, 20, 5
FAMILIES = tuple(
    Family(f"wanzhao_bench_{n}_ratio", ("metric", "school"), f"Gauge {n}.") for n in range(GAUGES)
)

Series = dict[str, float]
"""School -> value of one gauge."""


def data() -> list[Series]:
    """The values of each gauge; they differ from school to school, as real ones do."""
    return [
        {f"21{school:08d}": school * (gauge + 1) / 7 % 1 for school in range(SCHOOLS)}
        for gauge in range(GAUGES)
    ]


def samples(series: Series, first: int, count: int) -> list[Sample]:
    rows = list(series.items())[first : first + count]
    return [(("access_port_speed_10g", school), value) for school, value in rows]


def tables(values: list[Series], first: int, count: int) -> list[tuple[Family, list[Sample]]]:
    return [(family, samples(series, first, count)) for family, series in zip(FAMILIES, values, strict=True)]


def registry(values: list[Series]) -> CollectorRegistry:
    """The same series as prometheus_client's gauges."""
    found = CollectorRegistry()
    for family, series in zip(FAMILIES, values, strict=True):
        gauge = Gauge(family.name, family.help, family.labels, registry=found)
        for school, value in series.items():
            gauge.labels("access_port_speed_10g", school).set(value)
    return found


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds, the median of several rounds, garbage collected before each."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    values = data()
    whole = tables(values, 0, SCHOOLS)
    counties = [tables(values, first, COUNTY) for first in range(0, SCHOOLS, COUNTY)]
    page = render(whole)
    filled = registry(values)
    if sorted(page.splitlines()) != sorted(generate_latest(filled).splitlines()):
        sys.exit("the pages differ")

    one_ms = median_ms(lambda: render(whole))
    by_county_ms = median_ms(lambda: [render(county) for county in counties])
    client_ms = median_ms(lambda: generate_latest(filled), rounds=3)

    view = many(300)
    county_ms = median_ms(lambda: county_page(view, rendered_at=AS_OF))
    county_series = sum(not line.startswith(b"#") for line in county_page(view, rendered_at=0.0).splitlines())

    series = SCHOOLS * GAUGES
    print(f"{series} series, {len(page) / 1e6:.1f} MB: the same lines as prometheus_client writes")
    print(f"  one page            {one_ms:8.0f} ms")
    print(f"  {len(counties)} county pages    {by_county_ms:8.0f} ms")
    print(f"  prometheus_client   {client_ms:8.0f} ms, {client_ms / one_ms:.1f} times as long")
    print(f"a county of 300 schools, {county_series} series: {county_ms:.0f} ms")
    report(
        "exposition",
        {
            "series": series,
            "bytes": len(page),
            "render_ms": round(one_ms, 1),
            "render_by_county_ms": round(by_county_ms, 1),
            "prometheus_client_ms": round(client_ms, 1),
            "ratio_vs_prometheus_client": round(client_ms / one_ms, 1),
            "ratio_by_county": round(client_ms / by_county_ms, 1),
            "county_300_schools_ms": round(county_ms, 1),
            "county_300_schools_series": county_series,
        },
    )


if __name__ == "__main__":
    main()
