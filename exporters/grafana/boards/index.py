"""All dashboards by key, in the order of a reader's questions."""

from __future__ import annotations

from exporters.grafana.boards import (
    access,
    agents,
    collector,
    county,
    ipv6,
    optics,
    ports,
    quality,
    school,
    wireless,
)
from exporters.grafana.model import Board

BOARDS: dict[str, Board] = {
    module.BOARD.key: module.BOARD
    for module in (county, school, access, ipv6, wireless, ports, optics, quality, agents, collector)
}
