"""Every well-formed file of the collection gives exactly the documents it was made of."""

import io
from functools import partial
from pathlib import PurePath
from typing import BinaryIO

import pytest

from index.documents import Document, rfc3339
from index.readers import File, Unreadable, read_files
from index.readers.formats import SUFFIXES
from tests.index.formats.collection import SAMPLES, Sample
from tests.index.formats.reading import LIMITS


@pytest.fixture(scope="module")
def documents() -> dict[str, list[Document]]:
    """Read all of them in one run, as from a folder."""
    found: dict[str, list[Document]] = {}
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)

    def opened(sample: Sample) -> BinaryIO:
        found[sample.name] = []
        return io.BytesIO(sample.content)

    files = [File(sample.name, partial(opened, sample)) for sample in SAMPLES]
    for given in read_files(files, LIMITS):
        name = [*found][-1]  # the file that was opened last
        assert not isinstance(given, Unreadable), (name, str(given.error))
        found[name].append(Document.from_mapping(given, LIMITS.document_bytes))
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_its_documents(sample: Sample, documents: dict[str, list[Document]]) -> None:
    found = documents[sample.name]
    assert [document.text for document in found] == [d["text"] for d in sample.documents]
    for document, made in zip(found, sample.documents, strict=True):
        expected = dict(made)
        if date := expected.get("published_at"):
            expected["published_at"] = rfc3339(date)
        assert {key: getattr(document, key) for key in expected} == expected


def test_the_collection_is_large_and_of_every_format() -> None:
    assert len(SAMPLES) >= 60
    assert {PurePath(sample.name).suffix for sample in SAMPLES} == SUFFIXES
