"""The sentences of a model's answer, each with the numbers that it cites."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.sentences import sentence_spans

_MARKER = re.compile(r"[\[【]\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*[\]】]")
_LEADING_MARKERS = re.compile(rf"(?:\s*{_MARKER.pattern})+[.,;]?")
_AGAINST_A_MARK = re.compile(r"(?<=[.!?…»”\"])(?=[\[【]\d)")
_LIST_ITEM = re.compile(r"^(?:[-–—*•#>]+|\d{1,3}[.):])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_WORD = re.compile(r"[^\W\d_]{2,}[\s,.;:!?…»]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its markers, and the numbers they hold, in order of first use."""

    text: str
    numbers: Sequence[int]


def claims(text: str, whole: bool = True) -> list[Claim]:
    """Return the claims of an answer; of one that is still written, those that cannot change."""
    parts: list[str] = []
    text = _AGAINST_A_MARK.sub(" ", text)
    spans = sentence_spans(text)
    ends = [span.end for span in spans]
    for span in spans:
        sentence = span.of(text)
        if parts and (markers := _LEADING_MARKERS.match(sentence)):
            parts[-1] += markers.group()  # «Fact. [1] Next fact. [2]»
            sentence = sentence[markers.end() :]
        parts.append(sentence)
    if not whole:
        # What follows a sentence decides where it ends: a whole word tells.
        parts = parts[: sum(bool(_WORD.search(_MARKER.sub("", text[end:]))) for end in ends)]
    return [claim for part in parts if (claim := _claim(part)).text]


def _claim(sentence: str) -> Claim:
    bare = _EMPHASIS.sub("", sentence)
    numbers: list[int] = []
    while found := _MARKER.findall(bare):  # again: «[[1] 2]» is one once the other is out
        numbers += (int(number) for group in found for number in re.findall(r"\d+", group))
        bare = _MARKER.sub(" ", bare)
    words = " ".join(_LIST_ITEM.sub("", bare.strip()).split())
    words = re.sub(r"\s+([.,;:!?…])", r"\1", words)
    return Claim(words if re.search(r"\w", words) else "", list(dict.fromkeys(numbers)))
