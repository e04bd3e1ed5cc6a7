"""Simulated devices in a thread of the test process, on loopback UDP."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from wanzhao.demo.devices import Ports, SimDevice, serve


@contextlib.contextmanager
def answering(devices: list[SimDevice]) -> Iterator[dict[str, int]]:
    """UDP port by device id, while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ports = asyncio.run_coroutine_threadsafe(serve(devices), loop).result(30)
    try:
        yield ports
    finally:
        asyncio.run_coroutine_threadsafe(_close(ports), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(ports: Ports) -> None:
    ports.close()
    await asyncio.sleep(0.05)  # transports close in a later turn of the loop
