"""How to reach one device."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """An SNMP agent. ``address`` is an IPv4 or IPv6 address or a host name; ``community`` is a secret and
    stays out of repr. ``timeout_s`` is the wait for the first try, later tries wait longer; ``max_varbinds``
    bounds one answer, since some devices cannot send more than one datagram of about 1,400 bytes."""

    address: str
    _: KW_ONLY
    community: str = field(repr=False)
    port: int = 161
    version: Literal["1", "2c"] = "2c"
    timeout_s: float = 3.0
    retries: int = 2
    max_varbinds: int = 40

    @property
    def where(self) -> str:
        """The address as messages show it."""
        if self.port == 161:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def waits_s(self) -> tuple[float, ...]:
        """Seconds to wait at each try: half as long again every time, to spare a slow device."""
        return tuple(self.timeout_s * 1.5**attempt for attempt in range(self.retries + 1))
