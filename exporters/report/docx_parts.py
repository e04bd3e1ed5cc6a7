"""Parts of an official paper in DOCX: fonts, paragraphs, tables and page numbers by GB/T 9704-2012.

The fonts of the standard are named and not embedded: they belong to their makers, and offices have them.
Sizes in points: 二号 22, 三号 16, 四号 14, 小五 9.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

LATIN = "Times New Roman"
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
ACROSS_MM = {"top": 25, "bottom": 20, "left": 20, "right": 20}
A4_MM = (210, 297)
LINE_PT = 28


@dataclass(frozen=True, slots=True)
class Face:
    """A font of the standard with its size in points; ``indent`` in characters for the first line."""

    font: str
    size: float
    bold: bool = False
    indent: int = 0


TITLE = Face("方正小标宋简体", 22)
BODY = Face("仿宋_GB2312", 16, indent=2)
HEADING = Face("黑体", 16, indent=2)
SUBHEADING = Face("楷体_GB2312", 16, indent=2)
NOTE = Face("楷体_GB2312", 12)
CELL = Face("仿宋_GB2312", 9)
CELL_HEAD = Face("黑体", 9)
PAGE_NUMBER = Face("宋体", 14)

HEADING_STYLES = {HEADING: "Heading 1", SUBHEADING: "Heading 2"}


def begin() -> Document:
    """A new paper, A4 upright; its headings have no fonts of a theme, which would win over those named."""
    document = docx.Document()
    for name in HEADING_STYLES.values():
        look = document.styles[name].element.find(qn("w:rPr"))
        for fonts in look.findall(qn("w:rFonts")):
            look.remove(fonts)
    page(document, across=False)
    _number_pages(document)
    return document


def add(document: Document, text: str, face: Face, align: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
    """A paragraph in a face, with a style that the outline knows where it is a heading."""
    paragraph = document.add_paragraph(style=HEADING_STYLES.get(face))
    shape = paragraph.paragraph_format
    # A heading, or the note of a table, never stands alone at the foot of a page.
    shape.keep_with_next = face in HEADING_STYLES or face is NOTE
    shape.space_before = shape.space_after = Pt(0)
    if align is None:
        shape.first_line_indent = Pt(face.size * face.indent)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    else:
        paragraph.alignment = align
    paragraph._p.append(run(text, face))  # noqa: SLF001 - python-docx gives its element only so
    return paragraph


def run(text: str, face: Face) -> BaseOxmlElement:
    """A run with its fonts, the Chinese one by name; a line feed is a line break."""
    element = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    fonts = OxmlElement("w:rFonts")
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", face.font), ("cs", LATIN)):
        fonts.set(qn(f"w:{name}"), font)
    properties.append(fonts)
    properties.append(_value("w:b", "1" if face.bold else "0"))  # a heading's style may be bold
    properties.append(_value("w:color", "000000"))
    for name in ("w:sz", "w:szCs"):
        properties.append(_value(name, str(round(face.size * 2))))
    element.append(properties)
    for number, line in enumerate(text.split("\n")):
        if number:
            element.append(OxmlElement("w:br"))
        words = OxmlElement("w:t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        element.append(words)
    return element


def add_table(
    document: Document,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    weights: Sequence[float],
    width_mm: float,
) -> None:
    """A table whose head is repeated on each page and whose rows are not torn apart."""
    table = document.add_table(rows=0, cols=len(heads), style="Table Grid")
    table.autofit = False
    twips = [round(width_mm * 56.7 * weight / sum(weights)) for weight in weights]
    body = table._tbl  # noqa: SLF001
    for column, width in zip(body.tblGrid.gridCol_lst, twips, strict=True):
        column.set(qn("w:w"), str(width))
    body.append(_row(heads, twips, CELL_HEAD, head=True))
    for cells in rows:
        body.append(_row(cells, twips, CELL))


def _row(cells: Sequence[str], twips: Sequence[int], face: Face, *, head: bool = False) -> BaseOxmlElement:
    row = OxmlElement("w:tr")
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    for text, width in zip(cells, twips, strict=True):
        cell, shape, paragraph = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:p")
        size = _value("w:tcW", str(width), "w:w")
        size.set(qn("w:type"), "dxa")
        shape.append(size)
        if head:
            ground = _value("w:shd", "clear")
            ground.set(qn("w:color"), "auto")
            ground.set(qn("w:fill"), "E7E6E6")
            shape.append(ground)
        paragraph.append(run(text, face))
        cell.append(shape)
        cell.append(paragraph)
        row.append(cell)
    return row


def _value(tag: str, value: str, name: str = "w:val") -> BaseOxmlElement:
    element = OxmlElement(tag)
    element.set(qn(name), value)
    return element


def page(document: Document, *, across: bool) -> float:
    """Set the last section up, or begin one lying across; gives back the width between its margins in mm."""
    section = document.add_section(WD_SECTION.NEW_PAGE) if across else document.sections[-1]
    width, height = reversed(A4_MM) if across else A4_MM
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margins = ACROSS_MM if across else MARGINS_MM
    section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
    section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
    return width - margins["left"] - margins["right"]


def _number_pages(document: Document) -> None:
    """— 1 — at the foot of each page."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(run("1", PAGE_NUMBER))
    for part in (run("— ", PAGE_NUMBER), field, run(" —", PAGE_NUMBER)):
        paragraph._p.append(part)  # noqa: SLF001


def saved(document: Document) -> bytes:
    """The file, with the same date on every part, so that the same paper gives the same bytes."""
    out, fixed = io.BytesIO(), io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as parts, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as again:
        for name in parts.namelist():
            about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(about, parts.read(name))
    return fixed.getvalue()
