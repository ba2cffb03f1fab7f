"""A snapshot built in another way: refused with what to do, and rebuilt in the new way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index import staging
from index.errors import SnapshotMismatch
from index.filters import Filters
from index.folder import DataFolder
from index.snapshot import BuildSpec
from tests.fakes import FAKE_SPEC, FakeEmbedder, fake_centring, fake_folder, ingest
from tests.index.snapshot.published import DOCUMENTS, faults, found, published

Opener = Callable[[Path, pytest.MonkeyPatch], DataFolder]


def with_embedder(**changes: str) -> Opener:
    def opened(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
        return fake_folder(data_dir, FakeEmbedder(replace(FAKE_SPEC, **changes)))

    return opened


def with_chunks_of_40(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
    return fake_folder(data_dir, chunk_tokens=40)


def with_other(name: str) -> Opener:
    def opened(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
        folder = fake_folder(data_dir)
        changes: dict[str, Any] = {name: "another/2"}
        folder.snapshots.build = replace(BuildSpec(folder.embedder.spec, 32), **changes)
        return folder

    return opened


def with_centring(data_dir: Path, patch: pytest.MonkeyPatch) -> DataFolder:
    return fake_folder(data_dir, centring=fake_centring())


ANOTHER_WAY = [
    pytest.param(with_embedder(name="another"), "embedder", id="model"),
    pytest.param(with_embedder(revision="2"), "embedder", id="revision of the model"),
    pytest.param(with_embedder(query_prefix=""), "embedder", id="query prefix"),
    pytest.param(with_embedder(passage_prefix="p: "), "embedder", id="passage prefix"),
    pytest.param(with_chunks_of_40, "chunk_tokens", id="size of chunks"),
    pytest.param(with_centring, "centring", id="centring"),
    pytest.param(with_other("chunker"), "chunker", id="chunker"),
    pytest.param(with_other("analyser"), "analyser", id="analyser"),
    pytest.param(with_other("format"), "format", id="format"),
]


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_a_snapshot_built_in_another_way_is_refused_with_what_to_do(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)

    with pytest.raises(SnapshotMismatch) as caught, other.index.view():
        pass
    with pytest.raises(SnapshotMismatch):
        other.indexer.require_compatible()

    assert part in str(caught.value)
    for sentence in (caught.value.in_language(language) for language in ("ba", "ru", "en")):
        assert "yauap index rebuild" in sentence
    assert filled.index.version() != "empty"


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_a_job_for_a_snapshot_built_in_another_way_fails_and_harms_nothing(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)

    job = ingest(other, {"id": "d", "text": "Яңы мәктәп."})

    assert (job.state, job.failed) == ("failed", 1)
    assert "yauap index rebuild" in job.errors[0].reason("ru")
    assert found(filled, "мәктәп") == ["a"]
    assert faults(filled) == []


@pytest.mark.parametrize(("opener", "part"), ANOTHER_WAY)
def test_rebuilding_makes_it_searchable_in_the_new_way(
    filled: DataFolder, monkeypatch: pytest.MonkeyPatch, opener: Opener, part: str
) -> None:
    other = opener(filled.catalog.data_dir, monkeypatch)
    monkeypatch.setattr(staging, "CHARACTERS_AT_A_TIME", 1)
    told: list[tuple[int, int]] = []

    other.indexer.rebuild(lambda done, total: told.append((done, total)))

    chunked_anew = part not in ("centring", "analyser", "format")
    assert told == ([(1, 3), (2, 3), (3, 3)] if chunked_anew else [])
    assert found(other, "мәктәп") == ["a"]
    assert faults(other) == []
    assert other.library.text("a") == DOCUMENTS[0]["text"]
    assert other.library.get("a").version == 1
    with pytest.raises(SnapshotMismatch), filled.index.view():
        pass


def test_rebuilding_with_another_centring_embeds_nothing_and_centres_all(
    filled: DataFolder,
) -> None:
    embedder = FakeEmbedder()
    other = fake_folder(filled.catalog.data_dir, embedder, centring=fake_centring())

    other.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be embedded"))

    assert embedder.embedded == []
    assert (published(other) / "manifest.json").read_text().count(fake_centring().version) == 1
    with other.index.view() as view:
        for document in DOCUMENTS[1:]:
            (passage,) = (p for p in view.passages(range(99)) if p.document_id == document["id"])
            vectors = embedder.embed_passages([document["text"]])
            (centred,) = fake_centring().passages(vectors, [passage.language])
            (group,) = view.groups(Filters(document_id=[document["id"]]))
            assert view.dense_scores(centred, group.ids) == pytest.approx(1, abs=1e-5)
    # And back: what the catalog keeps is not centred.
    again = fake_folder(filled.catalog.data_dir)
    again.indexer.rebuild(lambda done, total: pytest.fail("nothing is to be embedded"))
    with again.index.view() as view:
        (group,) = view.groups(Filters(document_id=["c"]))
        (vector,) = FakeEmbedder().embed_passages([DOCUMENTS[2]["text"]])
        assert view.dense_scores(vector, group.ids) == pytest.approx(1, abs=1e-5)
