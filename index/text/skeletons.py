"""Names by their consonants, which different spellings have in common."""

from functools import lru_cache

import numpy as np

from index.text.analysis import russian_stem, stem_in_both

_KEPT = 20_000
_FEWEST = 3  # fewer say too little of a name
_NOT_CONSONANTS = str.maketrans("", "", "аоуыэяеюийьъ")


def skeletons_of(word: str) -> frozenset[str]:
    """Return the ``skeletons`` of a word as it is written, in either language."""
    return frozenset(bones for stem in stem_in_both(word) for bones in skeletons(stem))


@lru_cache(_KEPT)
def skeletons(stem: str) -> frozenset[str]:
    """Return the consonants by which spellings of a name are known: Хәмитов, Хамит, Хамитова.

    With and without the endings -ов, -ев, -ин, which come and go with the language and the case;
    none of a stem that has too few.
    """
    found = (consonants(stem), consonants(russian_stem(stem)))
    return frozenset(one for one in found if len(one) >= _FEWEST)


def consonants(stem: str) -> str:
    """Return a stem without its vowels and signs."""
    return stem.translate(_NOT_CONSONANTS)


class Skeletons:
    """Stems, to be found by the consonants that they begin with."""

    def __init__(self, stems: str) -> None:
        """``stems`` stand one a line. As strings of their own they would take much more memory."""
        self._stems = stems
        self._bones = "\n" + consonants(stems)
        self._begins = _places_of_lines(stems)
        self._of_bones = _places_of_lines(self._bones)[1:]

    def beginning_with(self, first: str) -> list[str]:
        """Return the stems whose consonants begin with ``first``, which is not empty."""
        found, wanted = [], "\n" + first
        at = self._bones.find(wanted)
        while at >= 0:
            line = int(np.searchsorted(self._of_bones, at + 1))
            begin = int(self._begins[line])
            end = self._stems.find("\n", begin)
            found.append(self._stems[begin : end if end >= 0 else None])
            at = self._bones.find(wanted, at + 1)
        return found


def _places_of_lines(text: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where the lines of ``text`` begin."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return np.append(0, np.flatnonzero(points == ord("\n")) + 1)
