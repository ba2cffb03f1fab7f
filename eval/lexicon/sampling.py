"""``python -m eval.lexicon.sampling CORPORA SAMPLE``: draw entries of the lexicon to be judged.

Writes the columns of ``spot_check.tsv`` to SAMPLE, the verdicts empty, and prints for each entry at
most four pairs of sentences, in which it is judged. CORPORA holds ``bashinform``. The same lexicon
and corpora give the same sample and sentences.
"""

import argparse
import csv
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from eval.lexicon.learning import SentencePair, read_pairs
from index.text.analysis import analyse
from rag.lexicon import LEXICON_FILE, Entry

COLUMNS = (
    "ba",
    "ru",
    "ru_given_ba",
    "ba_given_ru",
    "pairs",
    "probability_band",
    "pairs_band",
    "band_size",
    "verdict",
    "words",
)
# Where each band begins; it ends before the next one does. No entry is below LEAST_PROBABILITY.
_PROBABILITY_BANDS = {0.0: ".02-.1", 0.1: ".1-.3", 0.3: ".3-.6", 0.6: ".6-1"}
_PAIRS_BANDS = {1.0: "1-2", 3.0: "3-9", 10.0: "10-"}
_PER_BAND = 17
_MOST_SENTENCES = 4  # in which an entry is judged
_SEED = 11

_LEXICON = Path(__file__).parents[2] / "rag" / LEXICON_FILE


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn entry; ``places`` number the sentence pairs, from 0, that hold both terms."""

    entry: Entry
    places: Sequence[int]
    band: tuple[str, str]
    band_size: int


def read_entries(path: Path) -> list[Entry]:
    """Return the entries of a lexicon file, in its order."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [Entry(ba, ru, float(one), float(other)) for ba, ru, one, other in rows]


def draw(
    entries: Iterable[Entry],
    pairs: Sequence[SentencePair],
    per_band: int = _PER_BAND,
    seed: int = _SEED,
) -> list[Drawn]:
    """Return ``per_band`` entries of each band, all where it has fewer, band by band.

    A band is one of the higher of an entry's two probabilities and one of the number of sentence
    pairs that hold both terms. An entry whose terms never stand together is in no band.
    """
    found = _places(entries, pairs)
    bands: dict[tuple[str, str], list[Entry]] = {
        (probability, number): []
        for probability in _PROBABILITY_BANDS.values()
        for number in _PAIRS_BANDS.values()
    }
    for entry, places in found.items():
        higher = max(entry.ru_given_ba, entry.ba_given_ru)
        bands[_band(higher, _PROBABILITY_BANDS), _band(len(places), _PAIRS_BANDS)].append(entry)
    chance = random.Random(seed)  # noqa: S311  # no secret
    return [
        Drawn(entry, found[entry], band, len(members))
        for band, members in bands.items()
        for entry in chance.sample(members, min(per_band, len(members)))
    ]


def words_behind(term: str, texts: Iterable[str]) -> Counter[str]:
    """Count the words of ``texts`` that the analyser makes ``term`` of, as they are written."""
    return Counter(
        text[found.span.start : found.span.end]
        for text in texts
        for found in analyse(text)
        if found.text == term
    )


def row(drawn: Drawn, texts: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return a line of the sample by its COLUMNS; ``texts`` hold both terms, Bashkir first.

    Its words are the most frequent ones behind each term there.
    """
    entry = drawn.entry
    words = (
        words_behind(term, side).most_common(1)[0][0]
        for term, side in zip((entry.ba, entry.ru), zip(*texts, strict=True), strict=True)
    )
    ru_given_ba, ba_given_ru = f"{entry.ru_given_ba:.3f}", f"{entry.ba_given_ru:.3f}"
    given = (entry.ba, entry.ru, ru_given_ba, ba_given_ru, len(texts))
    values = (*given, *drawn.band, drawn.band_size, "", " – ".join(words))
    return dict(zip(COLUMNS, values, strict=True))


def main() -> None:
    """Draw from the lexicon of this version by the corpora that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform")
    parser.add_argument("sample", type=Path, help="the file to write")
    arguments = parser.parse_args()
    source = arguments.corpora / "bashinform" / "sentence_pairs.train.jsonl"
    sample = draw(read_entries(_LEXICON), list(read_pairs(source)))
    with source.open(encoding="utf-8") as lines:
        texts = [(str(one["ba"]), str(one["ru"])) for one in map(json.loads, lines)]
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    with arguments.sample.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        for number, drawn in enumerate(sample, 1):
            behind = [texts[place] for place in drawn.places]
            line = row(drawn, behind)
            writer.writerow(line)
            console.print(f"{number}. {line['ba']} {line['ru']} ({line['words']})")
            for ba, ru in _some_different(behind, number):
                console.print(f"  {ba}\n  {ru}")


def _some_different(texts: Iterable[tuple[str, str]], seed: int) -> list[tuple[str, str]]:
    different = list(dict.fromkeys(texts))
    chance = random.Random(seed)  # noqa: S311  # no secret
    return chance.sample(different, min(_MOST_SENTENCES, len(different)))


def _places(entries: Iterable[Entry], pairs: Iterable[SentencePair]) -> Mapping[Entry, list[int]]:
    by_term: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_term[entry.ba].append(entry)
    places: dict[Entry, list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        russian = set(pair.ru)
        for term in dict.fromkeys(pair.ba):
            for entry in by_term.get(term, ()):
                if entry.ru in russian:
                    places[entry].append(number)
    return places


def _band(value: float, bands: Mapping[float, str]) -> str:
    return bands[max(bound for bound in bands if bound <= value)]


if __name__ == "__main__":
    main()
