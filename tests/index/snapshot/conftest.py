"""The data folder that the tests of snapshots start from."""

import pytest

from index.folder import DataFolder
from tests.fakes import ingest
from tests.index.snapshot.published import DOCUMENTS


@pytest.fixture
def filled(folder: DataFolder) -> DataFolder:
    """A data folder over the fake embedder with DOCUMENTS in its published snapshot."""
    ingest(folder, *DOCUMENTS)
    return folder
