"""What a row of the register is worth today: its document's review and validity decide, not its own word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, Protocol, TypeAlias

from inventory.papers import Document

Standing = Literal["none", "claimed", "accepted", "rejected", "expired"]
"""Nothing stands behind it; nobody has looked at it; it counts; it was refused; it counted once."""

Need: TypeAlias = tuple[str, str, str]
"""Papers that a plan needs: what they are of ("contract", "facility", "light test", "security", "log record",
"system", "exemption"), which of these (a network, a kind, a function, a target), and a name; "" is any."""

REASON_OF: dict[Standing, str] = {
    "none": "evidence_missing",
    "claimed": "evidence_unreviewed",
    "rejected": "evidence_rejected",
    "expired": "evidence_expired",
}
"""Why a row that does not stand leaves its metric unknown."""


class Row(Protocol):
    """A row of the register that something stands behind."""

    @property
    def evidence(self) -> str: ...

    @property
    def document(self) -> str: ...


class Proof:
    """The documents of a school (and of its county) on one day."""

    def __init__(self, documents: Iterable[Document], day: date) -> None:
        self.documents = {document.id: document for document in documents}
        self.day = day

    def standing(self, row: Row) -> Standing:
        """What a row is worth. A document that is named but missing proves nothing."""
        if not row.document:
            return _WORDS.get(row.evidence, "none")
        document = self.documents.get(row.document)
        return "none" if document is None else self.of(document)

    def of(self, document: Document) -> Standing:
        """What a document is worth: it holds from its issue until its validity ends."""
        if document.issued_on is not None and document.issued_on > self.day:
            return "none"
        found = _WORDS.get(document.review, "none")
        is_over = document.valid_until is not None and document.valid_until < self.day
        return "expired" if found == "accepted" and is_over else found

    def level(self, row: Row) -> str:
        """E2 by a document (or what its document is, E1 to E5), E1 where it is only claimed, else E0."""
        found = self.standing(row)
        if found == "accepted":
            document = self.documents.get(row.document)
            return document.level if document else "E2"
        return "E1" if found == "claimed" else "E0"


_WORDS: dict[str, Standing] = {"claimed": "claimed", "accepted": "accepted", "rejected": "rejected"}
