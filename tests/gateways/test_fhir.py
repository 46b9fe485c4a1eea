"""FHIR read and written: what each element becomes, and where something cannot be used."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from p24tui.gateways.fhir import parcel, write
from p24tui.gateways.fhir.communication import read_message
from p24tui.gateways.fhir.element import Element, Reading
from p24tui.gateways.fhir.encounter import read_case
from p24tui.gateways.fhir.form import read_form
from p24tui.gateways.fhir.model import Issue, SentCase, Severity, Unusable
from p24tui.gateways.fhir.people import read_guardian, read_patient
from p24tui.gateways.fhir.refs import label, referred
from p24tui.routine.case import ContactKind
from p24tui.routine.identity import NumberKind
from p24tui.routine.protection import Protection
from tests import samples
from tests.samples import Json
from tests.world import UNIT

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def element(resource: Json) -> Element:
    return Element(resource, resource["resourceType"], Reading(NOW))


def case(**more: Any) -> tuple[SentCase, list[str]]:
    one = element(samples.encounter(**more))
    return read_case(one, {}), [issue.path for issue in one.reading.issues]


def read_first(body: bytes) -> Json:
    cut = parcel.cut(body)
    return cut.entry(cut.pieces[0]).resource


def answer(**value: Any) -> tuple[str, str, bool]:
    one = element(samples.form(item=[{"linkId": "1", "text": "Fråga", "answer": [value]}]))
    line = read_form(one).lines[0]
    return line.kind, line.answer, line.free_text


class TestPatient:
    def test_the_official_name_comes_first(self) -> None:
        names = [
            {"use": "nickname", "text": "Majsan"},
            {"use": "official", "family": "Ljungberg", "given": ["Maria", "B"]},
        ]
        sent = read_patient(element(samples.patient(name=names)))
        assert sent.name == "Maria B Ljungberg"
        assert (sent.number.value, sent.number.kind) == ("196101182803", NumberKind.PERSONNUMMER)
        assert sent.born == date(1961, 1, 18)

    @pytest.mark.parametrize(
        ("telecom", "mobile"),
        [
            ({"system": "phone", "use": "mobile", "value": "070-174 06 07"}, "+46701740607"),
            ({"system": "phone", "use": "home", "value": "035-13 10 00"}, ""),
            ({"system": "phone", "use": "mobile", "value": "12"}, ""),
            ({"system": "phone", "use": "old", "value": "070-174 06 07"}, ""),
            ({"system": "email", "value": "a@example.org"}, ""),
            ({"system": "phone", "value": 7}, ""),
        ],
    )
    def test_the_mobile_number_is_e164_or_nothing(self, telecom: Json, mobile: str) -> None:
        assert read_patient(element(samples.patient(telecom=[telecom]))).mobile == mobile

    @pytest.mark.rule("PR-1")
    @pytest.mark.parametrize(
        ("code", "protection"),
        [
            ("sekretessmarkering", Protection.MARKED),
            ("skyddadFolkbokforing", Protection.POPULATION),
            ("SKYDDADFOLKBOKFORING", Protection.POPULATION),
            ("R", Protection.NONE),
        ],
    )
    def test_a_flag_counts_whatever_its_system(self, code: str, protection: Protection) -> None:
        sent = read_patient(element(samples.patient(meta={"security": [{"system": "urn:x", "code": code}]})))
        assert sent.flagged is protection

    @pytest.mark.parametrize(
        ("value", "said"),
        [("196101182804", "last digit"), ("209901012380", "has not come"), ("19610118", "12 digits"), (5, "string")],
    )
    def test_a_bad_number_says_where_and_never_repeats_it(self, value: Any, said: str) -> None:
        with pytest.raises(Unusable, match=said) as error:
            read_patient(element(samples.patient(identifier=[{"system": samples.PERSONNUMMER, "value": value}])))
        assert error.value.path == "Patient.identifier[0].value"
        assert str(value) not in error.value.problem

    def test_without_a_number_of_a_known_system_it_is_refused(self) -> None:
        with pytest.raises(Unusable) as error:
            read_patient(element(samples.patient(identifier=[{"system": "urn:mrn", "value": "1"}])))
        assert error.value.path == "Patient.identifier"

    def test_a_guardian_needs_name_number_and_patient(self) -> None:
        sent = read_guardian(element(samples.guardian()))
        assert (sent.name, sent.relationship, sent.patient.names[0]) == (
            "Albertina Hammar",
            "vårdnadshavare",
            "Patient/p",
        )
        for absent, path in (("name", "name"), ("identifier", "identifier"), ("patient", "patient")):
            resource = samples.guardian()
            del resource[absent]
            with pytest.raises(Unusable) as error:
                read_guardian(element(resource))
            assert error.value.path == f"RelatedPerson.{path}"


class TestEncounter:
    @pytest.mark.rule("CH-3", "CH-4")
    @pytest.mark.parametrize("code", ["1", "2", "3", "4", "5"])
    def test_the_priority_is_taken_as_it_is(self, code: str) -> None:
        assert case(priority=code)[0].priority == int(code)

    @pytest.mark.hazard("H6")
    @pytest.mark.rule("CH-10")
    @pytest.mark.parametrize(
        ("priority", "path"),
        [
            ({"coding": [{"system": "urn:p24tui:triage-priority", "code": "7"}]}, "Encounter.priority.coding[0].code"),
            ({"coding": [{"system": "urn:p24tui:triage-priority", "code": 2}]}, "Encounter.priority.coding[0].code"),
            (
                {"coding": [{"system": "urn:p24tui:triage-priority", "code": "hög"}]},
                "Encounter.priority.coding[0].code",
            ),
            ({"coding": [{"system": "urn:other", "code": "2"}]}, "Encounter.priority.coding[0].system"),
            ({"coding": "2"}, "Encounter.priority.coding"),
            ({"text": "brådskande"}, "Encounter.priority.coding"),
            ("2", "Encounter.priority"),
            (
                {"coding": [{"system": "urn:p24tui:triage-priority", "code": c} for c in "12"]},
                "Encounter.priority.coding",
            ),
        ],
    )
    def test_a_priority_that_cannot_be_read_is_a_triage_that_failed(self, priority: Any, path: str) -> None:
        one = element({**samples.encounter(), "priority": priority})
        sent = read_case(one, {})
        assert (sent.triaged, sent.priority) == (True, None)
        assert [issue.path for issue in one.reading.issues] == [path]
        assert one.reading.issues[0].severity is Severity.INFORMATION

    @pytest.mark.parametrize(("code", "kind"), [(kind.value, kind) for kind in ContactKind])
    def test_the_kind(self, code: str, kind: ContactKind) -> None:
        assert case(kind=code)[0].kind is kind

    @pytest.mark.hazard("H6")
    def test_a_kind_that_cannot_be_read_is_triaged_and_noted(self) -> None:
        sent, issues = case(kind="phone")
        assert sent.kind is ContactKind.TRIAGED
        assert issues == ["Encounter.type[0].coding[0].code"]

    def test_no_kind_is_no_kind(self) -> None:
        assert case(kind=None)[0].kind is None

    @pytest.mark.parametrize(
        "provider",
        [
            {"identifier": {"system": samples.HSA_ID, "value": UNIT.lower()}},
            {"reference": f"Organization/{UNIT}"},
            {"reference": f"https://example.org/fhir/Organization/{UNIT}"},
            {"reference": "urn:uuid:5"},
            {"reference": "#here"},
        ],
    )
    def test_the_unit_in_every_form(self, provider: Json) -> None:
        here = {"resourceType": "Organization", "id": "here", "identifier": [{"system": samples.HSA_ID, "value": UNIT}]}
        one = element(samples.encounter(serviceProvider=provider, contained=[here]))
        assert read_case(one, {"urn:uuid:5": UNIT}).unit_id == UNIT

    @pytest.mark.parametrize(
        ("provider", "path"),
        [
            (None, "Encounter.serviceProvider"),
            ({"display": "Åsen"}, "Encounter.serviceProvider"),
            ({"reference": "urn:uuid:6"}, "Encounter.serviceProvider"),
            ({"reference": "#there"}, "Encounter.serviceProvider.reference"),
            ({"reference": "Organization/åsen"}, "Encounter.serviceProvider.reference"),
            ({"identifier": {"system": samples.HSA_ID, "value": "x"}}, "Encounter.serviceProvider.identifier.value"),
        ],
    )
    def test_without_a_unit_it_is_no_case(self, provider: Any, path: str) -> None:
        with pytest.raises(Unusable) as error:
            case(serviceProvider=provider)
        assert error.value.path == path

    @pytest.mark.rule("NA-2", "NA-4")
    def test_e_id_and_way_in(self) -> None:
        extension = [
            {"url": "urn:p24tui:e-id", "valueCode": "freja"},
            {"url": "urn:p24tui:e-id-at", "valueDateTime": "2026-11-23T08:31:00+01:00"},
            {"url": "urn:p24tui:way-in", "valueCode": "sms-link"},
        ]
        sent, issues = case(extension=extension)
        assert (sent.e_id, sent.way_in, issues) == ("freja", "sms-link", [])
        assert sent.e_id_at == datetime(2026, 11, 23, 7, 31, tzinfo=UTC)

    def test_codes_of_extensions_that_are_none_are_left_out(self) -> None:
        sent, issues = case(extension=[{"url": "urn:p24tui:e-id", "valueCode": "password"}, {"url": 5}])
        assert sent.e_id == ""
        assert issues == ["Encounter.extension[0].valueCode"]

    @pytest.mark.rule("SU-2")
    @pytest.mark.parametrize(("value", "risk"), [(True, True), (False, False), ("ja", True)])
    def test_suicide_risk(self, value: object, risk: bool) -> None:
        assert case(extension=[{"url": "urn:p24tui:suicide-risk", "valueBoolean": value}])[0].suicide_risk is risk

    @pytest.mark.hazard("H6")
    @pytest.mark.parametrize(
        "bent",
        [{"reasonCode": "Hosta"}, {"period": "i går"}, {"period": {"start": "0000"}}, {"extension": {}}, {"type": {}}],
    )
    def test_nothing_but_unit_and_patient_can_keep_a_case_out(self, bent: Json) -> None:
        sent, issues = case(**bent)
        assert sent.priority == 3
        assert issues

    @pytest.mark.parametrize(
        ("start", "instant"),
        [
            ("2026-11-23T08:40:00+01:00", datetime(2026, 11, 23, 7, 40, tzinfo=UTC)),
            ("2026-11-23T08:40:00.123Z", datetime(2026, 11, 23, 8, 40, 0, 123000, tzinfo=UTC)),
            ("2026-11-23T08:40", datetime(2026, 11, 23, 7, 40, tzinfo=UTC)),
            ("2026-11-23", datetime(2026, 11, 22, 23, 0, tzinfo=UTC)),
            ("2026-11", None),
            ("0001-01-01T00:00:00+14:00", None),
        ],
    )
    def test_when_it_started(self, start: str, instant: datetime | None) -> None:
        assert case(period={"start": start})[0].started == instant


class TestForm:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"valueBoolean": True}, ("boolean", "Ja", False)),
            ({"valueBoolean": False}, ("boolean", "Nej", False)),
            ({"valueInteger": 5}, ("integer", "5", False)),
            ({"valueDate": "2026-11-19"}, ("date", "2026-11-19", False)),
            ({"valueDateTime": "2026-11-19T08:00:00Z"}, ("dateTime", "2026-11-19 09:00", False)),
            ({"valueDateTime": "2026-11"}, ("dateTime", "2026-11", False)),
            ({"valueTime": "08:15:00"}, ("time", "08:15:00", False)),
            ({"valueString": "Ont\x1b[2J"}, ("string", "Ont\ufffd[2J", True)),
            ({"valueString": "  "}, ("string", "  ", False)),
            ({"valueUri": "https://example.org"}, ("uri", "https://example.org", False)),
            ({"valueCoding": {"code": "f", "display": "Kvinna"}}, ("coding", "Kvinna", False)),
            ({"valueCoding": {"code": "f"}}, ("coding", "f", False)),
            ({"valueQuantity": {"value": 37, "unit": "°C", "comparator": ">"}}, ("quantity", "> 37 °C", False)),
            ({"valueReference": {"reference": "Patient/1", "display": "Min son"}}, ("reference", "Min son", False)),
            ({}, ("unanswered", "", False)),
        ],
    )
    def test_every_type_of_answer(self, value: Json, expected: tuple[str, str, bool]) -> None:
        assert answer(**value) == expected

    def test_a_decimal_keeps_its_digits(self) -> None:
        body = b'{"resourceType":"QuestionnaireResponse","id":"q","encounter":{"reference":"Encounter/e"},'
        body += b'"item":[{"answer":[{"valueDecimal":3.250},{"valueDecimal":1e9999999999999999999}]}]}'
        with pytest.raises(Unusable, match="number"):
            read_first(body)
        resource = read_first(body.replace(b"1e9999999999999999999", b"1"))
        assert [line.answer for line in read_form(element(resource)).lines] == ["3,250", "1"]

    @pytest.mark.parametrize(
        "value",
        [
            {"valueBoolean": "ja"},
            {"valueMoney": {"value": 1}},
            {"valueString": 5},
            {"valueCoding": "f"},
            {"valueDateTime": "2026-11-19T99:00:00Z"},
            {"valueInteger": 1, "valueString": "1"},
        ],
    )
    @pytest.mark.hazard("H6")
    def test_an_answer_that_cannot_be_read_does_not_keep_the_form_out(self, value: Json) -> None:
        one = element(samples.form(item=[{"linkId": "1", "answer": [value, {"valueString": "Ont"}]}]))
        lines = read_form(one).lines
        assert [line.kind for line in lines] == ["unreadable", "string"]
        assert [issue.severity for issue in one.reading.issues] == [Severity.ERROR]

    def test_nested_items_keep_their_depth_and_order(self) -> None:
        below = {"linkId": "1.1.1", "text": "När?", "answer": [{"valueDate": "2026-11-01"}]}
        asked = {"linkId": "1.1", "text": "Feber?", "answer": [{"valueBoolean": True, "item": [below]}]}
        empty = {"linkId": "2", "text": "Annat?"}
        items = [{"linkId": "1", "text": "Besvär", "item": [asked]}, empty]
        lines = read_form(element(samples.form(item=items))).lines
        assert [(line.depth, line.kind, line.question) for line in lines] == [
            (0, "group", "Besvär"),
            (1, "boolean", "Feber?"),
            (2, "date", "När?"),
            (0, "unanswered", "Annat?"),
        ]

    def test_attachments_of_a_form_are_kept(self) -> None:
        one = element(samples.form(item=[{"linkId": "1", "answer": [{"valueAttachment": samples.file()}]}]))
        sent = read_form(one)
        assert (sent.lines[0].kind, sent.lines[0].answer, sent.files[0].data) == ("attachment", "utslag.jpg", b"bild")


class TestMessage:
    def test_all_payloads_make_one_message(self) -> None:
        payload = [{"contentString": "Hej"}, {"contentAttachment": samples.file()}, {"contentString": "Här är bilden"}]
        sent = read_message(element(samples.message(payload=payload)))
        assert sent.text == "Hej\n\nHär är bilden"
        assert (sent.files[0].title, sent.files[0].content_type) == ("utslag.jpg", "image/jpeg")

    @pytest.mark.parametrize(
        ("attachment", "path"),
        [
            ({"url": "https://example.org/a.jpg"}, "Communication.payload[1].contentAttachment.url"),
            ({"data": "ÅÄÖ"}, "Communication.payload[1].contentAttachment.data"),
            ({"data": "YmlsZ"}, "Communication.payload[1].contentAttachment.data"),
            ({"title": "tom"}, "Communication.payload[1].contentAttachment"),
            ("bild", "Communication.payload[1].contentAttachment"),
        ],
    )
    @pytest.mark.hazard("H6")
    def test_an_unusable_attachment_does_not_keep_back_the_words(self, attachment: Any, path: str) -> None:
        one = element(samples.message(payload=[{"contentString": "Hej"}, {"contentAttachment": attachment}]))
        assert read_message(one).text == "Hej"
        assert [(issue.path, issue.severity) for issue in one.reading.issues] == [(path, Severity.ERROR)]
        alone = element(samples.message(payload=[{"contentAttachment": attachment}]))
        with pytest.raises(Unusable):
            read_message(alone)

    @pytest.mark.parametrize("sender", ["Practitioner/1", "Device/f001", "https://x/fhir/Organization/1"])
    def test_only_the_patient_or_someone_related_writes(self, sender: str) -> None:
        with pytest.raises(Unusable) as error:
            read_message(element(samples.message(sender=sender)))
        assert error.value.path == "Communication.sender"

    @pytest.mark.parametrize("payload", [[], [{"contentString": " \n"}], [{"contentReference": {"reference": "x"}}]])
    def test_nothing_is_no_message(self, payload: list[Json]) -> None:
        with pytest.raises(Unusable, match="neither text"):
            read_message(element(samples.message(payload=payload)))


class TestReferences:
    @pytest.mark.parametrize(
        ("subject", "names"),
        [
            ({"reference": "Patient/p"}, {"Patient/p"}),
            ({"reference": "Patient/p/_history/3"}, {"Patient/p"}),
            ({"reference": "https://x.se/fhir/Patient/p"}, {"https://x.se/fhir/Patient/p", "Patient/p"}),
            ({"reference": "urn:uuid:1"}, {"urn:uuid:1"}),
            ({"identifier": {"system": "urn:mrn", "value": "7"}}, {"urn:mrn|7"}),
            ({"reference": "Patient?identifier=urn:mrn|7"}, {"urn:mrn|7"}),
            (
                {"identifier": {"system": samples.PERSONNUMMER, "value": "19610118-2803"}},
                {f"{samples.PERSONNUMMER}|196101182803"},
            ),
        ],
    )
    def test_every_usual_form(self, subject: Json, names: set[str]) -> None:
        assert set(case(subject=subject)[0].patient.names) == names

    @pytest.mark.parametrize(
        "subject",
        [None, {}, {"display": "Maria"}, {"reference": "Group/1"}, {"reference": "#p"}, {"reference": 5}, "Patient/p"],
    )
    def test_what_is_none_is_refused(self, subject: Any) -> None:
        with pytest.raises(Unusable, match=r"Encounter\.subject"):
            case(subject=subject)

    def test_a_sentence_never_holds_an_identity_number(self) -> None:
        from p24tui.gateways.fhir.model import Kind

        assert "196101182803" not in label(Kind.PATIENT, f"{samples.PERSONNUMMER}|196101182803")
        assert label(Kind.CASE, "Encounter/e") == "Encounter/e"

    def test_all_references_within_are_found(self) -> None:
        assert referred(samples.message()) == {"Encounter/e", "Patient/p"}


class TestParcel:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"", "nothing in it"),
            (b" \n ", "nothing in it"),
            (b"{", "ends at byte 1"),
            (b'{"a": "b}', "ends at byte 9"),
            (b"]", "bracket too many at byte 0"),
            (b"hej", "not JSON at byte 0"),
            (b"5", "no object"),
            (b'{"resourceType":"Bundle","entry":[]}', "none of those taken"),
            (b'{"resourceType":"Bundle","type":"batch-response","entry":[]}', "none of those taken"),
            (b'{"resourceType":"Bundle","type":"batch","entry":[5]}', "no object"),
            (b'{"resourceType":"Bundle","type":"batch","entry":[{} {}]}', "not parted"),
            (b'{"resourceType":"Bundle","type":"batch","entry":[{}] "x":1}', "not JSON at byte 53"),
        ],
    )
    def test_what_cannot_be_cut_says_why(self, body: bytes, said: str) -> None:
        with pytest.raises(Unusable, match=said):
            parcel.cut(body)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"[1]", "no resource"),
            (b'{"a":1}', "no resource"),
            (b'{"resourceType":5}', "no resource"),
            (b'{"resourceType":"Patient","x":"\xff"}', "not UTF-8 at byte 31"),
            (b'{"resourceType":"Patient","x":1,}', "not JSON at byte 3"),
            (b'{"resourceType":"Patient","x":NaN}', "number"),
            (b'{"resourceType":"Patient","x":' + b"9" * 5000 + b"}", "number"),
        ],
    )
    def test_a_piece_that_cannot_be_read_says_why(self, body: bytes, said: str) -> None:
        with pytest.raises(Unusable, match=said):
            read_first(body)

    def test_one_bad_entry_leaves_the_others(self) -> None:
        good = samples.body(samples.patient())
        deep = b'{"resourceType":"Patient","x":' + b"[" * 1000 + b"]" * 1000 + b"}"
        broken = b'{"resourceType":"Patient",}'
        entries = b",".join(b'{"resource":' + one + b"}" for one in (good, deep, broken, good))
        cut = parcel.cut(b'{"entry":[' + entries + b'],"type":"batch","resourceType":"Bundle"}')
        assert cut.bundle == "batch"
        assert [cut.entry(cut.pieces[index]).resource["id"] for index in (0, 3)] == ["p", "p"]
        for index, said in ((1, "200 deep"), (2, "not JSON")):
            with pytest.raises(Unusable, match=said) as error:
                cut.entry(cut.pieces[index])
            assert error.value.path == f"Bundle.entry[{index}]"

    def test_brackets_in_strings_are_no_brackets(self) -> None:
        cut = parcel.cut(samples.body(samples.bundle(samples.message(text='}]"\\{[' * 9), samples.message("n"))))
        assert [cut.entry(piece).resource["id"] for piece in cut.pieces] == ["m", "n"]

    def test_lines_each_stand_alone(self) -> None:
        body = samples.lines(samples.patient("a")) + b"\n{oj\n\n" + samples.lines(samples.patient("b")) + b"\r\n"
        cut = parcel.cut(body)
        assert [piece.line for piece in cut.pieces] == [1, 2, 4]
        assert cut.entry(cut.pieces[2]).resource["id"] == "b"
        with pytest.raises(Unusable, match="JSON"):
            cut.entry(cut.pieces[1])

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        cut = parcel.cut(b"\xef\xbb\xbf" + samples.body(samples.patient()))
        assert cut.entry(cut.pieces[0]).resource["id"] == "p"

    def test_an_empty_bundle_has_no_pieces(self) -> None:
        assert parcel.cut(b'{"resourceType":"Bundle","type":"transaction"}').pieces == ()

    @pytest.mark.parametrize(
        "body", [b'"' + b'\\"' * 2_000_000, b'"' * 2_000_001, b"\\" * 2_000_000, b'{"' + b"a" * 2_000_000]
    )
    def test_hostile_bodies_take_no_time(self, body: bytes) -> None:
        with pytest.raises(Unusable):
            parcel.cut(body)


class TestWriting:
    def test_an_outcome_names_place_and_problem(self) -> None:
        said = write.outcome([Issue("Patient.identifier", "is missing", Severity.ERROR), Issue("Patient", "noted")])
        assert said["issue"][0] == {
            "severity": "error",
            "code": "invalid",
            "diagnostics": "is missing",
            "expression": ["Patient.identifier"],
        }
        assert said["issue"][1]["severity"] == "information"

    def test_an_answer_names_the_case_as_the_source_does(self) -> None:
        one = write.Answer("m1", ("urn:x|7", "Encounter/e"), UNIT, "Åsen", "Maria Lind", "Hej", NOW)
        said = write.communication(one)
        assert said["encounter"] == {"identifier": {"system": "urn:x", "value": "7"}, "reference": "Encounter/e"}
        assert said["sender"]["display"] == "Maria Lind, Åsen"
        assert said["sent"] == "2026-11-23T08:00:00.000Z"
