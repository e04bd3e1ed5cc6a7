"""The Wi-Fi generation of an access point: by the standards of its radios, else by its model."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.wifi.cells import generation
from inventory.wifi import AccessPoint
from inventory.wifi_models import of_model

_ALL_BANDS = 6
"""The first generation since Wi-Fi 4 that runs on all bands."""


def with_generation(aps: Sequence[AccessPoint], vendor: str | None) -> list[AccessPoint]:
    """The access points with their generations.

    A radio's standards are proof of at least that much: a Wi-Fi 6 access point may be set to run as Wi-Fi 5,
    so the newer of the two counts.
    """
    return [_with_generation(ap, vendor) for ap in aps]


def of_radios(ap: AccessPoint) -> int | None:
    """The generation by the standards of the radios; None where these leave room for a newer one.

    Wi-Fi 5 is a matter of 5 GHz alone: radios of 2.4 GHz run as n beside it, so an older standard is told
    only by all radios together, with one of 5 GHz among them.
    """
    found = [generation(radio.mode) for radio in ap.radios]
    newest = max((one for one in found if one is not None), default=None)
    if newest is None or newest >= _ALL_BANDS:
        return newest
    whole = None not in found and any(radio.band == "5" for radio in ap.radios)
    return newest if whole else None


def _with_generation(ap: AccessPoint, vendor: str | None) -> AccessPoint:
    by_mode = of_radios(ap) or 0
    by_model = of_model(ap.model, vendor) or 0
    if not by_mode and not by_model:
        return msgspec.structs.replace(ap, generation=None, generation_from=None)
    return msgspec.structs.replace(
        ap,
        generation=max(by_mode, by_model),
        generation_from="mode" if by_mode >= by_model else "model",
    )
