"""Labels that the pages of a device share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters.device_if import LONGEST, labels_of
from exporters.exposition import Sample
from inventory.reading import Reading

Samples = Callable[[Reading], Iterator[Sample]]
PORT = ("ifIndex", "ifName")


def port_of(reading: Reading) -> Callable[[int | None, str | None], tuple[str, str]]:
    """Labels of a port by its index, else by the name of what sits in it."""
    names = {item.if_index: labels_of(item)[1] or labels_of(item)[3] for item in reading.interfaces}

    def labels(if_index: int | None, name: str | None) -> tuple[str, str]:
        if if_index is None:
            return "", (name or "")[:LONGEST]
        return str(if_index), names.get(if_index) or (name or "")[:LONGEST]

    return labels


def once(samples: Iterator[Sample]) -> Iterator[Sample]:
    """The first of those that have the same labels: devices name two things alike."""
    seen: set[tuple[str, ...]] = set()
    for labels, value in samples:
        if labels not in seen:
            seen.add(labels)
            yield labels, value
