"""Every error of wanzhao, in one tree.

    WanzhaoError      (1)   says what, where and what to do; knows its exit code, and if a retry makes sense
      InputError      (2)   the user's files or options are wrong
        ConfigError         a configuration file
        RegisterError       the register of schools, devices and areas (carries all problems at once)
        PlanError           a plan profile (carries all problems at once)
      DeviceError     (3)   a network device
        NoAnswer            no SNMP answer: dead, unreachable, wrong community or access list     [retry]
        HostKeyError        an SSH host key that nobody trusted, or that changed: no login
        LoginRefused        an SSH server did not take the user name, password or key
      CollectorError  (4)   the collector, as the agent or a command sees it
        Unreachable         no connection, time-out, 429, 5xx                                     [retry]
        Refused             the collector said no for good: token, school, malformed batch
      StoreError      (5)   the database or the spool
        StoreBusy           another process holds it                                              [retry]

The number is the exit code of the command that ends with it. 0 is success, 1 a fault of wanzhao itself
or a check that found something, 130 an interrupt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from inventory.words import language


def sentence(where: str, what: str, do: str) -> str:
    """Where, what is wrong, and what to do, with the punctuation of the language of this process."""
    colon, semicolon = ("：", "；") if language() == "zh" else (": ", "; ")
    head = f"{where}{colon}{what}" if where else what
    return f"{head}{semicolon}{do}" if do else head


class WanzhaoError(Exception):
    """What went wrong, where, and what the reader can do about it."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[bool] = False

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what, where, do)
        self.what = what
        self.where = where
        self.do = do

    def __str__(self) -> str:
        return sentence(self.where, self.what, self.do)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in an input file: where it is, what is wrong, what is allowed or what to do."""

    where: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        return sentence(self.where, self.what, self.do)


class InputError(WanzhaoError):
    exit_code = 2

    def __init__(
        self, what: str, *, where: str = "", do: str = "", problems: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(what, where=where, do=do)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])


class ConfigError(InputError):
    pass


class RegisterError(InputError):
    """``problems`` are as many as anybody reads; ``every`` is all of them, for marking them in the file."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        do: str = "",
        problems: tuple[Problem, ...] = (),
        every: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(what, where=where, do=do, problems=problems)
        self.every = every or problems


class PlanError(InputError):
    pass


class DeviceError(WanzhaoError):
    exit_code = 3


class NoAnswer(DeviceError):  # noqa: N818 - reads as what happened
    retry = True


class HostKeyError(DeviceError):
    """``fingerprint`` is that of the key which the device shows; ``changed``: another was trusted before."""

    def __init__(
        self, what: str, *, where: str = "", do: str = "", fingerprint: str = "", changed: bool = False
    ) -> None:
        super().__init__(what, where=where, do=do)
        self.fingerprint = fingerprint
        self.changed = changed


class LoginRefused(DeviceError):  # noqa: N818
    pass


class CollectorError(WanzhaoError):
    exit_code = 4


class Unreachable(CollectorError):  # noqa: N818
    """``retry_after_s`` is what the collector asked for, in seconds, or None."""

    retry = True

    def __init__(
        self, what: str, *, where: str = "", do: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(what, where=where, do=do)
        self.retry_after_s = retry_after_s


class Refused(CollectorError):  # noqa: N818
    """``status`` is the HTTP status; 409 asks for a new epoch, other 4xx are final for this batch."""

    def __init__(self, what: str, *, where: str = "", do: str = "", status: int = 400) -> None:
        super().__init__(what, where=where, do=do)
        self.status = status


class StoreError(WanzhaoError):
    exit_code = 5


class StoreBusy(StoreError):  # noqa: N818
    retry = True
