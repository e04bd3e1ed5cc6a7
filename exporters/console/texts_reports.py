"""The fixed texts of the pages about reports."""

from __future__ import annotations

from inventory.words import N_

REPORT_TEXTS: dict[str, str] = {
    "order": N_("Make a report to hand out"),
    "order_note": N_(
        "It is made in the background and kept with the hash of every file. The next one is compared with it."
    ),
    "what": N_("What it is about"),
    "as_of": N_("As of the end of (empty: now)"),
    "language": N_("Language"),
    "seed": N_("Seed of the test on site (empty: drawn)"),
    "forms": N_("Formats"),
    "make": N_("Make the report"),
    "running": N_("Being made"),
    "kept": N_("Handed out"),
    "made_at": N_("Made at"),
    "made_by": N_("Made by"),
    "files": N_("Files"),
    "newest": N_("The newest state, not kept"),
    "the_order": N_("A report is made"),
    "progress": N_("Progress"),
    "to_files": N_("To the files"),
    "again": N_("Look again"),
    "report_of": N_("Report as of"),
    "verify_note": N_("wanzhao report verify says of any of these files whether it is as it was handed out."),
    "all_files": N_("All files in one archive (ZIP)"),
    "not_here": N_("The files are no longer kept here. Make the report again, as of the same time."),
}
STAGE_WORDS: dict[str, str] = {
    "waiting": N_("waits for its turn"),
    "judging": N_("judging every school with every metric"),
    "writing": N_("writing the files"),
    "done": N_("done"),
    "failed": N_("failed"),
}
FORM_WORDS: dict[str, str] = {
    "html": N_("HTML to print"),
    "schools": N_("School pages, HTML to print"),
    "xlsx": N_("Excel workbook, all tables"),
    "pdf": N_("PDF"),
    "docx": N_("Word document"),
    "csv": N_("CSV, all tables"),
    "json": N_("JSON, the data"),
    "volume": N_("School pages bound as one PDF"),
    "single": N_("One PDF for each school"),
}
