"""LangChain takes us in, as the README shows."""

import re
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import FakeListChatModel
from langchain_core.vectorstores import InMemoryVectorStore

from index.folder import DataFolder
from rag.ecosystem import YauapEmbeddings, YauapRetriever
from tests.fakes import FakeEmbedder, fake_folder, ingest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
QUESTION = "Когда открыт технопарк?"
TEXT = "Технопарк открыт в 2012 году. Его возглавил Антон Ковалев."


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A folder, which whoever opens it later finds with the same embedder."""
    folder = fake_folder(tmp_path / ".data", chunk_tokens=192)
    ingest(folder, {"id": "a", "text": TEXT, "title": "Т", "url": "u:1"}, {"text": "Мёд сладкий."})
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    monkeypatch.setattr("rag.ecosystem.open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_retriever_finds_passages_with_their_places(data: DataFolder) -> None:
    first, *others = YauapRetriever.over(data.catalog.data_dir, top_k=2).invoke(QUESTION)

    assert first.page_content == TEXT
    assert first.metadata["document_id"] == "a"
    text = data.library.text("a", first.metadata["document_version"])
    assert text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert (first.metadata["title"], first.metadata["url"]) == ("Т", "u:1")
    assert len(others) == 1
    assert first.metadata["score"] > others[0].metadata["score"]
    assert len(YauapRetriever.over(data.catalog.data_dir, top_k=1).invoke(QUESTION)) == 1


def test_the_embeddings_serve_a_vector_store() -> None:
    embeddings: Embeddings = YauapEmbeddings(FakeEmbedder())
    store = InMemoryVectorStore(embeddings)
    store.add_texts(["Мёд сладкий.", TEXT])
    (found,) = store.similarity_search(QUESTION, k=1)
    assert found.page_content == TEXT
    assert sum(x * x for x in embeddings.embed_query(QUESTION)) == pytest.approx(1, abs=1e-5)


def test_the_example_of_the_readme_runs(data: DataFolder) -> None:
    examples = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    (example,) = [one for one in examples if "YauapRetriever" in one]
    model = FakeListChatModel(responses=["В 2012 году."])
    names: dict[str, object] = {"model": model}

    exec(example, names)

    assert names["answer"] == "В 2012 году."
