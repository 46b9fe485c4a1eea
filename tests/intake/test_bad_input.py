"""Bad input: each piece of it gets a clear sentence, is kept, and never blocks the rest."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p24tui.gateways.fhir import parcel
from p24tui.gateways.fhir.model import Unusable
from p24tui.services import cases, chat, intake, queue
from p24tui.services.intake import Outcome
from p24tui.store import tables
from tests import samples, stored
from tests.samples import Json, bundle, contact, encounter, form, message, patient
from tests.world import World, make_world

SOURCE = "portal"
MEGABYTE = 1_048_576


def send(world: World, *resources: Json, type: str = "batch") -> Outcome:
    return intake.load(world.system, SOURCE, samples.body(bundle(*resources, type=type)))


def problems(outcome: Outcome) -> list[str]:
    return [f"{one.path}: {one.problem}" for one in outcome.rejected]


def message_text(world: World) -> str:
    return str(stored.rows(world, tables.messages)[0]["text"])


def deep_form(depth: int) -> bytes:
    """A form whose items lie that deep, written by hand: the standard library would not."""
    opened = b'{"linkId":"1","text":"Fr\xc3\xa5ga","item":[' * depth
    head = b'{"resourceType":"QuestionnaireResponse","id":"deep","encounter":{"reference":"Encounter/e"},"item":['
    return head + opened + b"]}" * depth + b"]}"


class TestSize:
    @pytest.mark.slow
    def test_a_file_of_50_megabytes_comes_in_while_staff_work(self, tmp_path: Path) -> None:
        file = tmp_path / "stor.json"
        expected = _write_large_bundle(file, 50_000_000)
        with make_world(tmp_path / "home") as world:
            mine = world.case()
            command = [sys.executable, "-m", "p24tui", "intake", "load", "--json", str(file)]
            env = {"P24TUI_HOME": str(tmp_path / "home"), "PATH": ""}
            slowest, peak = 0.0, 0
            with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as loading:
                while loading.poll() is None:
                    peak = max(peak, _peak_memory(loading.pid))
                    began = time.perf_counter()
                    chat.save_draft(world.system, world.actor("maria"), mine.id, "Hej")
                    slowest = max(slowest, time.perf_counter() - began)
                    time.sleep(0.05)
                assert loading.stdout is not None
                said = json.loads(loading.stdout.read())
        assert said == {"accepted": expected, "duplicates": 0, "rejected": []}
        assert slowest < 2.0
        assert 10 * MEGABYTE < peak < 400 * MEGABYTE, peak

    def test_a_message_of_one_megabyte_is_stored_whole(self, world: World) -> None:
        text = "å" * (MEGABYTE // 2)
        assert send(world, patient(), encounter(), message(text=text)).accepted == 3
        assert message_text(world) == text
        outcome = send(world, message("m2", text=text + "x"))
        assert problems(outcome) == [f"Bundle.entry[0].resource.payload: is longer than {MEGABYTE} bytes"]
        assert len(intake.unsettled(world.system)) == 1

    def test_a_transaction_has_its_limit(self, sqlcipher_world: World) -> None:
        sent = [patient(f"p{number}") for number in range(parcel.MOST_IN_TRANSACTION + 1)]
        outcome = send(sqlcipher_world, *sent, type="transaction")
        assert "at most" in problems(outcome)[0]
        assert outcome.accepted == 0
        assert send(sqlcipher_world, *sent[:-1], type="transaction").rejected == ()

    def test_a_form_has_its_limit(self, sqlcipher_world: World) -> None:
        items = [{"linkId": "1", "answer": [{"valueInteger": 1}] * 5001}]
        outcome = send(sqlcipher_world, patient(), encounter(), form(item=items))
        assert problems(outcome) == ["Bundle.entry[2].resource.item: has more than 5000 questions and answers"]


class TestDepth:
    @pytest.mark.parametrize("depth", [101, 1000, 100_000])
    def test_a_form_nested_too_deep_is_refused_and_kept(self, world: World, depth: int) -> None:
        outcome = intake.load(world.system, SOURCE, deep_form(depth))
        assert [one.problem for one in outcome.rejected] == ["is nested more than 200 deep"]
        (kept,) = intake.unsettled(world.system)
        actor = world.actor("maria")
        assert intake.look_at(world.system, actor, kept.id).body == deep_form(depth)

    def test_it_does_not_block_what_it_came_with(self, world: World) -> None:
        rest = b",".join(b'{"resource":' + samples.body(one) + b"}" for one in contact())
        body = b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":' + deep_form(1000) + b"}," + rest + b"]}"
        outcome = intake.load(world.system, SOURCE, body)
        assert outcome.accepted == 4
        assert problems(outcome) == ["Bundle.entry[0]: is nested more than 200 deep"]
        (kept,) = intake.unsettled(world.system)
        assert deep_form(1000) in intake.look_at(world.system, world.actor("maria"), kept.id).body

    def test_what_is_as_deep_as_allowed_is_taken(self, world: World) -> None:
        send(world, patient(), encounter())
        outcome = intake.load(world.system, SOURCE, deep_form(98))
        assert outcome.rejected == ()
        opened = cases.open_case(world.system, world.actor("maria"), _only_case(world))
        assert opened.answers[-1].depth == 97


class TestText:
    @pytest.mark.hazard("H23")
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("\\ud800", "\ufffd"),
            ("a\\udfffb", "a\ufffdb"),
            ("\\ud83d\\ude00", "😀"),
            ("\\u0000", "\ufffd"),
            ("\\u001b]0;x\\u0007", "\ufffd]0;x\ufffd"),
            ("\\u202eabc", "abc"),
            ("rad 1\\r\\nrad 2", "rad 1\nrad 2"),
        ],
    )
    def test_what_must_not_be_shown_is_not_stored(self, world: World, sent: str, kept: str) -> None:
        body = samples.body(bundle(*_with_text_everywhere())).replace(b"TEXT", sent.encode())
        outcome = intake.load(world.system, SOURCE, body)
        assert outcome.rejected == ()
        assert message_text(world) == f"x{kept}y"
        line = queue.open_list(world.system, world.actor("maria")).lines[0]
        shown = [line.patient.name, line.matter]
        opened = cases.open_case(world.system, world.actor("maria"), line.case.id)
        shown += [part for one in opened.answers for part in (one.link_id, one.question, one.answer)]
        shown += [one.title for one in opened.attachments] + [one.name for one in opened.guardians]
        for text in shown:
            text.encode()
            assert not {"\x00", "\x1b", "\x07", "\u202e"} & set(text)

    @pytest.mark.parametrize("name", ["\\u0000", "\\ud800", "a\\u0000b"])
    def test_ids_of_such_text_are_refused_or_cleaned(self, world: World, name: str) -> None:
        body = samples.body(patient("ID")).replace(b'"ID"', b'"' + name.encode() + b'"')
        outcome = intake.load(world.system, SOURCE, body)
        assert "is no FHIR id" in problems(outcome)[0]
        send(world, patient())
        body = samples.body(encounter(identifier=[{"value": "ID"}])).replace(b'"ID"', b'"' + name.encode() + b'"')
        assert intake.load(world.system, SOURCE, body).accepted == 1

    def test_keys_of_such_text_are_harmless(self, world: World) -> None:
        item = {"linkId": "1", "answer": [{"value\x00\x1b\ud800": 5}]}
        outcome = send(world, patient(), encounter(), form(item=[item]), {"resourceType": "X\x00\ud800"})
        assert outcome.accepted == 3
        assert len(outcome.rejected) == 2
        assert len(intake.unsettled(world.system)) == 2


class TestContent:
    @pytest.mark.parametrize(
        ("number", "said"),
        [
            ("209901012380", "has not come"),
            ("196101182804", "last digit"),
            ("196113322803", "does not exist"),
            ("", "digits"),
        ],
    )
    def test_a_number_that_is_none(self, world: World, number: str, said: str) -> None:
        sent = patient(identifier=[{"system": samples.PERSONNUMMER, "value": number}])
        outcome = send(world, sent, encounter(), message())
        assert outcome.accepted == 0
        assert said in problems(outcome)[0]
        assert number not in "".join(problems(outcome)) or not number
        assert len(intake.unsettled(world.system)) == 3
        assert send(world, patient()).released == 2

    def test_an_unknown_unit(self, world: World) -> None:
        outcome = send(world, patient(), encounter(serviceProvider={"reference": "Organization/SE2321000016-NONE"}))
        assert problems(outcome) == [
            "Bundle.entry[1].resource.serviceProvider: no unit here has the HSA-id SE2321000016-NONE"
        ]

    def test_references_in_a_circle(self, world: World) -> None:
        circle = encounter("e1", subject={"reference": "Encounter/e2"})
        back = encounter("e2", subject={"reference": "Encounter/e1"})
        own = message("m1", "m1")
        own["encounter"] = {"reference": "Communication/m1"}
        outcome = send(world, circle, back, own, *contact())
        assert outcome.accepted == 4
        assert len(outcome.rejected) == 3

    def test_entries_twice_over(self, world: World) -> None:
        outcome = send(world, *contact(), *contact())
        assert (outcome.accepted, outcome.duplicates) == (4, 4)

    @pytest.mark.parametrize(
        "bent",
        [
            None, 5, [], "x", {}, {"resourceType": "Bundle", "type": "batch", "entry": []}, {"resourceType": None},
            {"resourceType": "Patient"}, {"resourceType": "Communication", "id": "m"}, {"resourceType": "Encounter"},
            {"resourceType": "Patient", "id": {}}, {"resourceType": "Patient", "identifier": 5},
            {"resourceType": "Communication", "id": "m", "encounter": []}, {"resourceType": "RelatedPerson", "id": "r"},
            {"resourceType": "QuestionnaireResponse", "id": "q", "encounter": {"reference": 5}},
        ],
    )  # fmt: skip
    def test_entries_out_of_shape_never_block_the_rest(self, sqlcipher_world: World, bent: Any) -> None:
        entries = [{"resource": bent}, *({"resource": one} for one in contact())]
        body = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()
        outcome = intake.load(sqlcipher_world.system, SOURCE, body)
        assert outcome.accepted == 4
        assert len(outcome.rejected) == 1


KEYS = [
    "coding",
    "code",
    "system",
    "reference",
    "value",
    "identifier",
    "extension",
    "url",
    "item",
    "answer",
    "valueString",
    "data",
    "text",
]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["Patient/p", "Encounter/e"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)
MAKERS: list[Callable[[], Json]] = [patient, encounter, message, form, samples.guardian]


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("fuzz")) as world:
        send(world, patient(), encounter())
        yield world


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_is_in_a_resource_it_is_taken_or_refused_with_a_reason(long_lived: World, data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(MAKERS))()
    for _bend in range(data.draw(st.integers(1, 3))):
        made[data.draw(st.sampled_from(sorted(made)))] = data.draw(VALUES)
    outcome = intake.load(long_lived.system, SOURCE, samples.body(made))
    assert len(outcome.results) == 1
    assert all("fault here" not in one.problem for one in outcome.rejected)


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ entryBundle"resourceType', max_size=60).map(str.encode))
def test_whatever_bytes_come_they_are_cut_or_refused(body: bytes) -> None:
    try:
        cut = parcel.cut(body)
    except Unusable:
        return
    for piece in cut.pieces:
        try:
            assert cut.entry(piece).resource["resourceType"]
        except Unusable:
            continue


def _with_text_everywhere() -> list[Json]:
    text = "xTEXTy"
    payload = [{"contentString": text}, {"contentAttachment": samples.file(title=text)}]
    items = [{"linkId": text, "text": text, "answer": [{"valueString": text}, {"valueCoding": {"display": text}}]}]
    return [
        patient(name=[{"text": text}]),
        samples.guardian(name=[{"text": text}], relationship=[{"text": text}]),
        encounter(reasonCode=[{"text": text}]),
        form(item=items),
        message(payload=payload),
    ]


def _only_case(world: World) -> str:
    return queue.open_list(world.system, world.actor("maria")).lines[0].case.id


def _write_large_bundle(file: Path, size: int) -> int:
    """A Bundle of at least that many bytes, messages before what they refer to; how many resources it has."""
    persons = (samples.MARIA, samples.JOHN, samples.ALBERTINA, samples.KATJA)
    text = "Jag har ont och undrar vad jag ska göra. " * 1000
    count = 0
    with file.open("wb") as sink:
        sink.write(b'{"resourceType":"Bundle","type":"batch","entry":[')
        while sink.tell() < size:
            of = count % len(persons)
            one = message(f"m{count}", f"e{of}", f"{count}. {text}", f"Patient/p{of}")
            sink.write(b'{"resource":' + samples.body(one) + b"},")
            count += 1
        rest = [patient(f"p{of}", person) for of, person in enumerate(persons)]
        rest += [encounter(f"e{of}", f"p{of}") for of in range(len(persons))]
        sink.write(b",".join(b'{"resource":' + samples.body(one) + b"}" for one in rest) + b"]}")
    return count + len(rest)


def _peak_memory(pid: int) -> int:
    """The most memory that a process has had so far, in bytes, as the kernel keeps it; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    kibibytes = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(kibibytes[1]) * 1024 if kibibytes else 0
