"""The access points that a controller shows, to be found by what the register says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from inventory.facts import AP
from inventory.metrics.look import DeviceFacts, Look
from inventory.register import Device
from inventory.snapshot import Span


def _hex(mac: str) -> str:
    return mac.casefold().replace(":", "").replace("-", "").replace(".", "").replace(" ", "")


def _plain(text: str) -> str:
    return text.strip().casefold()


_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (("mac", _hex), ("serial", _plain), ("name", _plain))
"""What finds an access point, best first, and the one form of it."""


class ApBook:
    """What one controller says of its access points."""

    def __init__(self, facts: DeviceFacts) -> None:
        self._aps = {subject: keys for subject, keys in facts.items() if subject.startswith(AP)}
        self._by: dict[str, dict[str, str]] = {}
        self._found: dict[str, str | None] = {}

    def find(self, ap: Device) -> str | None:
        """The controller's subject of a registered access point: by MAC, then serial number, then name."""
        if ap.id not in self._found:
            self._found[ap.id] = self._look_up(ap)
        return self._found[ap.id]

    def state(self, ap: Device) -> tuple[Span, ...]:
        """The history of the state of a registered access point; empty where it is not found."""
        subject = self.find(ap)
        return self._aps[subject].get("state", ()) if subject else ()

    def is_read(self) -> bool:
        """Whether the controller shows any access point at all."""
        return any(key in keys for keys in self._aps.values() for key, _form in _FORMS)

    def _look_up(self, ap: Device) -> str | None:
        for (key, form), value in zip(_FORMS, (ap.mac, ap.serial, ap.name), strict=True):
            if value and (subject := self._index(key, form).get(form(value))):
                return subject
        return None

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
