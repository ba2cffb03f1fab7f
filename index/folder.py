"""A data folder, opened: its parts wired together in one place."""

from collections.abc import Callable

from index.build import Indexer
from index.catalog import Catalog
from index.distributed import open_workers
from index.embedding import open_embedder
from index.embedding.centring import load_centring
from index.jobs import Jobs
from index.library import Library
from index.milvus import MilvusStore, Server
from index.origins import Origins
from index.preparing import Preparer
from index.reader import Index
from index.settings import IndexSettings
from index.snapshot import BuildSpec, Snapshots
from index.staging import Stager
from index.vector_store import VectorStore


class DataFolder:
    """Catalog, snapshots, queue and model of one data folder; made where it does not exist."""

    def __init__(
        self, settings: IndexSettings, on_convert: Callable[[], None] = lambda: None
    ) -> None:
        self.settings = settings
        self.embedder = open_embedder(settings, on_convert)
        self.catalog = Catalog(settings.data_dir.expanduser(), settings.writer)
        self.centring = load_centring(self.embedder.spec)
        build = BuildSpec(self.embedder.spec, settings.chunk_tokens, self.centring.version)
        self.snapshots = Snapshots(
            self.catalog.data_dir, build, self.centring, _vector_store(settings, self.catalog)
        )
        self.library = Library(self.catalog)
        self.jobs = Jobs(self.catalog)
        self.origins = Origins(self.catalog)
        self.index = Index(self.catalog, self.snapshots)
        preparer = Preparer(self.embedder, settings.chunk_tokens)
        stager = Stager(self.catalog, preparer, open_workers(settings, preparer.made_by))
        self.indexer = Indexer(self.catalog, self.snapshots, stager)


def _vector_store(settings: IndexSettings, catalog: Catalog) -> VectorStore:
    if settings.vectors == "faiss":
        return VectorStore(settings.exact_chunks)
    token = settings.milvus_token
    server = Server(
        settings.vectors,
        "" if token is None else token.get_secret_value(),
        settings.milvus_timeout,
    )
    milvus = MilvusStore(server, catalog.owner, settings.exact_chunks)
    return VectorStore(settings.exact_chunks, milvus)
