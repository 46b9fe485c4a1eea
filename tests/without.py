"""Run tests without one control, which is said as JSON on standard input: see ``tests/controls.py``."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import controls
from tests.in_its_place import InItsPlace

OPTIONS = ("-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist")


def _take_out(change: controls.Change, folder: Path) -> None:
    if change.sql:
        _change_databases(change.sql)
    elif change.file.endswith(".py"):
        sys.meta_path.insert(0, InItsPlace(change.file, change.text))
    else:
        _change_asset(change.file.removeprefix("assets/"), change.text, folder)


def _change_databases(sql: Mapping[str, str]) -> None:
    from p24tui.store import schema
    from p24tui.store.engine import Store

    migrate = schema._migrate

    def migrate_and_change(store: Store, found: str | None, roles_prefix: str, told: schema.Told) -> None:
        migrate(store, found, roles_prefix, told)
        if (statement := sql.get(store.engine.dialect.name)) is not None:
            with store.writing() as tx:
                tx.connection.exec_driver_sql(statement)

    schema._migrate = migrate_and_change


def _change_asset(name: str, text: str, folder: Path) -> None:
    from p24tui import assets

    changed, path = folder / Path(name).name, assets.path
    changed.write_text(text, encoding="utf-8")
    assets.path = lambda *parts: changed if "/".join(parts) == name else path(*parts)


class FirstFault:
    """Remembers the first test that is not as it should be, and whether it was the test itself that was not."""

    def __init__(self) -> None:
        self.red, self.broken = "", ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not (self.red or self.broken):
            self.red, self.broken = (report.nodeid, "") if report.when == "call" else ("", report.nodeid)


def main() -> int:
    change, first = json.load(sys.stdin), FirstFault()
    with tempfile.TemporaryDirectory() as folder:
        if change is not None:
            _take_out(controls.Change(**change), Path(folder))
        until_red = [] if change is None else ["-x"]
        status = int(pytest.main([*OPTIONS, *until_red, *sys.argv[1:]], plugins=[first]))
    print(json.dumps({"status": status, "red": first.red, "broken": first.broken}))
    return status


if __name__ == "__main__":
    sys.exit(main())
