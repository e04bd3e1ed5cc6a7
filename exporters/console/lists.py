"""Lists of the console as CSV: exactly what the page shows, no cell a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from exporters.report.codes import code_words
from exporters.report.csv import safe
from exporters.report.shown import figure, local_time
from inventory.words import N_, Language, say

_HEADS = (
    N_("School code"),
    N_("School"),
    N_("Township"),
    N_("Kind"),
    N_("Place"),
    N_("Port Mbit/s"),
    N_("Contract Mbit/s"),
    N_("Targets not met"),
    N_("Targets unknown"),
    N_("Agent's last report"),
)


def schools_csv(data: Mapping[str, Any], language: Language) -> bytes:
    """The schools that were asked for, UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([say(head, language) for head in _HEADS])
    for view in data["schools"]:
        school, line = view.school, view.campuses[0] if view.campuses else None
        states = [verdict.state.value for verdict in view.verdicts]
        port = line.port_speed_mbps if line else None
        heard = line.last_report if line else None
        row = (
            school.id,
            school.name,
            school.township,
            code_words(school.kind, language),
            code_words(school.urban_rural, language) if school.urban_rural else "",
            "" if port is None else figure(port),
            "" if line is None or line.contract_mbps is None else str(line.contract_mbps),
            str(states.count("fail")),
            str(states.count("unknown")),
            "" if heard is None else local_time(heard, data["view"].timezone),
        )
        writer.writerow([safe(cell) for cell in row])
    return text.getvalue().encode("utf-8", "replace")
