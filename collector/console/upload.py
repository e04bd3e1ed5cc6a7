"""A form with a file, as a browser sends it."""

from __future__ import annotations

import hmac
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from collector.people.person import Session
from collector.web.intake import read_body
from inventory.errors import InputError, Refused
from inventory.words import _


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of a form in their order, the name of its file without folders, and its bytes. The name is
    only ever shown and looked at; it never becomes a path."""

    fields: tuple[tuple[str, str], ...]
    name: str
    content: bytes

    def one(self, field: str) -> str:
        """A field, "" where it is not there."""
        return next((value for name, value in self.fields if name == field), "")

    def all(self, field: str) -> list[str]:
        """Every value of a field that may come again."""
        return [value for name, value in self.fields if name == field]

    def under(self, start: str) -> dict[str, str]:
        """The fields whose names begin so, without the beginning."""
        return {name.removeprefix(start): value for name, value in self.fields if name.startswith(start)}


async def upload_of(request: Request, session: Session, most_bytes: int, most_fields: int = 8) -> Upload:
    """The form and its file. Refused (403) unless it comes from a page of this session, (413) where it is too
    large; InputError where it has no file."""
    body = await read_body(request, most_bytes)

    async def parts() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, parts(), max_files=1, max_fields=most_fields)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise InputError(_("this is not a form with a file")) from error
    try:
        fields = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str))
        csrf = next((value for name, value in fields if name == "csrf"), "")
        if not session.by_token and not hmac.compare_digest(csrf.encode(), session.csrf.encode()):
            raise Refused(_("this form was not sent from a page of yours; open the page again"), status=403)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise InputError(_("no file was sent"), do=_("choose a file first"))
        name = file.filename.replace("\\", "/").rpartition("/")[2][:200]
        return Upload(fields, name, await file.read())
    finally:
        await form.close()
