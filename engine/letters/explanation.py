"""A page as a Word file: blocks come in, with what stands under the title and at the foot, a file goes out."""

from __future__ import annotations

import io
from typing import Any, assert_never

import docx
from docx.oxml.ns import qn

from engine.letters.writing import with_fixed_times
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree

LANGUAGES_OF_WORD = {"fr": "fr-FR", "en": "en-GB"}


def explanation(title: str, page: Page, foot: str, lang: str) -> bytes:
    """The blocks under a title, as a Word file; the same blocks give the same bytes."""
    document = docx.Document()
    normal = document.styles["Normal"].element.get_or_add_rPr()
    spoken = normal.makeelement(qn("w:lang"), {qn("w:val"): LANGUAGES_OF_WORD[lang]})
    normal.append(spoken)
    document.core_properties.title = title
    document.add_heading(title, 1)
    for block in page:
        _add(document, block)
    document.sections[0].footer.paragraphs[0].text = foot
    made = io.BytesIO()
    document.save(made)
    return with_fixed_times(made)


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            document.add_heading(text, level)
        case Paragraph(text):
            document.add_paragraph(text)
        case Table():
            _add_table(document, block)
        case Tree(lines):
            for depth, text in lines:
                document.add_paragraph(text, f"List Bullet {min(depth + 1, 3)}" if depth else "List Bullet")
        case Fold(summary, blocks):
            document.add_heading(summary, 3)
            for inner in blocks:
                _add(document, inner)
        case _:
            assert_never(block)


def _add_table(document: Any, table: Table) -> None:
    made = document.add_table(0, len(table.columns), "Table Grid")
    for row in (table.columns, *table.rows):
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = text
    for cell in made.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
    repeated = made.rows[0]._tr.get_or_add_trPr()  # a head that stands on each page again
    repeated.append(repeated.makeelement(qn("w:tblHeader"), {}))
    document.add_paragraph()
