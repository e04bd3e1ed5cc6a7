"""A small OpenID Connect issuer on loopback: discovery, keys, authorization code with PKCE. Everything that
it says can be made wrong."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "wanzhao", "s3cret:/ü"


def new_key(kid: str = "one") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


@dataclass
class Issuer:
    """``now`` is its clock; ``claims`` and ``metadata`` overwrite what it would say (None: leave out);
    ``sign`` signs instead of its own key."""

    now: float
    callback: str
    subject: str = "330522-0042"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=new_key)
    sign: Any = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer._get(self)

            def do_POST(self) -> None:
                issuer._post(self)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)

    def authorize(self, address: str) -> dict[str, str]:
        """What a person's browser brings back from the issuer's page: the query of the callback."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == self.callback
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def _get(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(("GET", handler.path))
        if handler.path == "/.well-known/openid-configuration":
            told = {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            } | self.metadata
            _answer(handler, 200, {name: value for name, value in told.items() if value is not None})
        elif handler.path == "/keys":
            _answer(handler, 200, KeySet([self.key]).as_dict(private=False))
        elif handler.path.startswith("/authorize?"):
            # Everybody who comes here is the subject, and only has to say so.
            back = start_of(self.callback, **self.authorize(handler.path))
            page = f'<a href="{html.escape(back)}">It is me</a>'.encode()
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.send_header("Content-Length", str(len(page)))
            handler.end_headers()
            handler.wfile.write(page)
        else:
            _answer(handler, 404, {})

    def _post(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(("POST", handler.path))
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        query = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if not self._knows(handler.headers.get("Authorization", "")) and form.get("client_secret") != SECRET:
            _answer(handler, 401, {"error": "invalid_client"})
        elif query is None or challenge != query["code_challenge"] or form["redirect_uri"] != self.callback:
            _answer(handler, 400, {"error": "invalid_grant"})
        else:
            _answer(
                handler, 200, {"access_token": "a", "token_type": "Bearer", "id_token": self._token(query)}
            )

    def _knows(self, header: str) -> bool:
        kind, _space, rest = header.partition(" ")
        if kind != "Basic":
            return False
        name, _colon, secret = base64.b64decode(rest).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)

    def _token(self, query: dict[str, str]) -> str:
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            "nonce": query["nonce"],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return str(self.sign(claims))
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)


def start_of(url: str, **query: str) -> str:
    """A path with a query."""
    return f"{url}?{urlencode(query)}"


def _answer(handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    text = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text)
