"""Finding a case at the desk: the filter, the search, saved views, and the jumps."""

from collections.abc import Callable
from datetime import UTC, datetime

from textual.content import Content

from p24tui import services
from p24tui.i18n import _, ngettext
from p24tui.routine.case import CaseState
from p24tui.routine.chat import has_unread
from p24tui.routine.list_filter import ListFilter
from p24tui.services.views import CaseLine, SavedView
from p24tui.text import clean_line
from p24tui.tui.live_list import Hidden
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.views import ViewsScreen
from p24tui.tui.widgets.filter_bar import FilterBar, next_unit
from p24tui.tui.widgets.search_line import SearchLine
from p24tui.words.cases import filter_words

SHORTEST_IN_TEXT = 3
"""Letters from which messages are searched too."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Finding(DeskParts):
    """The section of the desk that chooses what of the list one sees, and goes to a line of it."""

    def action_filter(self) -> None:
        self._filter_bar.open(self._live.filter)

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._choose(message.chosen)

    def on_filter_bar_left(self) -> None:
        self._list.focus()

    def action_next_unit(self) -> None:
        self._choose(next_unit(self._live.filter, tuple(unit.id for unit in self._units)))

    def action_show_all(self) -> None:
        """Take away the search, or where there is none, the filter."""
        if self._live.words:
            self._search_line.close()
            self._seek("")
        else:
            self._choose(ListFilter())

    def action_search(self) -> None:
        self._search_line.open()

    def on_search_line_sought(self, message: SearchLine.Sought) -> None:
        self._seek(message.text)

    def on_search_line_left(self, message: SearchLine.Left) -> None:
        if not message.kept:
            self._search_line.close()
            self._seek("")
        self._list.focus()

    def action_views(self) -> None:
        self._reads.run(lambda: services.list_views.views_of(self._system, self._actor), self._offer_views)

    def _offer_views(self, saved: tuple[SavedView, ...]) -> None:
        self.app.push_screen(ViewsScreen(saved, self._live.filter, self._list.unit_names), self._view_answered)

    def _view_answered(self, answer: ListFilter | SavedView | str | None) -> None:
        if isinstance(answer, ListFilter):
            self._choose(answer)
        elif isinstance(answer, SavedView):
            said = _("Vyn {name} är sparad.").format(name=answer.name)
            self._writes.run(
                lambda: services.list_views.save_view(self._system, self._actor, answer.name, answer.filter),
                lambda _saved: self._say(said),
            )
        elif answer is not None:
            said = _("Vyn {name} är borta.").format(name=answer)
            self._writes.run(
                lambda: services.list_views.drop_view(self._system, self._actor, answer),
                lambda _saved: self._say(said),
            )

    def action_next_unread(self) -> None:
        self._go_to_next(lambda line: has_unread(line.case), _("Inget oläst."))

    def action_next_unowned(self) -> None:
        self._go_to_next(
            lambda line: line.case.owner_id is None and line.case.waiting_since is not None,
            _("Alla som väntar har någon."),
        )

    def action_longest_waiting(self) -> None:
        """Go to whoever has waited longest of those that are shown."""
        waiting = [line for line in self._live.lines if line.case.waiting_since is not None]
        if not waiting:
            self._say(_("Ingen väntar."))
            return
        self._go_to(min(waiting, key=lambda line: line.case.waiting_since or _NEVER))

    def _go_to_next(self, wanted: Callable[[CaseLine], bool], none: str) -> None:
        """Go to the next line below the cursor, or from the top, that is wanted."""
        here = self._live.index(self._list.cursor_id)
        first_id = ""
        for index, line in enumerate(self._live.lines):
            if line.case.state is CaseState.ENDED or not wanted(line):
                continue
            if here is not None and index > here:
                self._go_to(line)
                return
            first_id = first_id or line.case.id
        if first_id:
            self._stand_on(first_id)
        else:
            self._say(none)

    def action_show_everything(self) -> None:
        """Take away the search and the filter."""
        self._search_line.close()
        self._live.search("")
        self._choose(ListFilter())

    def on_desk_parts_go_to(self, message: DeskParts.GoTo) -> None:
        if message.case_id not in self._live:
            self.action_show_everything()
        self._stand_on(message.case_id)

    def _go_to(self, line: CaseLine) -> None:
        self._stand_on(line.case.id)

    def _stand_on(self, case_id: str) -> None:
        """Stand on a case in the list; where there is room for one pane only, it is the list that one sees then."""
        self._list.move_to(case_id)
        if self._one_pane and self._in_case:
            self._in_case = False
            self._arrange_panes()
            self._whereabouts.leave()
        self.set_focus(self._list)

    def _choose(self, chosen: ListFilter) -> None:
        read_anew = chosen.ended != self._live.filter.ended
        self._live.choose(chosen)
        self._filter_bar.chosen = chosen
        self._shown_anew()
        if read_anew:
            self.post_message(self.FilterChanged())

    def _seek(self, typed: str) -> None:
        self._live.search(typed)
        self._shown_anew()
        words, view, actor = typed.strip(), self._view, self._actor
        reads = services.access.allows(actor.acts_as, "case.read")  # who may not read a chat finds nothing in it
        if reads and len(words) >= SHORTEST_IN_TEXT and view is not None:
            sought = self._live.words

            def found(case_ids: frozenset[str]) -> None:
                if self._live.words == sought and case_ids:
                    self._live.found_in_text(case_ids)
                    self._shown_anew()

            def look() -> frozenset[str]:
                """Each search is logged, so none is made for words that have been typed over while it waited."""
                wanted = self._live.words == sought
                return services.queue.find_text(self._system, actor, view, words) if wanted else frozenset()

            self._reads.run(look, found)

    def _shown_anew(self) -> None:
        self._list.rearrange()
        self._entitle()

    def _entitle(self) -> None:
        """Say above the list what it shows, and how much of what must not be forgotten it leaves out (H3)."""
        live = self._live
        what = filter_words(live.filter, self._list.unit_names)
        if live.words:
            what += " · " + _("sökt: {words}").format(words=" ".join(live.words))
        title = Content(_("Patientlista · {what} · prio är en indikator").format(what=clean_line(what)))
        if self._list.border_title != title.markup:
            self._list.border_title = title  # a string would be read as markup
        self._list_note.show(what if live.filter != ListFilter() or live.words else "", _hidden_words(live.hidden))


def _hidden_words(hidden: Hidden) -> str:
    if not hidden.cases:
        return ""
    words = [ngettext("{count} visas inte", "{count} visas inte", hidden.cases).format(count=hidden.cases)]
    if hidden.suicide:
        words.append(_("{count} med suicidrisk").format(count=hidden.suicide))
    if hidden.older:
        words.append(_("{count} äldre").format(count=hidden.older))
    return words[0] if len(words) == 1 else f"{words[0]}: {', '.join(words[1:])}"
