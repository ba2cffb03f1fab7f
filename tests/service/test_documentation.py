"""The README says what there is, and there is what the README says."""

import json
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
    documents = ("docs/deployment.md", "docs/operations.md", "docs/nginx.conf")
    for name in (*documents, "docs/yauap.service", "Dockerfile"):
        assert set(re.findall(r"YAUAP_[A-Z_]+[A-Z]", (_ROOT / name).read_text("utf-8"))) <= known
    security = (_ROOT / "SECURITY.md").read_text("utf-8")
    for file in re.findall(r"`([\w/]+\.py)`", security):
        here = file if file.startswith("tests/") else f"tests/service/{file}"
        assert (_ROOT / here).is_file(), file


def test_the_operations_page_has_the_figures_that_were_measured() -> None:
    page = (_ROOT / "docs/operations.md").read_text("utf-8")

    def report(name: str) -> Any:
        return json.loads((_ROOT / "eval/reports" / f"{name}.json").read_text("utf-8"))

    ours = report("peers")["systems"]["yauap"]
    load, engines, bench = report("load"), report("engines"), report("bench")
    press, words = engines["corpus"], engines["speed"]["yauap"]
    counts = report("retrieval")["index"]["counts"]
    million = report("index_size")["sizes"]["1000000"]["index"]
    for figure in (
        f"{million['disk_mb']} MB on disk, {million['resident_mb']} MB in memory",
        f"p50 {million['all']['p50_ms']} ms, recall@10 {million['all']['recall']}",
        f"added in {million['change']['seconds']} s",
        f"{ours['disk_megabytes']} MB for 1,000",
        f"{ours['query_megabytes']} MB, over 1,000",
        f"{ours['ingest_megabytes']} MB, 1,000",
        f"{ours['ingest_seconds']} s for 1,000",
        f"{ours['start_seconds']} s over 1,000",
        f"{load['throughput']['highest']} a second over {counts['chunks']:,} chunks",
        f"{load['cpu']['search_ms']} ms of CPU time each, of which {load['cpu']['bare_encode_ms']}",
        f"{load['memory']['megabytes'][-1]} MB over {counts['chunks']:,} chunks",
        f"{load['memory']['of_these_its_own'][-1]} of them its own",
        f"{counts['documents']:,} articles, half in each language, are {counts['chunks']:,} chunks",
        f"{press['chunks']:,} of {press['documents']:,}",
        f"{words['megabytes_on_disk']} MB for {press['chunks']:,}",
        f"{bench['ingest']['tokens_per_second']:,} tokens/s",
        f"{report('torture')['kills']} times",
    ):
        assert figure in page, figure
