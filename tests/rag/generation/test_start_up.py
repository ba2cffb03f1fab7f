"""Who has no language model does not wait for LangChain."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.settings import AnswerSettings

_CODE = """
import sys
import rag.factory, service.app
assert not {"langchain_core", "langchain_openai", "openai", "tiktoken"} & set(sys.modules)
"""


def test_langchain_is_imported_only_where_a_model_is_configured() -> None:
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", _CODE], check=True, cwd=root, timeout=240)


@pytest.mark.parametrize(
    "given",
    [
        {"llm_model": "m"},
        {"llm_base_url": "http://127.0.0.1/v1"},
        {"llm_base_url": "127.0.0.1:11434", "llm_model": "m"},
        {"llm_base_url": "file:///etc/passwd", "llm_model": "m"},
        {"llm_timeout": 0},
        {"llm_prompt_tokens": 10},
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AnswerSettings(**given)  # type: ignore[arg-type] # wrong on purpose


def test_the_key_is_not_printed() -> None:
    assert "sk-1" not in repr(AnswerSettings.model_validate({"llm_api_key": "sk-1"}))
