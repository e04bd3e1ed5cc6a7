"""Keys, signatures and ciphers of SNMPv3's user-based security: RFC 3414 (MD5, SHA-1, DES), RFC 7860
(SHA-2), RFC 3826 (AES-128) and the two ways in use to make longer AES keys. Digests are hashlib's, ciphers
are those of the cryptography package, which only privacy needs.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from agent.snmp.target import Auth, KeyExtension, Priv, User
from inventory.errors import ConfigError
from inventory.words import _

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
except ImportError:
    HAS_CIPHERS = False
else:
    HAS_CIPHERS = True

_DIGESTS: Final[dict[Auth, tuple[str, int]]] = {
    "MD5": ("md5", 12),
    "SHA1": ("sha1", 12),
    "SHA224": ("sha224", 16),
    "SHA256": ("sha256", 24),
    "SHA384": ("sha384", 32),
    "SHA512": ("sha512", 48),
}
"""hashlib's name, and the octets of the digest that are sent"""
_KEY_OCTETS: Final[dict[Priv, int]] = {"DES": 16, "AES128": 16, "AES192": 24, "AES256": 32}
_PASSPHRASE_OCTETS: Final = 1 << 20
_DES_BLOCK: Final = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys for one device."""

    auth: bytes = field(default=b"", repr=False)
    priv: bytes = field(default=b"", repr=False)


def keys_of(user: User, engine_id: bytes) -> Keys:
    """The user's keys, localized to the device with this snmpEngineID."""
    if user.auth is None:
        return Keys()
    auth = localized(user.auth, user.auth_key.encode(), engine_id)
    if user.priv is None:
        return Keys(auth)
    return Keys(
        auth, _privacy_key(user.auth, user.priv_key.encode(), engine_id, user.priv, user.key_extension)
    )


def localized(auth: Auth, secret: bytes, engine_id: bytes) -> bytes:
    """The key that a secret gives on one device (RFC 3414, 2.6 and A.2)."""
    key = _key_of_secret(auth, secret)
    return hashlib.new(_DIGESTS[auth][0], key + engine_id + key).digest()


def signature_octets(auth: Auth) -> int:
    """The length of a signature in a message."""
    return _DIGESTS[auth][1]


def signature(auth: Auth, key: bytes, message: bytes) -> bytes:
    """The HMAC of a message whose signature field is zero."""
    name, octets = _DIGESTS[auth]
    return hmac.digest(key, message, name)[:octets]


def require_ciphers(user: User) -> None:
    """Raises ConfigError for a user with privacy where the cryptography package is not installed."""
    if user.priv is not None and not HAS_CIPHERS:
        raise ConfigError(
            _("SNMPv3 privacy (%(priv)s) needs the cryptography package, which is not installed")
            % {"priv": user.priv},
            where=user.name,
            do=_("install it with: pip install 'wanzhao[snmpv3]'"),
        )


def encrypted(priv: Priv, key: bytes, boots: int, time: int, salt: int, plain: bytes) -> tuple[bytes, bytes]:
    """msgPrivacyParameters and the encrypted text. A salt must never be used twice with a key."""
    if priv == "DES":
        parameters = boots.to_bytes(4, "big") + (salt & 0xFFFFFFFF).to_bytes(4, "big")
        plain += bytes(-len(plain) % _DES_BLOCK)
    else:
        parameters = salt.to_bytes(8, "big")
    encryptor = _cipher(priv, key, boots, time, parameters).encryptor()
    return parameters, encryptor.update(plain) + encryptor.finalize()


def decrypted(priv: Priv, key: bytes, boots: int, time: int, parameters: bytes, text: bytes) -> bytes:
    """The plain text (with DES some octets of padding follow it). Raises ValueError for what is no text."""
    if len(parameters) != 8:
        raise ValueError("privacy parameters of a wrong length")
    decryptor = _cipher(priv, key, boots, time, parameters).decryptor()
    return decryptor.update(text) + decryptor.finalize()


def _cipher(priv: Priv, key: bytes, boots: int, time: int, parameters: bytes) -> Cipher[CBC | CFB]:
    if priv == "DES":  # RFC 3414, 8.1.1: the second half of the key is the pre-IV
        start = bytes(a ^ b for a, b in zip(key[8:16], parameters, strict=True))
        return Cipher(TripleDES(key[:8] * 3), CBC(start))
    return Cipher(AES(key), CFB(boots.to_bytes(4, "big") + time.to_bytes(4, "big") + parameters))


@lru_cache(maxsize=256)
def _key_of_secret(auth: Auth, secret: bytes) -> bytes:
    """The digest of a megabyte of the secret repeated. It takes milliseconds, and a county has few users."""
    repeated = (secret * (_PASSPHRASE_OCTETS // len(secret) + 1))[:_PASSPHRASE_OCTETS]
    return hashlib.new(_DIGESTS[auth][0], repeated).digest()


def _privacy_key(auth: Auth, secret: bytes, engine_id: bytes, priv: Priv, extension: KeyExtension) -> bytes:
    key = last = localized(auth, secret, engine_id)
    while len(key) < _KEY_OCTETS[priv]:
        if extension == "blumenthal":  # draft-blumenthal-aes-usm-04, 3.1.2.1
            last = hashlib.new(_DIGESTS[auth][0], key).digest()
        else:  # draft-reeder-snmpv3-usm-3desede-00, 2.1: the key so far serves as the next pass phrase
            last = localized(auth, last, engine_id)
        key += last
    return key[: _KEY_OCTETS[priv]]
