"""The files of a case as a page: what each is by its content, and how it fares in the temporary storage."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.gateways.file_check import FileFacts
from p24tui.i18n import _, ngettext
from p24tui.routine.images import Exported, is_lost, is_warned_of
from p24tui.services.image_views import FileLine
from p24tui.text import clean_line
from p24tui.tui.places import Cell, Column, Page, Row
from p24tui.words.times import clock_time

WIDE_LIST = 90
"""Cells from which the list has room for words in full."""


def files_page(files: Sequence[FileLine], now: datetime, before: timedelta) -> Page:
    """The files as a page; ``before`` is how long before one goes its person is warned."""
    by_id = {one.file.id: one for one in files}
    words = ngettext("{count} bilaga", "{count} bilagor", len(files)).format(count=len(files))
    said = [(words, "strong")]
    if waiting := sum(one.is_there and one.exported is not None and not one.exported.journalled_at for one in files):
        many = ngettext("{count} att journalföra", "{count} att journalföra", waiting).format(count=waiting)
        said.append((many, "unread"))

    def columns(width: int) -> tuple[Column, ...]:
        wide = width >= WIDE_LIST
        return (Column(_("Fil")), Column(_("Är"), 28 if wide else 24), Column(_("Mellanlagring"), 32 if wide else 22))

    def row(id: str, width: int) -> Row:
        one = by_id[id]
        return Row(((clean_line(one.file.title), ""), _is(one), _lies(one, now, before, wide=width >= WIDE_LIST)))

    return Page(tuple(said), columns, tuple(by_id), row, _("Ärendet har inga bilagor."))


def facts_words(facts: FileFacts, size: int) -> str:
    """What a file is, and how large."""
    kind = _("text") if facts.kind == "text" else facts.kind.value.upper()
    pixels = f" {facts.width}×{facts.height}" if facts.width else ""
    return f"{kind}{pixels}, {size_words(size)}"


def size_words(size: int) -> str:
    """A size in bytes as people read it."""
    return f"{size // 1024 + 1} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB".replace(".", ",")


def problem_words(problem: str) -> str:
    """Why a file is not taken."""
    return explain(BadInput(problem))


def standing_words(one: FileLine, folder: str) -> str:
    """How a file stands, in sentences: what is in the way, or where it lies and until when, and what it shows."""
    if one.problem:
        return problem_words(one.problem)
    exported = one.exported
    if exported is None:
        return _("Enter visar den här, och det loggas. Ska den journalföras: spara ut den, och läs in den i Vidiview.")
    return "\n".join(filter(None, (_place_words(exported, folder, is_there=one.is_there), _record_words(exported))))


def _place_words(exported: Exported, folder: str, *, is_there: bool) -> str:
    if not is_there:
        return _("Den ligger inte kvar i mellanlagringen.")
    words = _("Bara du kan läsa den, till {at}:\n{folder}/\n{name}")
    return words.format(folder=folder, name=exported.file_name, at=clock_time(exported.delete_at))


def _record_words(exported: Exported) -> str:
    if exported.journalled_at is None:
        return _("Inte journalförd. Läs in den i Vidiview och säg sedan till här.")
    if not exported.shows:
        return _("Du har sagt att den inte behöver journalföras.")
    return _("I Vidiview. Visar: {shows}").format(shows=clean_line(exported.shows))


def _is(one: FileLine) -> Cell:
    if one.facts is not None:
        return (facts_words(one.facts, one.file.size), "")
    return (_("öppnas inte, {size}").format(size=size_words(one.file.size)), "urgent")


def _lies(one: FileLine, now: datetime, before: timedelta, *, wide: bool) -> Cell:
    exported = one.exported
    if exported is None:
        return ("–", "quiet")
    left = _("{minutes} min kvar").format(minutes=minutes_left(exported, now)) if one.is_there else ""
    if exported.journalled_at is not None:
        said = _("i Vidiview") if exported.shows else _("behövs inte")
        return (" · ".join(filter(None, (said, left if wide else ""))), "quiet")
    if is_lost(exported) or not left:
        return (_("borta, ej journalförd"), "urgent")
    words = _("{left}, ej journalförd").format(left=left) if wide else left
    return (words, "urgent" if is_warned_of(exported, now, before) else "unread")


def minutes_left(exported: Exported, now: datetime) -> int:
    """Whole minutes until a file goes."""
    return max(0, int((exported.delete_at - now).total_seconds() // 60))
