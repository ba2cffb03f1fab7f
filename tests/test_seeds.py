import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).parents[1] / "seeds"
MANIFEST = json.loads((SEEDS / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_names_every_seed_document() -> None:
    assert [entry["file"] for entry in MANIFEST] == sorted(p.name for p in SEEDS.glob("*.txt"))


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: str(entry["file"]))
def test_a_seed_document_is_verbatim(entry: dict[str, Any]) -> None:
    data = (SEEDS / entry["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert len(data) == entry["bytes"]


@pytest.mark.parametrize(
    ("folder", "name"), [("shared/seeds", entry["file"]) for entry in MANIFEST]
)
def test_the_seeds_are_those_the_project_was_given(folder: str, name: str) -> None:
    given = SEEDS.parents[1] / folder / name
    if not given.exists():
        pytest.skip("the folder of given documents is not beside the project")
    assert (SEEDS / name).read_bytes() == given.read_bytes()
