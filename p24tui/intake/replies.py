"""Answers over HTTP: FHIR JSON, and every error as an OperationOutcome."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from p24tui.gateways.fhir import write
from p24tui.gateways.fhir.model import Issue, Severity
from p24tui.services.intake import Outcome, Result, Verdict

MEDIA_TYPE = "application/fhir+json"

STATUS = {
    Verdict.CREATED: "201 Created",
    Verdict.UPDATED: "200 OK",
    Verdict.DUPLICATE: "200 OK",
    Verdict.NOTED: "200 OK",
    Verdict.REFUSED: "422 Unprocessable Entity",
}


class HttpProblem(Exception):
    """A request that is answered with an error: the status, the FHIR code of the issue, and a sentence."""

    def __init__(self, status: int, code: str, problem: str, **headers: str) -> None:
        super().__init__(problem)
        self.status = status
        self.code = code
        self.problem = problem
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FhirResponse(Response):
    """A FHIR resource."""

    media_type = MEDIA_TYPE

    def __init__(self, resource: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(json.dumps(resource, ensure_ascii=False).encode(), status, headers)


def error(problem: HttpProblem) -> Response:
    """The answer that says what is wrong with a request."""
    return _refusal(problem.status, [Issue("", problem.problem, Severity.ERROR)], problem.code, problem.headers)


def of_outcome(outcome: Outcome, base: str) -> Response:
    """The answer to what was sent: a Bundle to a Bundle, an OperationOutcome to one resource."""
    if outcome.unreadable:
        return _refusal(400, outcome.results[0].issues)
    if outcome.bundle == "transaction" and any(one.verdict is Verdict.REFUSED for one in outcome.results):
        return _refusal(422, [issue for one in outcome.results for issue in one.issues])
    if outcome.bundle or len(outcome.results) != 1:
        kind = "transaction-response" if outcome.bundle == "transaction" else "batch-response"
        return FhirResponse(write.response_bundle(kind, [_entry(one, base) for one in outcome.results]))
    return _of_one(outcome.results[0], base)


def _of_one(result: Result, base: str) -> Response:
    if result.verdict is Verdict.REFUSED:
        return _refusal(422, result.issues)
    headers = {"Location": f"{base}/{result.location}"} if result.location else None
    return FhirResponse(write.outcome(result.issues), int(STATUS[result.verdict][:3]), headers)


def _entry(result: Result, base: str) -> write.Json:
    location = f"{base}/{result.location}" if result.location else ""
    return write.response_entry(STATUS[result.verdict], location, result.issues)


def _refusal(
    status: int, issues: Sequence[Issue], code: str = "invalid", headers: Mapping[str, str] | None = None
) -> Response:
    return FhirResponse(write.outcome(issues, code), status, headers)
