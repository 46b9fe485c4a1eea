"""MLLP: how messages are told apart on a connection. Each stands between VT and FS CR.

Source: HL7 v2, Transport Specification: MLLP, release 1. The library's own server is not used: it copies what asyncio
does inside, keeps no hold of its tasks, reads all connections in one character set though each message says its own,
and cannot tell a block that is too long from one that has not ended.
"""

START = b"\x0b"
END = b"\x1c\r"

BETWEEN = b"\r\n"
"""What may stand between blocks."""


class Unframed(Exception):
    """There are bytes outside a block: the sender does not speak MLLP, or lost its place."""


class TooLong(Exception):
    """A block is longer than is taken. ``head`` is how it begins."""

    def __init__(self, head: bytes) -> None:
        super().__init__("a block is too long")
        self.head = head


class Blocks:
    """Cuts what comes on a connection into blocks of at most ``longest`` bytes."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._came = bytearray()
        self._searched = 0

    @property
    def begun(self) -> bool:
        """Whether something has come that is no whole block yet."""
        return bool(self._came)

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        self._came += data

    def take(self) -> bytes | None:
        """The next whole block without its frame; none where more must come first.

        Raises ``Unframed`` and ``TooLong``, after which nothing on this connection can be trusted.
        """
        if not self._searched:
            del self._came[: len(self._came) - len(self._came.lstrip(BETWEEN))]
            if self._came and not self._came.startswith(START):
                raise Unframed
        end = self._came.find(END, self._searched)
        begun_to_end = self._came.endswith(END[:1])
        size = (len(self._came) - begun_to_end if end < 0 else end) - len(START)
        if size > self._longest:
            raise TooLong(bytes(self._came[len(START) : len(START) + self._longest]))
        if end < 0:
            self._searched = max(0, len(self._came) - 1)
            return None
        block = bytes(self._came[len(START) : end])
        del self._came[: end + len(END)]
        self._searched = 0
        return block


def frame(message: bytes) -> bytes:
    """A message as it is sent."""
    return START + message + END
