"""Booking a video visit at the desk: who, the form, and the relative who is talked with alone (VI-1 to VI-9)."""

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.link import Role
from p24tui.routine.visit import Visit
from p24tui.services.visit_views import Profile
from p24tui.store.values import Staff
from p24tui.text import clean_line
from p24tui.tui.screens.booking_changes import ChangingVisits
from p24tui.tui.screens.booking_form import Asked, BookingScreen, Facts
from p24tui.tui.screens.booking_parts import why
from p24tui.tui.screens.booking_tasks import BookingTasks
from p24tui.tui.screens.inviting import Invited, Inviting
from p24tui.words.times import day_and_time


class Booking(BookingTasks, Inviting, ChangingVisits):
    """The section of the desk where video visits are booked, changed and invited to."""

    def action_book_visit(self) -> None:
        """Ask for the whole identity number; the form, or registering, follows from who that is."""
        self._keep_drafts()
        self._ask_number(self._open_form)

    def _open_form(self, profile: Profile, actor: Actor) -> None:
        here, unit = self._still_here(), self._unit(actor.unit_id)
        if unit is None:
            return

        def show(staff: list[Staff]) -> None:
            if not here():
                return
            facts = Facts(
                profile=profile,
                unit=unit,
                staff=tuple(staff),
                staff_id=actor.staff_id,
                now=self._system.clock.now(),
                by_hand=self._system.settings.booking_by_hand,
            )
            self.app.push_screen(
                BookingScreen(
                    facts,
                    lambda screen, asked: self._book_visit(screen, asked, actor),
                    lambda screen: self._show_guardians(screen.profile, actor, screen.have),
                )
            )

        self._reads.run(lambda: services.staff.staff_of(self._system, actor.unit_id), show)

    def _book_visit(self, screen: BookingScreen, asked: Asked, actor: Actor) -> None:
        profile = screen.profile

        def booked(visit: Visit) -> None:
            stands_there = screen.is_current
            screen.booked()
            name = clean_line(profile.patient.name)
            self._say(_("Bokat: {name} {at}.").format(name=name, at=day_and_time(visit.starts_at)))
            self._visits_changed()
            if asked.relative and stands_there:
                self._invite(Invited(visit, name), Role.RELATIVE, ())

        def refused(error: P24Error) -> None:
            if screen.is_running:
                screen.say(why(error))
            else:
                self._fail(error)

        self._writes.run(lambda: self._put_booking(profile, asked, actor), booked, refused)

    def _put_booking(self, profile: Profile, asked: Asked, actor: Actor) -> Visit:
        """Keep the mobile where it is another, then book: it is right whether or not the booking is refused."""
        system = self._system
        if asked.mobile and asked.proxy_number:
            services.guardians.put_mobile(system, actor, profile.patient_id, asked.proxy_number, asked.mobile)
        elif asked.mobile:
            services.patients.register(system, actor, profile.number, asked.mobile, name=profile.patient.name)
        wanted = services.visits.Wanted(
            patient_id=profile.patient_id,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            holder_id=asked.holder_id,
            proxy_number=asked.proxy_number,
            relative=asked.relative,
            summons=asked.summons,
            reason=asked.reason,
        )
        return services.visits.book(system, actor, wanted, asked.visit_id)
