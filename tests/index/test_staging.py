"""However a job is cut into transactions, it leads to the same, and nothing is embedded twice."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from index import staging
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.index.distributed.watched import rows

_TEXTS = ("Өфөлә яңы мәктәп асылды.", "В Уфе открыли школу.", "Күпер төҙөлә.", "Строят мост.")
_GIVEN = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(_TEXTS)), max_size=8)


def staged(folder: Path, jobs: Sequence[Sequence[tuple[str, str]]], characters: int) -> object:
    """Return all that the catalog of a new folder holds after the jobs."""
    embedder = FakeEmbedder()
    data = fake_folder(folder, embedder)
    with patch.object(staging, "CHARACTERS_AT_A_TIME", characters):
        for job in jobs:
            embedder.embedded.clear()
            ingest(data, *({"id": id_, "text": text} for id_, text in job))
            assert len(embedder.embedded) == len(set(embedder.embedded))
    return rows(data)


@given(_GIVEN, _GIVEN)
@settings(max_examples=25)
def test_a_transaction_for_each_document_leads_to_what_one_for_all_does(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    with TemporaryDirectory() as folder:
        one_each, one_for_all = (
            staged(Path(folder) / str(characters), (first, second), characters)
            for characters in (1, 10**6)
        )
    assert one_each == one_for_all
