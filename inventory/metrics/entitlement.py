"""What a campus's link ought to carry: the smaller of the port's speed and the contract (A3's reference)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from inventory.metrics.access import A2, contract_bandwidth
from inventory.metrics.look import Look
from inventory.metrics.once import once
from inventory.metrics.params import Params
from inventory.metrics.uplinks import SpeedRule, median_of_best, physical, speed_truth, uplinks_of
from inventory.register import Campus
from inventory.verdict import Evidence, State, Verdict

SHARED = ("roles", "network", "symmetric")
"""The parameters that say which uplinks and contracts are meant."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Port and contract in bit/s; None where not known, or nothing."""

    port_bps: int | None = None
    contract_bps: int | None = None

    @property
    def bps(self) -> int | None:
        """The smaller of what is known: the reference is not above it."""
        return min((each for each in (self.port_bps, self.contract_bps) if each), default=None)

    @property
    def is_whole(self) -> bool:
        """Both are known, so that ``bps`` is the reference and no upper bound of it."""
        return bool(self.port_bps and self.contract_bps)

    def evidence(self) -> Evidence:
        """Both figures, Mbit/s."""
        told = {"port": self.port_bps, "contract": self.contract_bps}
        text = [f"{name} {bps / 1_000_000:g} Mbit/s" for name, bps in told.items() if bps]
        return Evidence(level="E2" if self.contract_bps else "E3", what="reference", value=", ".join(text))


def entitlement(look: Look, campus: Campus, params: Params) -> Entitlement:
    """The speed that the uplink runs at (slow members of an aggregate count: they carry, too) and the
    accepted contracts that hold today. A contract whose verdict is open is not known."""
    chosen = {name: value for name, value in params.values.items() if name in SHARED}
    key = ("entitlement", campus.id, *chosen.items())

    def find() -> Entitlement:
        own = Params(MappingProxyType(chosen))
        contract = once(look, A2, campus.id, own, lambda: contract_bandwidth(look, campus, own))
        mbps = _port_mbps(look, campus, own)
        return Entitlement(
            None if mbps is None else round(mbps * 1_000_000),
            None if contract.state is State.UNKNOWN else _bps(contract),
        )

    return cast(Entitlement, look.keep(key, find))


def _port_mbps(look: Look, campus: Campus, params: Params) -> float | None:
    """What the uplink ran at (A1's value), with members of any speed; none where its state is not known."""
    uplinks = uplinks_of(campus, params)
    grid, rule = look.grid(params, campus), SpeedRule(least_member=0)
    return median_of_best([speed_truth(look, campus, one, grid, rule) for one in physical(look, uplinks)])


def _bps(verdict: Verdict) -> int | None:
    return None if verdict.value is None else round(verdict.value * 1_000_000)
