"""From accepted documents to what can be found: versions, what is embedded, what is published."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.protocol import FloatMatrix
from index.errors import Gone, InvalidInput, NotFound, Unavailable
from index.filters import Filters
from index.folder import DataFolder
from index.library import decode_cursor, encode_cursor
from index.snapshot import verify_data
from index.text.normalise import stored_text
from tests.fakes import FakeEmbedder, fake_centring, fake_folder, ingest
from tests.index.searching import dense, lexical

TEXTS = {
    "a": "Өфөлә яңы мәктәп асылды. Унда биш йөҙ бала уҡый.",
    "b": "В Уфе открыли новую библиотеку. Её построили за год.",
    "c": "Кластерлы үҫеш үҙәге булдырылды.",
}


def documents(**changed: str) -> list[dict[str, str]]:
    return [{"id": i, "text": text} for i, text in (TEXTS | changed).items()]


def fake(folder: DataFolder) -> FakeEmbedder:
    assert isinstance(folder.embedder, FakeEmbedder)
    return folder.embedder


def found(folder: DataFolder, word: str) -> list[str]:
    """Return the ids of the documents that hold a word."""
    with folder.index.view() as view:
        return sorted(p.document_id for p in view.passages(lexical(view, word)))


def test_documents_are_found_after_their_job(folder: DataFolder) -> None:
    job = ingest(folder, *documents())

    assert (job.state, job.added) == ("succeeded", 3)
    assert found(folder, "мәктәп") == ["a"]
    assert found(folder, "библиотека") == ["b"]
    assert job.index_version == folder.index.version()
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_ingesting_the_same_again_changes_and_embeds_nothing(folder: DataFolder) -> None:
    ingest(folder, *documents())
    before = folder.index.version()
    records = folder.library.page(None, 10)
    fake(folder).embedded.clear()

    job = ingest(folder, *documents())

    assert (job.unchanged, job.added, job.updated) == (3, 0, 0)
    assert fake(folder).embedded == []
    assert folder.index.version() == job.index_version == before
    assert folder.library.page(None, 10) == records
    assert len(list((folder.catalog.data_dir / "snapshots").iterdir())) == 1


def test_a_changed_document_replaces_the_one_before(folder: DataFolder) -> None:
    ingest(folder, *documents())
    before = folder.index.version()

    job = ingest(folder, *documents(a="Өфөлә яңы театр асылды."))

    assert (job.updated, job.unchanged) == (1, 2)
    assert found(folder, "театр") == ["a"]
    assert found(folder, "мәктәп") == []
    assert folder.library.get("a").version == 2
    assert folder.library.text("a") == "Өфөлә яңы театр асылды."
    assert folder.index.version() == job.index_version != before
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_only_what_is_new_in_a_changed_document_is_embedded(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path, chunk_tokens=32)
    head = "Беренсе һөйләм бик оҙон булырға тейеш, шуға ул үҙе генә тора: бер, ике, өс, дүрт."
    ingest(folder, {"id": "a", "text": f"{head} Икенсе һөйләм дә оҙон: биш, алты, ете, һигеҙ."})
    fake(folder).embedded.clear()

    ingest(folder, {"id": "a", "text": f"{head} Өсөнсө һөйләм бөтөнләй башҡа: туғыҙ, ун, ун бер."})

    assert len(fake(folder).embedded) == 1
    assert "Өсөнсө" in fake(folder).embedded[0]
    assert folder.library.get("a").chunks == 2


def test_copies_are_embedded_once(folder: DataFolder) -> None:
    ingest(folder, *({"id": str(i), "text": TEXTS["a"]} for i in range(5)))

    assert fake(folder).embedded == [TEXTS["a"]]
    assert found(folder, "мәктәп") == ["0", "1", "2", "3", "4"]


def test_the_title_is_embedded_and_searched_as_context_of_each_passage(tmp_path: Path) -> None:
    folder = fake_folder(tmp_path, chunk_tokens=32)
    ingest(folder, {"id": "a", "title": "Баш ҡала", "text": " ".join(TEXTS.values())})

    chunks = folder.library.get("a").chunks
    assert chunks == len(fake(folder).embedded) > 1
    assert all(text.startswith("Баш ҡала\n") for text in fake(folder).embedded)
    assert found(folder, "баш ҡала") == ["a"] * chunks


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Яңы"},
        {"url": "https://example.org"},
        {"published_at": "2024-01-01"},
        {"source": "Башинформ"},
        {"metadata": {"a": 1}},
        {"language": "ru"},
        {"translation_of": "b"},
    ],
)
def test_any_changed_field_is_a_new_version(folder: DataFolder, change: dict[str, object]) -> None:
    ingest(folder, {"id": "a", "text": TEXTS["a"]})

    job = ingest(folder, {"id": "a", "text": TEXTS["a"], **change})

    assert (job.updated, folder.library.get("a").version) == (1, 2)
    assert ingest(folder, {"id": "a", "text": TEXTS["a"], **change}).unchanged == 1


def test_the_text_before_is_kept_and_older_ones_are_gone(folder: DataFolder) -> None:
    for word in ("бер", "ике", "өс", "дүрт"):
        ingest(folder, {"id": "a", "text": word})

    assert folder.library.text("a", 4) == folder.library.text("a") == "дүрт"
    assert folder.library.text("a", 3) == "өс"
    for version in (1, 2):
        with pytest.raises(Gone):
            folder.library.text("a", version)
    for version in (0, 5, -1):
        with pytest.raises(NotFound) as caught:
            folder.library.text("a", version)
        assert not isinstance(caught.value, Gone)


def test_one_id_twice_in_a_job_ends_as_the_later(folder: DataFolder) -> None:
    job = ingest(folder, {"id": "a", "text": "бер"}, {"id": "a", "text": "ике"})

    assert (job.added, job.updated) == (1, 1)
    assert folder.library.text("a") == "ике"
    assert (found(folder, "бер"), found(folder, "ике")) == ([], ["a"])
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_back_to_the_text_before_is_a_change(folder: DataFolder) -> None:
    for word in ("бер", "ике", "бер"):
        ingest(folder, {"id": "a", "text": word})

    assert (folder.library.get("a").version, folder.library.text("a")) == (3, "бер")


def test_a_document_without_letters_of_its_own_is_in_no_language(folder: DataFolder) -> None:
    ingest(folder, *documents(), {"id": "d", "text": "12345"}, {"id": "e", "text": "Hello."})
    ingest(folder, {"id": "f", "text": TEXTS["a"], "language": "mixed", "source": "x"})

    languages = {record.id: record.language for record in folder.library.page(None, 10)}
    assert languages == {
        "a": "ba", "b": "ru", "c": "ba", "d": "other", "e": "other", "f": "mixed",
    }  # fmt: skip
    census = folder.library.census()
    assert (census.documents, census.chunks) == (6, 6)
    assert census.by_language == {"ba": 2, "mixed": 1, "other": 2, "ru": 1}
    assert census.by_source == {"": 5, "x": 1}


def test_a_document_of_two_languages_is_mixed(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": f"{TEXTS['a']} {TEXTS['b']}"})

    assert folder.library.get("a").language == "mixed"


def test_pages_go_by_id_and_each_document_is_listed_once(folder: DataFolder) -> None:
    ids = ["ҡала", "a", "b/c:d", "Я", "😀", "10", "2"]
    ingest(folder, *({"id": i, "text": f"текст {i}x"} for i in ids))

    listed: list[str] = []
    after = None
    while page := folder.library.page(after, 2):
        assert len(page) <= 2
        listed += [record.id for record in page]
        after = decode_cursor(encode_cursor(page[-1].id))

    assert listed == sorted(ids)


@pytest.mark.parametrize("cursor", ["x", "0", "zz", "d1", "ff", "ҡ"])
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(cursor)


def test_a_record_says_what_is_stored(folder: DataFolder) -> None:
    ingest(folder, {"id": "a", "text": "\ufeffи\u0306од", "title": "т", "metadata": {"k": "й"}})

    record = folder.library.get("a")

    assert (record.characters, record.version, record.chunks) == (3, 1, 1)
    assert record.metadata == {"k": "й"}
    assert len(folder.library.text("a")) == record.characters


class BrokenEmbedder(FakeEmbedder):
    """Fails for texts that hold a certain word."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        if any("ҡыйын" in text for text in texts):
            raise self._error
        return super().embed_passages(texts)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unavailable("model.not_loadable", model="x"), "The model in x cannot be loaded"),
        (RuntimeError("secret"), "the log says more"),
    ],
)
def test_a_failing_embedder_fails_the_job_with_its_reason_and_the_next_one_works(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    folder = fake_folder(tmp_path, BrokenEmbedder(error))
    ingest(folder, *documents())
    before = folder.index.version()

    failed = ingest(folder, {"id": "a", "text": "яңы"}, {"id": "d", "text": "ҡыйын"})
    after = ingest(folder, {"id": "a", "text": "яңы"}, {"id": "e", "text": "еңел"})

    assert (failed.state, failed.failed, failed.added) == ("failed", 2, 0)
    assert failed.index_version is None
    assert failed.finished_at is not None
    assert all(reason in e.reason("en") for e in failed.errors)
    assert "secret" not in failed.errors[0].reason("en")
    assert (after.state, after.updated, after.added) == ("succeeded", 1, 1)
    assert after.index_version not in (None, before)
    assert folder.library.get("a").version == 2
    assert found(folder, "еңел") == ["e"]
    with pytest.raises(NotFound):
        folder.library.get("d")
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_what_a_failed_job_staged_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.staging.CHARACTERS_AT_A_TIME", 1)
    folder = fake_folder(tmp_path, BrokenEmbedder(Unavailable("model.not_loadable", model="x")))

    ingest(folder, {"id": "a", "text": "еңел"}, {"id": "b", "text": "ҡыйын"})

    with folder.catalog.reading() as connection:
        for table in ("versions", "chunks", "documents"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
    assert folder.index.version() == "empty"


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.text(st.characters() | st.sampled_from("😀\ud83d\0 \n.")), st.text()),
        max_size=8,
    ),
    st.integers(32, 64),
)
def test_offsets_of_every_passage_point_into_the_stored_text_of_any_document(
    tmp_path_factory: pytest.TempPathFactory, given_texts: list[tuple[str, str]], tokens: int
) -> None:
    folder = fake_folder(tmp_path_factory.mktemp("any"), chunk_tokens=tokens)
    texts = {str(i): head + " өфө. " + tail for i, (head, tail) in enumerate(given_texts)}

    job = ingest(folder, *({"id": i, "text": text, "title": text[:9]} for i, text in texts.items()))

    assert job.failed == 0
    with folder.index.view() as view:
        query = fake(folder).embed_queries(["өфө"])[0]
        passages = view.passages(dense(view, query, 10_000))
        for passage in passages:
            text = folder.library.text(passage.document_id)
            assert text == stored_text(texts[passage.document_id])
            assert passage.text == passage.span.of(text)
            assert view.text(passage.document_id, 1, passage.span) == passage.text
        for document_id in texts:
            left = list(folder.library.text(document_id))
            for passage in passages:
                if passage.document_id == document_id:
                    left[passage.span.start : passage.span.end] = " " * len(passage.span)
            assert "".join(left).strip() == ""


def test_vectors_in_the_index_are_those_of_the_embedder(folder: DataFolder) -> None:
    ingest(folder, *documents())
    (vector,) = FakeEmbedder().embed_passages([TEXTS["b"]])

    with folder.index.view() as view:
        (group,) = view.groups(Filters(document_id=["b"]))
        np.testing.assert_allclose(view.dense_scores(vector, group.ids), [1], atol=1e-5)
        assert set(group.ids) <= set(dense(view, vector, 1))


def test_vectors_in_the_index_are_centred_by_the_language_of_their_passage(
    tmp_path: Path,
) -> None:
    folder = fake_folder(tmp_path, centring=fake_centring())
    ingest(folder, *documents())
    vectors = FakeEmbedder().embed_passages(list(TEXTS.values()))

    with folder.index.view() as view:
        for vector, document_id in zip(vectors, TEXTS, strict=True):
            (group,) = view.groups(Filters(document_id=[document_id]))
            centred = fake_centring().passages(vector[None], [group.language])[0]
            np.testing.assert_allclose(view.dense_scores(centred, group.ids), [1], atol=1e-5)
            assert view.dense_scores(vector, group.ids) < 0.999
