"""A table on paper, as PDF: a title, what it is about, and rows over as many pages as they need.

The font is DejaVu Sans, which comes with the program: it has the letters of every name that is written in Latin, Greek
or Cyrillic. A text is drawn as it stands, and never read as markup or as a link.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from p24tui import assets

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = "DejaVu"
MARGIN = 18.0
LINE = 6.0
NAME = 42.0
"""Millimetres."""


class Paper(Struct, frozen=True):
    """What is printed. ``widths`` are the columns', in millimetres; ``page`` says which page of how many it is."""

    title: str
    facts: Sequence[tuple[str, str]]
    note: str
    headings: Sequence[str]
    widths: Sequence[float]
    rows: Iterable[Sequence[str]]
    page: Callable[[int, str], str]
    made_at: datetime
    lang: str


def make_pdf(paper: Paper) -> bytes:
    """The document."""
    pdf = _document(paper)
    pdf.add_page()
    _line(pdf, paper.title, size=15)
    pdf.ln(LINE / 2)
    for name, said in paper.facts:
        _cell(pdf, name, NAME)
        _paragraph(pdf, said)
    pdf.ln(LINE / 2)
    _paragraph(pdf, paper.note)
    pdf.ln(LINE / 2)
    _heading(pdf, paper)
    for cells in paper.rows:
        _row(pdf, paper, cells)
    return bytes(pdf.output())


def _document(paper: Paper) -> "FPDF":
    """The library is slow to load, so only who prints loads it."""
    from fpdf import FPDF

    class Document(FPDF):
        def header(self) -> None:
            if self.page_no() > 1:
                _heading(self, paper)

        def footer(self) -> None:
            self.set_y(-MARGIN + LINE / 2)
            self.set_font(FONT, size=8)
            self.cell(0, LINE, paper.page(self.page_no(), "{nb}"), align="R")

    pdf = Document(format="A4")
    pdf.set_creation_date(paper.made_at)
    pdf.set_lang(paper.lang)
    pdf.set_title(paper.title)
    pdf.add_font(FONT, fname=assets.path("fonts", "DejaVuSans.ttf"))
    pdf.set_font(FONT, size=9)
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    return pdf


def _heading(pdf: "FPDF", paper: Paper) -> None:
    pdf.set_font(FONT, size=8)
    _row(pdf, paper, paper.headings)
    pdf.line(MARGIN, pdf.get_y(), pdf.w - MARGIN, pdf.get_y())
    pdf.set_font(FONT, size=9)


def _row(pdf: "FPDF", paper: Paper, cells: Sequence[str]) -> None:
    """One line; a page that is full ends before it."""
    for words, width in zip(cells, paper.widths, strict=True):
        _cell(pdf, words, width)
    pdf.ln(LINE)


def _line(pdf: "FPDF", words: str, *, size: int) -> None:
    pdf.set_font(FONT, size=size)
    _cell(pdf, words, 0)
    pdf.ln(LINE)
    pdf.set_font(FONT, size=9)


def _cell(pdf: "FPDF", words: str, width: float) -> None:
    """A text that is too long for its column is cut, not printed over the next one."""
    room = (width or pdf.epw) - 2 * pdf.c_margin
    while len(words) > 1 and pdf.get_string_width(words) > room:
        words = f"{words[:-2]}…"
    pdf.cell(width, LINE, words)


def _paragraph(pdf: "FPDF", words: str) -> None:
    pdf.multi_cell(0, LINE, words, align="L", new_x="LMARGIN", new_y="NEXT")
