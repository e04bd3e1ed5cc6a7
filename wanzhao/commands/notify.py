"""wanzhao notify: pass Alertmanager's messages on to the robots of chats."""

from __future__ import annotations

import argparse

from inventory import log
from inventory.config import load_log_settings, load_settings
from inventory.errors import StoreError
from inventory.words import _
from wanzhao.options import Subparsers, add_config, need_extra, run_async

try:
    import httpx
    import uvicorn

    from wanzhao.notify import Notifier, NotifySettings
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("notify", help=text, description=text)
    add_config(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if MISSING:
        raise need_extra("collector", MISSING)
    settings = load_settings(args.config, "notify", NotifySettings)
    chosen = load_log_settings(args.config)
    log.configure(level=chosen.level, form=chosen.form)
    run_async(_serve(settings))
    return 0


async def _serve(settings: NotifySettings) -> None:
    host, _colon, port = settings.listen.rpartition(":")
    async with httpx.AsyncClient(follow_redirects=False) as client:
        config = uvicorn.Config(
            Notifier(settings, client),
            host=host.strip("[]"),
            port=int(port),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=16,
        )
        try:
            await uvicorn.Server(config).serve()
        except SystemExit as error:  # uvicorn's way to say that it cannot bind
            raise StoreError(
                _("cannot listen on %(listen)s") % {"listen": settings.listen},
                do=_("choose a free port with notify.listen, or stop the program that has it"),
            ) from error
