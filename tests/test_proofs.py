"""The list of proofs holds what the marks in the tests say."""

from pathlib import Path

import pytest

from tests import proofs

MARKED = """
import pytest
pytestmark = [pytest.mark.hazard("H6"), pytest.mark.slow]

@pytest.mark.rule("CH-3", "CH-4")
@pytest.mark.parametrize("n", [1, 2])
def test_order(n): ...

@pytest.mark.rule("CH-12")
class TestEnding:
    async def test_two_steps(self): ...
    def not_a_test(self): ...

@pytest.mark.skip
@pytest.mark.rule("CH-5")
def test_later(): ...

def test_unmarked(): ...
"""


def test_marks_on_modules_classes_and_functions_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "routine"
    folder.mkdir(parents=True)
    (folder / "test_queue.py").write_text(MARKED, encoding="utf-8")
    place = "tests/routine/test_queue.py"
    assert proofs.proofs(tmp_path / "tests") == {
        "rules": {
            "CH-12": [f"{place}::TestEnding::test_two_steps"],
            "CH-3": [f"{place}::test_order"],
            "CH-4": [f"{place}::test_order"],
        },
        "hazards": {"H6": [f"{place}::TestEnding::test_two_steps", f"{place}::test_order", f"{place}::test_unmarked"]},
    }


@pytest.mark.parametrize("mark", ["pytest.mark.rule", "pytest.mark.rule()", "pytest.mark.rule(RULE)"])
def test_a_mark_without_an_id_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / "test_x.py").write_text(f"import pytest\n@{mark}\ndef test_x(): ...\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"test_x\.py:2"):
        proofs.proofs(tmp_path)
