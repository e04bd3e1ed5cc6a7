"""What to tell a person when a device refuses an SNMPv3 user: what is wrong, and what to check."""

from __future__ import annotations

from agent.snmp.engine import AUTHORIZATION_ERROR, Answer
from agent.snmp.target import Target, User
from inventory.errors import ConfigError, NoAnswer
from inventory.words import _


def user_of(target: Target) -> User:
    """The target's user. Raises ConfigError for a target of version 3 without one."""
    if target.user is None:
        raise ConfigError(
            _("SNMP version 3 needs a user"),
            where=target.where,
            do=_("give the user's name, and its passwords as the device has them"),
        )
    return target.user


class Contact:
    """What a link has heard of its device so far, and so what a refusal or silence means."""

    def __init__(self, target: Target, user: User) -> None:
        self._target = target
        self._user = user
        self.heard = False
        self.answered = False
        self.badly_signed = 0

    def checked(self, answer: Answer) -> Answer:
        """The answer; raises NoAnswer when the first is that this user may read nothing (RFC 3413, 3.2)."""
        if answer.error == AUTHORIZATION_ERROR and not self.answered:
            raise refusal(self._target, self._user, "authorizationError")
        self.answered = True
        return answer

    def refused(self, reason: str) -> Exception:
        """The error for a Report: for people before the first answer, for the log in the middle of a poll."""
        error = refusal(self._target, self._user, reason)
        return ConnectionError(error.what) if self.answered else error

    def silence(self) -> Exception:
        """The error when no wait brought an answer."""
        if self.heard and not self.answered:
            return refusal_in_silence(self._target, self._user, signed=not self.badly_signed)
        return TimeoutError(f"no answer from {self._target.where}")


def refusal(target: Target, user: User, reason: str) -> NoAnswer:
    """The error for a Report with this reason (a counter of RFC 3414 or RFC 3413)."""
    words = {"user": user.name, "auth": user.auth, "priv": user.priv, "level": user.level, "reason": reason}
    protocols = {"context": user.context} | words
    what, do = _texts().get(
        reason, (_("the device refuses SNMPv3 (%(reason)s)"), _("check its SNMPv3 set-up"))
    )
    return NoAnswer(what % protocols, where=target.where, do=do % protocols)


def refusal_in_silence(target: Target, user: User, *, signed: bool) -> NoAnswer:
    """The error for a device that told its engine id and then answers this user no more."""
    if not signed:
        return refusal(target, user, "wrongDigests")
    if user.context:
        return refusal(target, user, "unknownContexts")
    words = {"user": user.name, "level": user.level}
    passwords = {
        "noAuthNoPriv": _("check the user name, and what the user may read"),
        "authNoPriv": _("check the user name, and the authentication protocol and password"),
        "authPriv": _("check the privacy protocol and password first, then the user name and authentication"),
    }
    return NoAnswer(
        _("the device speaks SNMPv3 but does not answer user %(user)s (%(level)s)") % words,
        where=target.where,
        do=passwords[user.level],
    )


def _texts() -> dict[str, tuple[str, str]]:
    context = (
        _("the device has no SNMPv3 context %(context)s"),
        _("leave the context empty unless the device's manual names one"),
    )
    return {
        "unknownUserNames": (
            _("the device does not know the SNMPv3 user %(user)s"),
            _("check the user name, here and on the device"),
        ),
        "wrongDigests": (
            _("the device refuses the authentication of SNMPv3 user %(user)s"),
            _("check the authentication password, and that the protocol is %(auth)s on the device too"),
        ),
        "decryptionErrors": (
            _("the device cannot decrypt what SNMPv3 user %(user)s asks"),
            _("check the privacy password, and that the protocol is %(priv)s on the device too"),
        ),
        "unsupportedSecLevels": (
            _("the device does not allow %(level)s for SNMPv3 user %(user)s"),
            _("check whether the user on the device has authentication and privacy, and give the same here"),
        ),
        "authorizationError": (
            _("SNMPv3 user %(user)s may read nothing at level %(level)s"),
            _("check the group, view and level of the user on the device"),
        ),
        "notInTimeWindows": (
            _("the clock of the device's SNMP engine does not settle"),
            _("restart the SNMP service of the device; if it stays so, update its firmware"),
        ),
        "unknownEngineIDs": (
            _("the device gives an SNMP engine id and then does not know it"),
            _("restart the SNMP service of the device; if it stays so, set its engine id by hand"),
        ),
        "unknownContexts": context,
        "unavailableContexts": context,
    }
