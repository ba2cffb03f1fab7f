"""Names by their consonants."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.text.analysis import analyse
from index.text.skeletons import Skeletons, consonants, skeletons

CYRILLIC = st.text("абвгдежзиклмнопрстуфхьъыэюя", min_size=1, max_size=6)


@given(st.lists(CYRILLIC | st.from_regex(r"[^\W_]{1,6}", fullmatch=True)), CYRILLIC)
def test_stems_are_found_by_the_consonants_they_begin_with(stems: list[str], word: str) -> None:
    first = consonants(word)
    assume(first)
    expected = [stem for stem in stems if consonants(stem).startswith(first)]
    assert Skeletons("\n".join(stems)).beginning_with(first) == expected


@pytest.mark.parametrize(
    ("in_bashkir", "in_russian"),
    [
        ("Хәмитов", "Хамитов"),
        ("Хәмитов", "Хамитова"),
        ("Хәмитовтың", "Хамитову"),
        ("Хәбиров", "Хабирова"),
        ("Хәбировтың", "Хабиров"),
        ("Борисов", "Борисова"),
        ("Борисовтың", "Борисовым"),
    ],
)
def test_spellings_of_a_name_agree_in_their_skeletons(in_bashkir: str, in_russian: str) -> None:
    (mine,), (theirs,) = analyse(in_bashkir, "ba"), analyse(in_russian, "ru")
    (as_bashkir,) = analyse(in_russian, "ba")

    assert skeletons(mine.text) & skeletons(theirs.text)
    assert skeletons(mine.text) & skeletons(as_bashkir.text)


def test_skeletons_are_consonants_with_and_without_the_ending_of_a_name() -> None:
    assert skeletons("хэмитов") == {"хмтв", "хмт"}
    assert skeletons("борис") == {"брс"}
    assert skeletons("башкортостан") == {"бшкртстн", "бшкртст"}
    assert consonants("башкортостан") == "бшкртстн"


def test_short_names_have_no_skeleton() -> None:
    for name in ("офо", "уфа", "али", ""):
        assert skeletons(name) == frozenset()
    assert not skeletons("хамит") & skeletons("борис")
