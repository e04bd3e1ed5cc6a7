"""A collector that serves on a free port of loopback, in a thread of its own, with the token of one agent."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path

import uvicorn

from collector.config import CollectorSettings
from collector.daemon import server_config
from collector.publish import Published
from collector.store.engine import open_store
from collector.store.tokens import load_pepper, new_token
from collector.telemetry import Telemetry
from collector.web.app import Edge, make_app
from inventory.web import Certificate, WebSettings


class ServedCollector:
    """``now`` is what its clock says for ever; None: the true time."""

    def __init__(
        self,
        folder: Path,
        school_id: str,
        campus: str,
        now: float | None = None,
        web: WebSettings | None = None,
    ) -> None:
        web = web or WebSettings()
        settings = CollectorSettings(state_dir=folder, listen="127.0.0.1:0", web=web)
        self.engine = open_store(settings.database_url)
        pepper = load_pepper(folder / "pepper")
        with self.engine.begin() as connection:
            self.token = new_token(connection, pepper, school_id, campus, now or time.time())
        clock = time.time if now is None else lambda: now
        self.edge = Edge(settings, self.engine, pepper, Telemetry(), Published, clock=clock)
        tls = web.tls_server_config
        self.certificate = Certificate(tls) if tls else None
        context = self.certificate.context if self.certificate else None
        self.server = uvicorn.Server(server_config(settings, make_app(self.edge), context))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        assert self._ready.wait(30)

    def _serve(self) -> None:
        async def serve() -> None:
            asyncio.get_running_loop().call_soon(self._ready.set)
            await self.server.serve([self._socket])

        asyncio.run(serve())

    def close(self) -> None:
        """End the thread and close the database."""
        self.server.should_exit = True
        self._thread.join(30)
        self.edge.close()
        self.engine.dispose()
