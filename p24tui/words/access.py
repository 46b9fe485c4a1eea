"""Roles, and why one reads beyond them, in words."""

from p24tui.i18n import N_, _
from p24tui.routine.break_glass import Ground, Outcome
from p24tui.routine.role import Role

ROLES = {
    Role.NURSE: N_("sjuksköterska"),
    Role.DOCTOR: N_("läkare"),
    Role.PSYCHOLOGIST: N_("psykolog"),
    Role.OTHER: N_("annan yrkesroll"),
    Role.ADMINISTRATION: N_("administration"),
    Role.HEAD: N_("verksamhetschef"),
    Role.LOG_CONTROLLER: N_("loggkontrollant"),
    Role.TECHNICIAN: N_("tekniker"),
}


def role_word(role: Role) -> str:
    """A role in words."""
    return _(ROLES[role])


GROUNDS = {
    Ground.LIFE: N_("Fara för liv eller hälsa"),
    Ground.SUICIDE: N_("Misstänkt suicidrisk"),
    Ground.HERE: N_("Patienten söker här, och det är bråttom"),
    Ground.CONSENT: N_("Patienten samtycker"),
}

OUTCOMES = {Outcome.JUSTIFIED: N_("befogad"), Outcome.UNJUSTIFIED: N_("obefogad")}


def ground_words(ground: Ground) -> str:
    """Why somebody reads beyond the units where they work, in words."""
    return _(GROUNDS[ground])
