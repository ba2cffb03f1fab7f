"""``python -m eval.words CORPORA``: lists the words of our Bashkir messages that nobody attests.

The list lies in ``eval/words/unattested.tsv``, for a native reader; make it anew after every change
of a Bashkir message.
"""

import argparse
from pathlib import Path

from rich.console import Console

from eval.stemming.press import count_words
from eval.words.attesting import as_table, unattested, words_of_messages

LIST = Path(__file__).parent / "unattested.tsv"


def main() -> None:
    """Write the list and say how long it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashkir_corpus")
    parser.add_argument("--out", type=Path, default=LIST)
    arguments = parser.parse_args()
    written = words_of_messages()
    found = unattested(written, count_words(arguments.corpora))
    arguments.out.write_text(as_table(found), encoding="utf-8")
    Console().print(f"{len(found)} of {len(written)} words are not attested: {arguments.out}")


if __name__ == "__main__":
    main()
