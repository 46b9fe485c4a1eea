"""The keys of log control (F7) for a log controller, as the console ships with them."""

from p24tui.i18n import N_
from p24tui.tui.key import Key, Where

_HERE = (Where.LOG_CONTROL,)

CONTROL_KEYS = (
    Key(
        "enter",
        "control_open",
        N_("öppna"),
        N_("Allt som loggen vet om läsningen på raden. Av en kontroll: det som kontrollerades."),
        _HERE,
    ),
    Key("o", "control_unusual", N_("ovanliga"), N_("Läsningar som sticker ut, de tyngsta först, och varför."), _HERE),
    Key("p", "control_patient", N_("patient"), N_("Vem som har läst om en patient, även i listor."), _HERE),
    Key("m", "control_person", N_("person"), N_("Vad en medarbetare har läst."), _HERE),
    Key("u", "control_unit", N_("enhet"), N_("Vad som har lästs på en enhet under en tid."), _HERE),
    Key("s", "control_sample", N_("stickprov"), N_("Ett stickprov. Samma frö och dagar ger samma läsningar."), _HERE),
    Key("k", "control_begin", N_("kontrollera"), N_("Börja en kontroll av läsningarna som visas."), _HERE),
    Key(
        "v",
        "control_sign",
        N_("signera"),
        N_("Säg vad kontrollen gav, och signera den med ditt namn. Den ändras inte efter det."),
        _HERE,
    ),
    Key("l", "control_checks", N_("kontroller"), N_("Kontrollerna: de som pågår först, sedan de signerade."), _HERE),
    Key(
        "r",
        "control_extract",
        N_("utdrag"),
        N_("Patientens utdrag med enhet och tid, som PDF eller text i mellanlagringen."),
        _HERE,
        in_bar=False,
    ),
    Key(
        "x",
        "control_export",
        N_("export"),
        N_("Loggen för några dagar som FHIR AuditEvent i mellanlagringen."),
        _HERE,
        in_bar=False,
    ),
    Key("n", "control_more", N_("fler"), N_("Hämta de läsningar som kommer efter."), _HERE, in_bar=False),
)
"""What a log controller looks at, checks and takes out."""
