"""Tables of word forms: UniMorph's nouns, and verbs of our own."""

from dataclasses import dataclass
from pathlib import Path

from eval.errors import InvalidGold, Problem

UNIMORPH = Path("unimorph_bak") / "bak.dev.tsv"
VERBS = Path(__file__).with_name("verbs.tsv")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a lemma, in full letters, with its features as UniMorph writes them."""

    lemma: str
    word: str
    features: str


def read_forms(path: Path) -> list[Form]:
    """Read a table of lemma, form and features, parted by tabs.

    Raises InvalidGold where a line has other columns.
    """
    forms = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        columns = line.split("\t")
        if len(columns) != 3:
            raise InvalidGold([Problem(path.name, number, "not three columns")])
        forms.append(Form(*columns))
    return forms
