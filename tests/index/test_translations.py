"""Bashkir and Russian versions of one article are linked: as given, or found by what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filters
from index.folder import DataFolder
from index.snapshot import verify_data
from index.translations import agree, document_vectors, nearest_pairs
from tests.fakes import ingest

# The fake embedder knows no language: names and figures bring the versions near each other.
BRIDGE_BA = "Хабиров Белая 2024 45 750. Күпер Хабиров Белая 2024 асылды 45 750."
BRIDGE_RU = "Хабиров Белая 2024 45 750. Мост Хабиров Белая 2024 открыт 45 750."
SCHOOL_RU = "Школу Сибай 1000 открыли 1 сентября в Сибае на 1000 мест."


def translations(
    folder: DataFolder, name: str, filters: Filters | None = None
) -> list[tuple[str, bool]]:
    found = folder.library.relatives(name, filters or Filters()).translations
    return [(relative.document_id, relative.certain) for relative in found]


def document(name: str, text: str, **fields: str) -> dict[str, str]:
    return {"id": name, "text": text, "language": name[:2], **fields}


def test_versions_of_one_article_are_found_whichever_comes_first(folder: DataFolder) -> None:
    ingest(folder, document("ba", BRIDGE_BA))
    assert translations(folder, "ba") == []

    ingest(folder, document("ru", BRIDGE_RU), document("ru2", SCHOOL_RU))

    assert translations(folder, "ba") == [("ru", False)]
    assert translations(folder, "ru") == [("ba", False)]
    assert translations(folder, "ru2") == []
    assert translations(folder, "ba", Filters(document_id=("ba", "ru2"))) == []


def test_a_translation_that_is_given_counts_before_one_that_is_found(folder: DataFolder) -> None:
    ingest(
        folder,
        document("ba", BRIDGE_BA),
        document("ru", BRIDGE_RU),
        document("ru2", SCHOOL_RU, translation_of="ba"),
        document("ba2", "Мәктәп Сибай 1000 асылды.", translation_of="nowhere"),
    )

    assert translations(folder, "ba") == [("ru2", True)]
    assert translations(folder, "ru2") == [("ba", True)]
    assert translations(folder, "ba2") == []


def test_versions_of_one_original_that_is_not_there_are_linked(folder: DataFolder) -> None:
    ingest(
        folder,
        document("ba", "Беренсе.", translation_of="original"),
        document("ru", "Второй.", translation_of="original"),
    )

    assert translations(folder, "ba") == [("ru", True)]


def test_a_link_goes_with_either_of_its_documents(folder: DataFolder) -> None:
    ingest(folder, document("ba", BRIDGE_BA), document("ru", BRIDGE_RU))
    folder.library.delete("ru")
    assert translations(folder, "ba") == []

    ingest(folder, document("ru", BRIDGE_RU))
    assert translations(folder, "ba") == [("ru", False)]
    ingest(folder, document("ba", SCHOOL_RU))

    assert translations(folder, "ba") == translations(folder, "ru") == []
    assert verify_data(folder.catalog, folder.snapshots) == []


def test_a_better_version_takes_the_place_of_the_one_before(folder: DataFolder) -> None:
    ingest(folder, document("ba", BRIDGE_BA))
    ingest(
        folder,
        document(
            "ru-alike",
            BRIDGE_RU + " Сквер Парк Река Лодка Яхта Берег Остров Песок Камыш Лес. 45 2024.",
        ),
    )
    assert translations(folder, "ba") == [("ru-alike", False)]

    ingest(folder, document("ru", BRIDGE_RU))

    assert translations(folder, "ba") == [("ru", False)]
    assert translations(folder, "ru-alike") == []


def test_compaction_and_rebuilding_keep_the_links(folder: DataFolder) -> None:
    ingest(folder, document("ba", BRIDGE_BA), document("ru", BRIDGE_RU))
    folder.indexer.compact()
    assert translations(folder, "ba") == [("ru", False)]

    folder.indexer.rebuild(lambda done, total: None)

    assert translations(folder, "ba") == [("ru", False)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("В 2024 году открыли 5 школ", "2024 йылда 5 мәктәп асылды", True),
        ("В 2024 году открыли 5 школ", "2023 йылда 7 мәктәп асылды", False),
        ("Без цифр", "Һандарһыҙ", True),
        ("Год 2024", "2024 йыл " + "бик оҙон текст " * 5, False),
    ],
)
def test_versions_are_about_as_long_and_say_the_same_figures(
    one: str, other: str, expected: bool
) -> None:
    assert agree(one, other) == agree(other, one) == expected


@given(st.integers(0, 1000), st.integers(0, 12), st.integers(0, 12))
def test_pairs_are_each_others_nearest_by_far(seed: int, bashkir: int, russian: int) -> None:
    chance = np.random.default_rng(seed)
    raw = chance.standard_normal((bashkir + russian, 3)).astype(np.float32)
    vectors = document_vectors(raw, range(len(raw))) if len(raw) else raw
    languages = np.array(["ba"] * bashkir + ["ru"] * russian, dtype=str)
    new = np.flatnonzero(chance.random(len(raw)) < 0.5)

    expected = []
    cosines = vectors @ vectors.T
    for i in range(bashkir):
        for j in range(bashkir, bashkir + russian):
            others = [cosines[i, k] for k in range(bashkir, bashkir + russian) if k != j]
            others += [cosines[k, j] for k in range(bashkir) if k != i]
            clear = cosines[i, j] - max(others, default=-1.0) >= 0.08
            if cosines[i, j] >= 0.5 and clear and (i in new or j in new):
                expected.append((i, j))

    assert nearest_pairs(vectors, languages, new) == expected
