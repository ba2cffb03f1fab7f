"""Chat models on any OpenAI-compatible endpoint, by LangChain."""

import asyncio
import gc
import queue
import threading
import time
from collections.abc import Callable
from functools import cache

import openai
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from rag.generation.protocol import Abandoned, GenerationFailed, Pieces, Prompt

_MOST_TOKENS = 1024  # a few sentences take 50 to 300
_POLL_SECONDS = 0.1
_NO_KEY = "none"  # LangChain would else send OPENAI_API_KEY, which is not meant for this endpoint

_Piece = str | GenerationFailed | None


class ChatModel:
    """A LanguageModel behind ``base_url``, asked at temperature 0 and never twice by itself."""

    def __init__(self, base_url: str, name: str, key: SecretStr | None) -> None:
        self._name = name
        self._chat = ChatOpenAI(
            base_url=base_url,
            model=name,
            api_key=key or SecretStr(_NO_KEY),
            temperature=0,
            max_retries=0,
            max_completion_tokens=_MOST_TOKENS,
            use_responses_api=False,
            stream_usage=False,
            # LangChain's own timeout waits by asyncio.wait_for, which before Python 3.12 swallows
            # the cancellation of a call whose next chunk is there already (bpo-37658).
            stream_chunk_timeout=None,
        )

    @property
    def name(self) -> str:
        """The model as the operator configured it."""
        return self._name

    def pieces(self, prompt: Prompt, seconds: float, wanted: Callable[[], bool]) -> Pieces:
        """Yield the answer as it is written (see LanguageModel)."""
        deadline = time.monotonic() + seconds
        arrived: queue.SimpleQueue[_Piece] = queue.SimpleQueue()
        reading = asyncio.run_coroutine_threadsafe(
            self._read(prompt, seconds, arrived.put), _event_loop()
        )
        try:
            while True:
                try:
                    piece = arrived.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    piece = ""  # time to look at the clock
                if not wanted():
                    raise Abandoned("abandoned")
                if piece is None:
                    return
                if isinstance(piece, GenerationFailed):
                    raise piece
                if time.monotonic() > deadline:  # whatever the loop is held up by
                    raise GenerationFailed("timeout")
                if piece:
                    yield piece
        finally:
            reading.cancel()  # closes the connection, at which servers stop writing

    async def _read(self, prompt: Prompt, seconds: float, put: Callable[[_Piece], None]) -> None:
        messages = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        finish = None
        try:
            # The client's own timeout is for each read; a server that trickles would never meet it.
            async with asyncio.timeout(seconds):
                async for chunk in self._chat.astream(messages, timeout=seconds):
                    if chunk.text:
                        put(str(chunk.text))
                    finish = chunk.response_metadata.get("finish_reason", finish)
        except (TimeoutError, openai.APITimeoutError):
            put(GenerationFailed("timeout"))
        except openai.APIStatusError as error:
            put(GenerationFailed(f"status {error.status_code}"))
        except Exception as error:  # garbage shows itself as any error of the client's parser
            put(GenerationFailed(type(error).__name__))
            # A stream that is left half-read is a cycle. Found by another thread's collector, it
            # would be closed there and by this loop at once.
            asyncio.get_running_loop().call_soon(gc.collect)
        else:
            put(None if finish == "stop" else GenerationFailed(f"finish reason {finish}"))


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop of all calls: connections are kept open in it, and one can be cancelled."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language-model", daemon=True).start()
    return loop
