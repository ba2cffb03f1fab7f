import subprocess
from pathlib import Path

import pytest

from eval import provenance


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "a.py").write_text("1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "eval" / "provenance.py"))
    return tmp_path


def test_a_clean_tree_is_its_commit(checkout: Path) -> None:
    assert len(provenance.commit()) == 40


def test_a_dirty_tree_is_marked_by_its_changes(checkout: Path) -> None:
    clean = provenance.commit()
    (checkout / "eval" / "a.py").write_text("2\n")
    dirty = provenance.commit()
    (checkout / "eval" / "a.py").write_text("3\n")
    assert dirty.startswith(f"{clean}-dirty-")
    assert provenance.commit() != dirty


def test_no_checkout_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "provenance.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.commit() == provenance.UNKNOWN
