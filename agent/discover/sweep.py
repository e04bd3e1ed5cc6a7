"""Who answers: one question to each address with each credential, one try.

Dead addresses cost a datagram each and nobody's time: they are waited for side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field

from agent.discover.pace import Pace
from agent.mibs.system import SCALARS, system
from agent.mibs.text import mac
from agent.snmp.choose import engine_named
from agent.snmp.engine import Engine, Oid, Value, oid
from agent.snmp.session import OutOfTime, Session
from agent.snmp.target import Target, User, Version
from inventory.errors import DeviceError
from inventory.log import get_logger
from inventory.reading import System

log = get_logger(__name__)

TIMEOUT_S = 2.0
_BUDGET_S = 20.0

# What tells one box from another, whatever address it answers at.
MARKS: dict[str, Oid] = {
    "engine_id": oid("1.3.6.1.6.3.10.2.1.1.0"),  # snmpEngineID (RFC 3411)
    "chassis_type": oid("1.0.8802.1.1.2.1.3.1.0"),  # lldpLocChassisIdSubtype
    "chassis": oid("1.0.8802.1.1.2.1.3.2.0"),  # lldpLocChassisId
    "bridge": oid("1.3.6.1.2.1.17.1.1.0"),  # dot1dBaseBridgeAddress
}
_CHASSIS_IS_MAC = 4
_ROUTER_MACS = ("00:00:5e:00:01:", "00:00:5e:00:02:")
"""Virtual routers (RFC 9568): two boxes share these."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One way to ask. ``name`` is how the proposal speaks of it; ``reference`` is what goes into a
    configuration: TOML lines with references to secrets, never the secrets."""

    name: str
    _: KW_ONLY
    community: str = field(default="", repr=False)
    user: User | None = None
    version: Version = "2c"
    port: int = 161
    reference: str = ""

    def target(self, address: str, *, retries: int, timeout_s: float = TIMEOUT_S) -> Target:
        """How to reach an address with this credential."""
        return Target(
            address,
            community=self.community,
            user=self.user,
            version=self.version,
            port=self.port,
            timeout_s=timeout_s,
            retries=retries,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An address that answered, and what tells its box from others."""

    address: str
    credential: Credential
    system: System
    engine_id: str | None = None
    chassis: str | None = None


async def sweep(
    addresses: Iterable[str],
    credentials: Sequence[Credential],
    pace: Pace,
    engine: Engine | None = None,
    timeout_s: float = TIMEOUT_S,
) -> list[Answer]:
    """The addresses that answer, in the order given. Addresses are drawn one by one as workers get free: a
    range of 65,000 is never laid out as tasks."""
    found: list[tuple[int, Answer]] = []
    waiting: Iterator[tuple[int, str]] = iter(enumerate(addresses))

    async def work() -> None:
        for number, address in waiting:
            answer = await _ask(address, credentials, pace, engine, timeout_s)
            if answer is not None:
                found.append((number, answer))

    await asyncio.gather(*(work() for _worker in range(pace.at_once)))
    return [answer for _number, answer in sorted(found, key=lambda pair: pair[0])]


async def _ask(
    address: str, credentials: Sequence[Credential], pace: Pace, engine: Engine | None, timeout_s: float
) -> Answer | None:
    for credential in credentials:
        target = credential.target(address, retries=0, timeout_s=timeout_s)
        chosen = engine or engine_named("auto", target)
        try:
            async with pace, Session(chosen, target, _BUDGET_S) as session:
                about = system(await session.get(SCALARS))
                marks = await _marks(session)
        except (TimeoutError, OutOfTime):
            continue
        except DeviceError as error:
            # Somebody is there: an SNMPv3 agent says why it refuses. A person should know.
            log.warning("%s", error)
            continue
        except OSError as error:
            # Nobody has this address, or nobody listens there: other credentials would meet the same.
            log.debug("%s: %s", address, error)
            return None
        log.info("%s: answers as %s", address, about.sys_name)
        return Answer(address, credential, about, _engine_id(marks), _chassis(marks))
    return None


async def _marks(session: Session) -> dict[str, Value]:
    try:
        return await session.get(MARKS)
    except (TimeoutError, OSError, OutOfTime):
        return {}


def _engine_id(marks: dict[str, Value]) -> str | None:
    value = marks.get("engine_id")
    return value.hex() if isinstance(value, bytes) and len(value) >= 5 and any(value) else None


def _chassis(marks: dict[str, Value]) -> str | None:
    """The MAC address of the box, by LLDP, else of its bridge; None for one that boxes can share."""
    by_lldp = mac(marks.get("chassis")) if marks.get("chassis_type") == _CHASSIS_IS_MAC else None
    found = by_lldp or mac(marks.get("bridge"))
    if found is None or found == "00:00:00:00:00:00" or found.startswith(_ROUTER_MACS):
        return None
    return found
