"""The access points that a controller shows, to be found by what the register says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from inventory.facts import AP
from inventory.metrics.look import NO_SPANS, DeviceFacts, Look
from inventory.register import Device
from inventory.snapshot import Span

_BETWEEN = str.maketrans("", "", ":-. ")


def _hex(mac: str) -> str:
    return mac.translate(_BETWEEN).casefold()


def _plain(text: str) -> str:
    return text.strip().casefold()


_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (("mac", _hex), ("serial", _plain), ("name", _plain))
"""What finds an access point, best first, and the one form of it."""


class ApBook:
    """What one controller says of its access points."""

    def __init__(self, facts: DeviceFacts) -> None:
        self._aps = {subject: keys for subject, keys in facts.items() if subject.startswith(AP)}
        self._by: dict[str, dict[str, str]] = {}
        self._by_mac: dict[object, str] | None = None
        self._states: dict[str, tuple[Span, ...]] = {}

    def find(self, ap: Device) -> str | None:
        """The controller's subject of a registered access point: by MAC, then serial number, then name."""
        if subject := self._as_written().get(ap.mac):
            return subject
        for (key, form), value in zip(_FORMS, (ap.mac, ap.serial, ap.name), strict=True):
            if value and (subject := self._index(key, form).get(form(value))):
                return subject
        return None

    def states(self, aps: Iterable[Device]) -> Iterator[tuple[Span, ...]]:
        """The history of the state of each of some registered access points; empty where one is not found."""
        known, by_mac, shown = self._states, self._as_written(), self._aps
        for ap in aps:
            spans = known.get(ap.id)
            if spans is None:
                subject = by_mac.get(ap.mac) or self.find(ap)
                spans = known[ap.id] = shown[subject].get("state", NO_SPANS) if subject else NO_SPANS
            yield spans

    def is_read(self) -> bool:
        """Whether the controller shows any access point at all."""
        return any(key in keys for keys in self._aps.values() for key, _form in _FORMS)

    def only(self) -> str | None:
        """The subject of the one access point of a device that shows no other: itself."""
        return next(iter(self._aps)) if len(self._aps) == 1 else None

    def _as_written(self) -> dict[object, str]:
        """By MAC in the form that register and agents share: it nearly always finds."""
        if self._by_mac is None:
            self._by_mac = {}
            for subject, keys in self._aps.items():
                for span in keys.get("mac", NO_SPANS):
                    self._by_mac.setdefault(span.value, subject)
        return self._by_mac

    def _index(self, key: str, form: Callable[[str], str]) -> dict[str, str]:
        if key not in self._by:
            index = self._by[key] = {}
            for subject, keys in self._aps.items():
                for span in keys.get(key, ()):
                    index.setdefault(form(str(span.value)), subject)
        return self._by[key]


def ap_book(look: Look, controller: str) -> ApBook:
    """The access points of a controller."""
    return cast(ApBook, look.keep(("ap book", controller), lambda: ApBook(look.facts(controller))))


def ap_subject(look: Look, ap: Device) -> tuple[str, str | None]:
    """The device that tells of an access point (its controller, or itself), and under which subject; None
    where it does not list it."""
    device = ap.controller or ap.id
    book = ap_book(look, device)
    return device, book.find(ap) or (None if ap.controller else book.only())
