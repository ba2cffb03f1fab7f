"""What an operator sees of the index and does with keys: the same for the API and the console."""

from index.condition import condition
from index.errors import Conflict, YauapError
from index.messages import MessageLanguage
from service.information import counts_out, model_out
from service.keys import Key, Keys
from service.schemas.admin import CompactionOut, IndexOut
from service.schemas.filters import FiltersIn
from service.schemas.keys import KeyIn, KeyOut
from service.state import ServiceState


def index_out(state: ServiceState, language: MessageLanguage) -> IndexOut:
    """Return what is in the index, and how its compaction goes."""
    folder = state.folder
    published_at, reason = None, None
    try:
        published_at = folder.index.published_at()
    except YauapError as error:
        reason = error.in_language(language)
    return IndexOut(
        index_version=folder.index.version(),
        published_at=published_at,
        reason=reason,
        embedding_model=model_out(folder),
        counts=counts_out(folder.library.census()),
        deleted_chunks=folder.library.awaiting_compaction(),
        bytes=condition(folder.catalog, folder.snapshots).disk_bytes,
        compaction=compaction_out(state, language),
    )


def compaction_out(state: ServiceState, language: MessageLanguage) -> CompactionOut:
    """Return how the latest compaction went."""
    record = state.compaction.record
    return CompactionOut(
        state=record.state,
        finished_at=record.finished_at,
        reason=None if record.error is None else record.error.in_language(language),
    )


def compact(state: ServiceState) -> None:
    """Have removed from disk what was deleted, as soon as the jobs at hand are done."""
    state.compaction.ask()
    state.worker.wake()


def new_key(keys: Keys, body: KeyIn) -> tuple[Key, str]:
    """Make a key and return it with its secret.

    Raises Conflict where it is the first and may not make others: the service would ask for a key
    from then on, and nobody could make one over HTTP.
    """
    if "admin" not in body.scopes and not keys.are_configured():
        raise Conflict("key.first")
    return keys.create(body.name, body.scopes, body.days, body.filters, body.origins)


def key_out(key: Key) -> KeyOut:
    """Return a key without its secret."""
    return KeyOut(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        filters=FiltersIn.of(key.filters).model_dump(exclude_defaults=True),
        origins=[*key.origins],
        holds=key.holds,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
