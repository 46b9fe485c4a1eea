"""Writing a note for the record: its fields, Aktuellt as the case gives it, and one's own assessment (DO)."""

from collections.abc import Callable, Mapping

from textual.widgets import Select

from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import N_, _
from p24tui.journal_text import vas
from p24tui.routine.documentation import FormWay, NoteText, Scope
from p24tui.services.journal_views import JournalView
from p24tui.tui.screens.form import Answers, Choice, FormScreen, Line, Part, Several, Text
from p24tui.tui.widgets.field import Area
from p24tui.tui.widgets.toggles import Toggles

KEEP_EVERY = 5.0
"""Seconds after which what has been written is kept as a draft."""

READ = "read"

LACKING = {
    "note-fields": "vas_row",
    "note-form": "form_way",
    "note-form-result": "form_result",
    "note-current": "current",
    "note-unreviewed": "reviewed",
    "note-newer": "current",
    "note-assessment": "assessment",
}
"""The part in which one goes on, by why the note was refused."""

FORM_WAYS = {
    FormWay.COPIED: N_("frågor och svar tas med i Aktuellt"),
    FormWay.SUMMARISED: N_("finns kvar här; det som kom fram skrivs"),
}


class NoteScreen(FormScreen):
    """Ctrl+S ends with what is to be signed. Esc leaves, and the draft is kept: nothing is thrown away.

    ``keep`` is given what stands there, each few seconds and when one leaves.
    """

    def __init__(
        self,
        title: str,
        view: JournalView,
        types: Mapping[str, str],
        journal_types: tuple[str, ...],
        keep: Callable[[NoteText], None],
        problem: P24Error | None = None,
    ) -> None:
        parts = note_parts(view, types, journal_types)
        super().__init__(title, parts, _note_words(view), explain(problem) if problem else "")
        self._lacks = problem.reason if isinstance(problem, Refused) else ""
        self._view = view
        self._keep = keep
        self._kept = view.text
        self._way = view.text.form_way

    def on_mount(self) -> None:
        if self._lacks == "note-newer" and self._view.has_current:  # what is new stands last
            for area in self.query("#part-current").results(Area):
                area.move_cursor(area.document.end)
        self.set_interval(KEEP_EVERY, self.keep_now)

    @property
    def keys(self) -> str:
        return _("Tab nästa fält   Mellanslag välj   Ctrl+S signera   Esc spara som utkast")

    @property
    def first(self) -> str:
        """Where something is lacking, else where one writes."""
        begin = "current" if self._view.has_current else "assessment"
        part = LACKING.get(self._lacks, begin)
        return part if any(one.name == part for one in self._parts) else begin

    def on_select_changed(self, event: Select.Changed) -> None:
        """Aktuellt follows what becomes of the form, while it stands as the case gave it; it is then read anew."""
        if event.select.id != "part-form_way" or event.select.is_blank():
            return
        way, area = FormWay(str(event.value)), self.query_one("#part-current", Area)
        if way is not self._way and area.text.strip() == self._view.prefilled[self._way].strip():
            area.text = self._view.prefilled[way]
            self.query_one("#part-reviewed", Toggles).clear()  # nobody has read what stands there now
        self._way = way

    def action_save(self) -> None:
        self.keep_now()
        super().action_save()

    def action_leave(self) -> None:
        self.keep_now()
        self.dismiss(None)

    def keep_now(self) -> None:
        """Keep what stands there, where it is not kept already."""
        now = note_of(self._view, self._answers())
        if now != self._kept:
            self._kept = now
            self._keep(now)


def note_parts(view: JournalView, types: Mapping[str, str], journal_types: tuple[str, ...]) -> list[Part]:
    """The fields of DO-4 in the order in which VAS has them, then the search words."""
    text = view.text
    codes = {code: f"{code}, {words.lower()}" for code, words in types.items()}
    parts: list[Part] = [
        Choice("vas_row", _("Rad i VAS"), rows(), text.vas_row),
        Line("clinic", _("Avd/mott"), text.clinic),
        Choice("note_type", _("Anteckningstyp"), codes, text.note_type if text.note_type in codes else ""),
        Line("journal_type", _("Jntyp"), text.journal_type, ", ".join(journal_types)),
    ]
    if view.scope is Scope.BOTH and view.answered:
        ways = {way.value: _(words) for way, words in FORM_WAYS.items()}
        parts.append(Choice("form_way", _("Formulär"), ways, text.form_way if text.form_way in FORM_WAYS else ""))
        parts.append(
            Line("form_result", _("Formuläret visar"), text.form_result, _("det som kom fram, om svaren inte tas med"))
        )
    if view.has_current:
        parts.append(Text("current", _("Aktuellt"), text.current))
        parts.append(
            Several("reviewed", "", {READ: _("jag har läst igenom Aktuellt")}, (READ,) if text.reviewed else ())
        )
    parts.append(Text("assessment", _("Bedömning"), text.assessment, _("din egen bedömning")))
    return parts


def rows() -> dict[str, str]:
    """The rows of VAS that a note can belong to."""
    return {one["id"]: one["sv"] for one in vas()["row"]}


def note_of(view: JournalView, said: Answers) -> NoteText:
    """The note that the form says; what it does not ask stays as it was."""
    before = view.text

    def words(name: str) -> str:
        return str(said[name]) if name in said else str(getattr(before, name))

    way = words("form_way") if view.scope is Scope.BOTH else ""
    current = words("current")
    as_given = current.strip() in {one.strip() for one in view.prefilled.values()}
    return NoteText(
        vas_row=words("vas_row"),
        clinic=words("clinic"),
        note_type=words("note_type"),
        journal_type=words("journal_type"),
        current=current,
        assessment=words("assessment"),
        reviewed=READ in said.get("reviewed", ()),
        form_way=FormWay(way) if way else FormWay.NONE,
        form_result=words("form_result"),
        images=before.images,
        told=before.told,
        given=before.given,
        shown=current if as_given else before.shown,
    )


def _note_words(view: JournalView) -> str:
    if view.scope is Scope.BOTH:
        said = _("Std/kopia: Chatt. Läs igenom och formulera om Aktuellt (DO-2).")
    elif view.has_current:
        said = _("Std/kopia: Chatt. Anamnesen är antecknad; Aktuellt har det som har kommit sedan dess (DO-1).")
    else:
        said = _("Std/kopia: Chatt. Anamnesen är en kollegas; bedömningen din (DO-3).")
    return " ".join([said, *view.images])
