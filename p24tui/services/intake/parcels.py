"""What refers to what within one parcel, and what a refused piece needs beside it to be tried again by itself."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from p24tui.gateways.fhir import heads
from p24tui.gateways.fhir.heads import Head
from p24tui.gateways.fhir.model import Kind, Ref, Unusable
from p24tui.gateways.fhir.parcel import Parcel, Piece
from p24tui.gateways.fhir.refs import referred


class Target(Struct, frozen=True):
    """A piece that others may refer to. ``head`` is none where the piece itself is refused."""

    piece: Piece
    kind: Kind
    names: tuple[str, ...]
    head: Head | None


class Index:
    """The pieces of a parcel by what they are called."""

    def __init__(self, parcel: Parcel) -> None:
        self._parcel = parcel
        self._by_name: defaultdict[str, list[Target]] = defaultdict(list)
        self.organizations: dict[str, str] = {}
        self._with_form: set[str] = set()

    def add(self, head: Head) -> None:
        """Put in a piece that can be read."""
        names = (*head.names, *head.bundle_names)
        self._put(Target(head.piece, head.kind, names, head))
        self._with_form.update(head.case_names)
        if head.kind is Kind.ORGANIZATION:
            self.organizations.update(dict.fromkeys(names, head.hsa_id))

    def add_refused(self, piece: Piece) -> None:
        """Put in a piece that cannot be read, by the names that can be told."""
        kind, names = heads.labels(self._parcel, piece)
        if kind is not None and names:
            self._put(Target(piece, kind, names, None))

    def find(self, ref: Ref, kind: Kind) -> Target | None:
        """The piece that a reference means; none where it is not in the parcel.

        Raises ``Unusable`` where it may mean several.
        """
        for name in ref.names:
            found = [one for one in self._by_name.get(name, ()) if one.kind is kind]
            if len({one.names[0] for one in found}) > 1:
                raise Unusable(ref.path, f"may mean any of {len(found)} entries that go by the same name")
            if found:
                return found[-1]
        return None

    def has_form(self, head: Head) -> bool:
        """Whether a form for this case is in the parcel."""
        return not self._with_form.isdisjoint((*head.names, *head.bundle_names))

    def with_context(self, piece: Piece) -> bytes:
        """The piece as it came, with all that it refers to in its parcel."""
        if not self._parcel.bundle:
            return self._parcel.raw(piece)
        pieces = {piece.position: piece}
        waiting = [piece]
        while waiting:
            for one in self._referred_by(waiting.pop()):
                if one.position not in pieces:
                    pieces[one.position] = one
                    waiting.append(one)
        return self._parcel.alone(list(pieces.values()))

    def _referred_by(self, piece: Piece) -> Iterable[Piece]:
        try:
            names = referred(self._parcel.entry(piece).resource)
        except Unusable:
            return []
        return [target.piece for name in sorted(names) for target in self._by_name.get(name, ())]

    def _put(self, target: Target) -> None:
        for name in dict.fromkeys(target.names):
            self._by_name[name].append(target)
