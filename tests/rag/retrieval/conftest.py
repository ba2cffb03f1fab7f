"""The library, opened for reading."""

from collections.abc import Iterator

import numpy as np
import pytest

from index.filters import Filters
from index.folder import DataFolder
from index.passages import Passage
from index.reader import IndexView
from tests.fakes import fake_folder, ingest
from tests.rag.retrieval.library import documents


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The library of 62 documents. Read only."""
    folder = fake_folder(tmp_path_factory.mktemp("retrieval"))
    assert ingest(folder, *documents()).added == 62
    return folder


@pytest.fixture(scope="package")
def view(library: DataFolder) -> Iterator[IndexView]:
    """One view of the library."""
    with library.index.view() as opened:
        yield opened


@pytest.fixture(scope="package")
def everything(view: IndexView) -> list[Passage]:
    """All passages of the library."""
    return view.passages(np.concatenate([group.ids for group in view.groups(Filters())]))
