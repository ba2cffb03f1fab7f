"""What is not needed is not imported: torch alone takes longer than everything else together."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.commands import wait_for, yauap
from tests.service.running import Service

_HEAVY = {"torch", "transformers", "sentence_transformers"}
_TRACED = {"PYTHONPROFILEIMPORTTIME": "1"}  # Python names each module on stderr as it imports it


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of a data folder, and of a document to fill it with."""
    folder = tmp_path_factory.mktemp("start_up")
    (folder / "doc.txt").write_text("Новый мост в Бирске построен в 2029 году.", encoding="utf-8")
    return folder


def require_onnx_runtime_alone(log: str) -> None:
    modules = set(re.findall(r"^import time:.*\| +([^\s.]+)", log, re.MULTILINE))
    assert "onnxruntime" in modules
    assert not modules & _HEAVY


@pytest.mark.parametrize("command", [("ingest", "doc.txt"), ("search", "мост"), ("ask", "мост?")])
def test_the_command_line_imports_no_torch(folder: Path, command: tuple[str, str]) -> None:
    run = yauap(*command, data_dir=folder / "data", **_TRACED)

    assert run.status == 0
    require_onnx_runtime_alone(run.err)


def test_a_service_that_is_ready_has_imported_no_torch(folder: Path) -> None:
    yauap("ingest", "doc.txt", data_dir=folder / "data")
    service = Service(folder / "data", **_TRACED)
    try:
        wait_for(lambda: service.readiness().status_code == 200, "readiness")
        log = service.log
    finally:
        service.stop()

    require_onnx_runtime_alone(log)


def test_what_stays_is_kept_from_the_collector(tmp_path: Path) -> None:
    program = (
        "import gc; from service.server import make_worker; app = make_worker();"
        "print(gc.get_freeze_count(), len(gc.get_objects()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "YAUAP_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    kept, others = map(int, run.stdout.split())
    assert kept > 100_000 > 10 * others
