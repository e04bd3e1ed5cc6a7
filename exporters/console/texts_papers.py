"""The fixed texts of the pages about documents and tests on site."""

from __future__ import annotations

from inventory.words import N_

PAPER_TEXTS: dict[str, str] = {
    "evidence_title": N_("Documents that prove something"),
    "evidence_of": N_("Documents of the school"),
    "hand_in": N_("Hand in a document"),
    "hand_in_note": N_(
        "A photograph, a scan or a file that proves what no device can tell. Another person looks at it; "
        "until then it is claimed, not proved."
    ),
    "takes": N_("Kinds of files that are taken:"),
    "most": N_("up to MiB:"),
    "the_document": N_("The document"),
    "proves": N_("What it proves"),
    "rows_there": N_("Rows of the register that wait for a document"),
    "rows_stand": N_("Rows that are proved already"),
    "no_rows": N_("No row of the register waits for a document."),
    "new_contract": N_("A contract that is not in the register yet"),
    "new_facility": N_("A facility that is not in the register yet"),
    "take_along": N_("hand in this row with the document"),
    "document": N_("Document"),
    "doc_kind": N_("Kind of document"),
    "title": N_("Title"),
    "issuer": N_("Issued by"),
    "issued_on": N_("Issued on"),
    "valid_until": N_("Valid until"),
    "author": N_("Handed in by"),
    "reviewed_by": N_("Reviewed by"),
    "standing": N_("Standing"),
    "file": N_("The file"),
    "open_file": N_("Open or save the file"),
    "picture": N_("Picture of the document"),
    "not_kept": N_("The file is not kept here; only its name and hash are in the register."),
    "happened": N_("What became of it"),
    "nothing_happened": N_("Nothing since it came with an import."),
    "review": N_("Review"),
    "accept": N_("Accept the document"),
    "reject": N_("Reject the document"),
    "why_rejected": N_("Remarks (needed for a rejection)"),
    "own": N_("You have handed this in: another person has to review it."),
    "proves_nothing": N_("No row of the register names it."),
    "choose": N_("please choose"),
    "faults": N_("This was not taken"),
    "any": N_("any"),
    "all_documents": N_("Documents of all schools"),
    "school_documents": N_("All documents of the school"),
    "of_county": N_("of the county"),
    "spot_title": N_("Results of tests on site"),
    "spot_note": N_(
        "The sheet of a test on site (table 6 of the report), filled in by the inspector. What he found "
        "counts for that school and day before anything else (level E5)."
    ),
    "look": N_("Look what stands in it"),
    "confirm": N_("Take it in"),
    "nothing_changed": N_("Nothing was changed. Mend this and send the file again."),
    "entered": N_("Results in the sheet"),
    "no_results": N_("No row of the sheet has a result."),
    "known_already": N_("All of them are known already."),
    "taken_in": N_("The results are taken in. They count from the next round of judging."),
    "inspector": N_("Inspector"),
    "tested_on": N_("Tested on"),
    "found_value": N_("Value"),
    "method": N_("Method"),
    "spot_sheet": N_("The sheet to fill in is in the report: report.xlsx, table 6."),
    "reports_page": N_("Reports"),
}
STANDING_WORDS: dict[str, str] = {
    "none": N_("no document"),
    "claimed": N_("waits for a review"),
    "accepted": N_("has been accepted"),
    "rejected": N_("has been rejected"),
    "expired": N_("no longer valid"),
}
EVENT_WORDS: dict[str, str] = {
    "uploaded": N_("handed in"),
    "accepted": N_("has been accepted"),
    "rejected": N_("has been rejected"),
}
