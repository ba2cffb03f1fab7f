"""Lists of words of our own, one file each in ``words/``."""

from importlib.resources import files


def word_list(name: str) -> frozenset[str]:
    """Return the words of ``words/NAME.txt``."""
    text = files("index.text").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def word_pairs(name: str) -> list[tuple[str, str]]:
    """Return the lines of ``words/NAME.txt``, each a word and what it is read as."""
    text = files("index.text").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return [(word, other) for word, other in map(str.split, text.splitlines())]
