"""The ways out of the machine: whether each can be used."""

from msgspec import Struct

from p24tui.errors import Unavailable
from p24tui.routine.outgoing import Channel
from p24tui.system import System


class Check(Struct, frozen=True):
    """How one way out is: ``said`` is what it says of itself, or the key of what is wrong."""

    channel: Channel
    gateway: str
    leaves_machine: bool
    works: bool
    said: str


def check(system: System) -> list[Check]:
    """Ask every gateway whether it can be used. Nothing is sent to anyone."""
    return [_check(system, channel) for channel in system.gateways]


def _check(system: System, channel: Channel) -> Check:
    gateway = system.gateways[channel]
    try:
        works, said = True, gateway.check()
    except Unavailable as error:
        works, said = False, error.detail
    return Check(channel, gateway.name, gateway.leaves_machine, works, said)
