"""The README says what there is, and there is what the README says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI

from service.app import create_app
from service.cli import app as command_line
from service.problems import PROBLEMS
from service.settings import ServiceSettings

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(YAUAP_[A-Z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
_COMMAND = re.compile(r"\byauap ([a-z]+)(?: ([a-z]+))?")


def commands(command: Any, name: str) -> Iterator[str]:
    """Return the full names of all commands below a command, groups aside."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name
        return
    for key, value in inner.items():
        yield from commands(value, f"{name} {key}")


def test_every_setting_has_its_row_with_its_default() -> None:
    rows = {name: (default, meaning) for name, default, meaning in _ROW.findall(_README)}
    fields = ServiceSettings.model_fields
    assert set(rows) == {f"YAUAP_{name.upper()}" for name in fields}
    for name, described in fields.items():
        default, meaning = rows[f"YAUAP_{name.upper()}"]
        assert described.description
        assert meaning
        if described.default not in (None, ""):
            assert default == f"`{described.default}`"


def test_no_other_setting_is_spoken_of() -> None:
    known = {f"YAUAP_{name.upper()}" for name in ServiceSettings.model_fields}
    assert set(re.findall(r"YAUAP_[A-Z_]+", _README)) <= known


def test_every_command_stands_in_the_readme() -> None:
    names = [*commands(typer.main.get_command(command_line), "yauap")]
    assert len(names) > 10
    assert [name for name in names if name not in _README] == []


def test_every_command_of_the_readme_exists() -> None:
    names = {*commands(typer.main.get_command(command_line), "yauap")}
    groups = {name.rpartition(" ")[0] for name in names} - {"yauap"}
    for first, second in _COMMAND.findall(_README):
        name = f"yauap {first}"
        assert (f"{name} {second}" if name in groups else name) in names


def test_every_address_stands_in_the_readme(tmp_path: Path) -> None:
    application: FastAPI = create_app(ServiceSettings(data_dir=tmp_path / "data"))
    for path in application.openapi()["paths"]:
        assert path.partition("/{")[0] in _README, path
    assert "/openapi.json" in _README


def test_every_problem_stands_in_the_readme() -> None:
    assert "urn:yauap:problem:" in _README
    for name in PROBLEMS:
        assert f"`{name}`" in _README


def test_settings_and_files_that_the_other_documents_name_exist() -> None:
    known = {f"YAUAP_{name.upper()}" for name in ServiceSettings.model_fields}
    for name in ("docs/deployment.md", "docs/nginx.conf", "docs/yauap.service", "Dockerfile"):
        assert set(re.findall(r"YAUAP_[A-Z_]+[A-Z]", (_ROOT / name).read_text("utf-8"))) <= known
    security = (_ROOT / "SECURITY.md").read_text("utf-8")
    for file in re.findall(r"`([\w/]+\.py)`", security):
        here = file if file.startswith("tests/") else f"tests/service/{file}"
        assert (_ROOT / here).is_file(), file
