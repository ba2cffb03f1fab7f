"""Lists of words of our own, one file each in ``words/``."""

from importlib.resources import files


def word_list(name: str) -> frozenset[str]:
    """Return the words of ``words/NAME.txt``."""
    text = files("index.text").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
