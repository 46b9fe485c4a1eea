"""A changed module in the place of the real one, in this process alone: nothing on the disk is changed."""

import importlib.machinery
import importlib.util
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parent.parent


class _Changed(importlib.machinery.SourceFileLoader):
    """Runs other code than what stands in the module's file."""

    def __init__(self, name: str, file: Path, source: str) -> None:
        super().__init__(name, str(file))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._source, f"<{fullname}>", "exec")
        return code


class InItsPlace(MetaPathFinder):
    """Loads the changed ``source`` of a file, such as ``p24tui/routine/ending.py``, where its module is asked for."""

    def __init__(self, file: str, source: str) -> None:
        self._file, self._source = ROOT / file, source
        self._name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Changed(fullname, self._file, self._source)
        return importlib.util.spec_from_file_location(fullname, self._file, loader=loader)
