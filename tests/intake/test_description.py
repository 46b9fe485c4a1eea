"""The intake's own description says what there is, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from p24tui import assets
from p24tui.intake import join_pages
from p24tui.intake.app import build
from p24tui.intake.endpoints import DESCRIPTION, JSON_TYPES, LINES_TYPES
from p24tui.intake.join_pages import Page
from p24tui.services.sms_text import LANGUAGES
from tests.intake.serving import served
from tests.world import World

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(assets.path(DESCRIPTION).read_bytes())
    return found


def test_every_address_is_described_with_its_methods_and_no_other(
    described: dict[str, Any], sqlcipher_world: World
) -> None:
    routes = [one for one in build(sqlcipher_world.system).routes if isinstance(one, Route)]
    there = {(one.path, method.lower()) for one in routes for method in (one.methods or set()) - {"HEAD"}}
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == there
    for path in described["paths"]:
        assert path.split("{")[0].rstrip("/") in DOCUMENTED, path


def test_what_is_taken_is_described_as_it_is(described: dict[str, Any]) -> None:
    assert set(described["paths"]["/fhir"]["post"]["requestBody"]["content"]) == {*JSON_TYPES, *LINES_TYPES}
    asked = {one["name"]: one for one in described["paths"]["/after-hours"]["get"]["parameters"]}
    assert asked["lang"]["schema"]["enum"] == list(LANGUAGES)


def test_every_page_s_status_is_described(described: dict[str, Any]) -> None:
    statuses = {str(one.status) for one in vars(join_pages).values() if isinstance(one, Page)}
    for path in ("/v/{token}", "/v/login/callback"):
        assert statuses <= set(described["paths"][path]["get"]["responses"])


def test_every_reference_in_it_leads_somewhere(described: dict[str, Any]) -> None:
    for place in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
        found: Any = described
        for name in place.split("/"):
            found = found[name]


def test_it_is_served_to_whoever_asks(described: dict[str, Any], sqlcipher_world: World) -> None:
    with served(sqlcipher_world.system) as base:
        answer = httpx.get(f"{base}/openapi.json", timeout=20)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == described
