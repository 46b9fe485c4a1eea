"""Bookings as VAS would send them in HL7 v2, about the official test persons; each piece can be bent out of shape."""

from tests import samples
from tests.world import PEOPLE, UNIT

STAFF = PEOPLE["maria"][0]
PERSONNUMMER = "1.2.752.129.2.1.3.1"
AT = "202611251000"
"""Ten o'clock in Sweden on the Wednesday of the world's week."""


def message(*segments: str, encoding: str = "utf-8") -> bytes:
    """Segments as a message."""
    return "".join(f"{one}\r" for one in segments).encode(encoding)


def msh(event: str = "S12", control: str = "K1", said: str = "20261123085500", charset: str = "UNICODE UTF-8") -> str:
    kind = f"SIU^{event}^SIU_S12"
    return f"MSH|^~\\&|VAS|RH|P24|RH|{said}||{kind}|{control}|P|2.5.1||||||{charset}"


def sch(booking: str = "B1", type: str = "DIVL^Videobesök", reason: str = "", at: str = AT, **fields: str) -> str:
    """``fields`` are others by number: ``f25="Cancelled"``."""
    said = {2: booking, 7: reason, 8: type, 9: "30", 10: "min", 11: f"^^^{at}" if at else ""}
    said |= {int(name[1:]): value for name, value in fields.items()}
    return "|".join(["SCH", *(said.get(number, "") for number in range(1, max(said) + 1))])


def pid(person: tuple[str, str] = samples.MARIA, mobile: str = "070-174 06 07", **fields: str) -> str:
    given, _space, family = person[1].rpartition(" ")
    said = {3: f"{person[0]}^^^&{PERSONNUMMER}&ISO^NI", 5: f"{family}^{given}", 13: f"^PRN^CP^^^^^^^^^{mobile}"}
    said |= {int(name[1:]): value for name, value in fields.items()}
    return "|".join(["PID", *(said.get(number, "") for number in range(1, max(said) + 1))])


def nk1(number: str = samples.ALBERTINA[0]) -> str:
    return "NK1|1|Hammar^Albertina|MTH" + "|" * 30 + f"{number}^^^&{PERSONNUMMER}&ISO"


def ail(unit: str = UNIT) -> str:
    return f"AIL|1||{unit}"


def aip(staff: str = STAFF) -> str:
    return f"AIP|1||{staff}^Lind^Maria"


def siu(
    event: str = "S12",
    control: str = "K1",
    booking: str = "B1",
    *,
    person: tuple[str, str] = samples.MARIA,
    at: str = AT,
    said: str = "20261123085500",
    unit: str = UNIT,
    **fields: str,
) -> bytes:
    """A whole message; ``fields`` are those of SCH, by name or number."""
    segments = (sch(booking, at=at, **fields), pid(person), "RGS|1", ail(unit), aip())
    return message(msh(event, control, said), *segments)


def moved(control: str, at: str, said: str, unit: str = UNIT) -> bytes:
    return siu("S13", control, at=at, said=said, unit=unit)


def cancelled(control: str, said: str) -> bytes:
    return siu("S15", control, said=said)
