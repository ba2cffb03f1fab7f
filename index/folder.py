"""A data folder, opened: its parts wired together in one place."""

from collections.abc import Callable

from index.build import Indexer
from index.catalog import Catalog
from index.distributed import open_workers
from index.embedding import open_embedder
from index.embedding.centring import load_centring
from index.jobs import Jobs
from index.library import Library
from index.origins import Origins
from index.preparing import Preparer
from index.reader import Index
from index.settings import IndexSettings
from index.snapshot import BuildSpec, Snapshots
from index.staging import Stager


class DataFolder:
    """Catalog, snapshots, queue and model of one data folder; made where it does not exist."""

    def __init__(
        self, settings: IndexSettings, on_convert: Callable[[], None] = lambda: None
    ) -> None:
        self.settings = settings
        self.embedder = open_embedder(settings, on_convert)
        self.catalog = Catalog(settings.data_dir.expanduser())
        self.centring = load_centring(self.embedder.spec)
        build = BuildSpec(self.embedder.spec, settings.chunk_tokens, self.centring.version)
        self.snapshots = Snapshots(
            self.catalog.data_dir, build, self.centring, settings.exact_chunks
        )
        self.library = Library(self.catalog)
        self.jobs = Jobs(self.catalog)
        self.origins = Origins(self.catalog)
        self.index = Index(self.catalog, self.snapshots)
        preparer = Preparer(self.embedder, settings.chunk_tokens)
        stager = Stager(self.catalog, preparer, open_workers(settings, preparer.made_by))
        self.indexer = Indexer(self.catalog, self.snapshots, stager)
