"""Nothing that runs code while it is read is ever loaded."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
UNSAFE = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "_pickle", "pickletools"}


def test_no_module_of_ours_reads_what_runs_code() -> None:
    found = []
    for package in ("index", "rag", "service"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    else []
                )
                module = getattr(node, "module", None) or ""
                words = {part for name in [*names, module] for part in name.split(".")}
                if words & UNSAFE:
                    found.append(file.name)
                if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "weights_only"):
                    assert isinstance(node.value, ast.Constant)
                    if node.value.value is (node.arg == "allow_pickle"):
                        found.append(file.name)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in ("eval", "exec", "compile", "__import__"), file
    assert found == []


def test_nothing_that_is_kept_or_shipped_is_a_pickle(honey_folder: Path) -> None:
    folders = [honey_folder, *(ROOT / package for package in ("index", "rag", "service"))]
    kept = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert len(kept) > 50
    for file in kept:
        begun = file.read_bytes()[:2]
        assert file.suffix not in (".pkl", ".pickle", ".pt", ".pth", ".joblib", ".npz")
        assert not (begun[:1] == b"\x80" and begun[1:] in (b"\x02", b"\x03", b"\x04", b"\x05")), (
            file
        )
