"""Filters and groups: as many results as there can be."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.contract import Hit, Results, checked
from tests.service.running import Json, Service

_QUERY = "ярмарка мёда на площади"
_NEAR = 110  # more than are looked at where nothing is filtered


@pytest.fixture(scope="module")
def library(service: Service) -> Iterator[Service]:
    """The service with many passages near the query, and a few far ones to filter for."""
    near = [
        {"id": f"near/{n}", "text": f"Ярмарка мёда на площади, ряд {n}.", "source": "market"}
        for n in range(_NEAR)
    ]
    far = [
        {
            "id": f"far/{n}",
            "text": text,
            "source": "archive" if n < 6 else "library",
            "published_at": f"20{10 + n}-06-15",
            "metadata": {"shelf": n % 3, "kind": "note", "lent": n % 2 == 0, "weight": 0.5},
        }
        for n, text in enumerate(
            [
                "Ҡыш көнө йылға боҙ менән ҡапланды.",
                "Балалар мәктәптә шахмат уйнаны.",
                "Поезд опоздал на два часа из-за снега.",
                "Һөтсөлөк фермаһында яңы йыһаз ҡуйылды.",
                "В театре показали новую оперу.",
                "Ҡала китапханаһында күргәҙмә асылды.",
                "Хоккеисты выиграли третий матч подряд.",
                "Яҙ көнө баҡсасылар алмағас ултыртты.",
            ]
        )
    ]
    job = service.add(*near, *far)
    assert job["documents"]["added"] == len(near) + len(far)
    yield service
    for document in near + far:
        assert service.document(str(document["id"]), "DELETE").status_code == 204


def ids(numbers: Any) -> set[str]:
    return {f"far/{number}" for number in numbers}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"source": ["archive"]}, ids(range(6))),
        ({"source": ["archive", "library"]}, ids(range(8))),
        ({"document_id": ["far/7", "far/2", "far/none"]}, ids([2, 7])),
        ({"published_at": {"gte": "2013-06-15", "lte": "2015-06-15"}}, ids([3, 4, 5])),
        ({"published_at": {"gte": "2016-06-15T00:00:00Z"}}, ids([6, 7])),
        ({"published_at": {"lte": "2011-06-14T23:59:59Z"}}, ids([0])),
        ({"metadata": {"shelf": [1]}}, ids([1, 4, 7])),
        ({"metadata": {"shelf": [0, 2], "lent": [True]}}, ids([0, 2, 6])),
        ({"metadata": {"kind": ["note"], "weight": [0.5]}, "source": ["library"]}, ids([6, 7])),
        ({"language": ["ba"], "source": ["archive"]}, ids([0, 1, 3, 5])),
        ({"language": ["ru"], "metadata": {"kind": ["note"]}}, ids([2, 4, 6])),
        ({"source": ["nowhere"]}, set()),
        ({"metadata": {"colour": ["red"]}}, set()),
        ({"published_at": {"gte": "2030-01-01"}}, set()),
    ],
)
def test_filters_narrow_before_the_ranking(
    library: Service, filters: Json, expected: set[str]
) -> None:
    found = library.search(_QUERY, top_k=20, filters=filters)
    checked(Results, found)
    assert {hit["document_id"] for hit in found["results"]} == expected
    dense = library.found(_QUERY, mode="dense", top_k=20, filters=filters)
    assert set(dense) == expected
    # A lexical search finds only what shares a word with the query.
    words = f"{_QUERY} ҡыш снега китапханаһында"
    assert set(library.found(words, mode="lexical", filters=filters)) <= expected


def test_a_lexical_search_is_filtered(library: Service) -> None:
    filters = {"source": ["archive"]}
    found = library.found("снега китапханаһында ярмарка", mode="lexical", filters=filters)
    assert set(found) == ids([2, 5])


def test_without_filters_the_near_ones_fill_the_results(library: Service) -> None:
    found = library.found(_QUERY, mode="dense", top_k=100)
    assert len(found) == 100
    assert all(identifier.startswith("near/") for identifier in found)


def test_all_that_there_is_can_be_had(library: Service) -> None:
    found = library.search(_QUERY, top_k=200)["results"]
    assert len(found) == library.client.get("/v1/info").json()["counts"]["chunks"]


def test_an_empty_filter_is_no_filter(library: Service) -> None:
    without = library.found(_QUERY)
    assert library.found(_QUERY, filters={}) == without
    empty = {"language": [], "source": [], "metadata": {"shelf": []}}
    assert library.found(_QUERY, filters=empty) == without


def test_an_answer_stands_on_what_the_filters_let_through(library: Service) -> None:
    question = "Кто выиграл третий матч подряд?"
    answer = library.ask(question, filters={"source": ["archive"]})
    assert {hit["document_id"] for hit in answer["sources"]} == ids(range(6))
    assert {citation["document_id"] for citation in answer["citations"]} <= ids(range(6))
    answer = library.ask(question, filters={"source": ["library"]})
    assert {hit["document_id"] for hit in answer["sources"]} == ids([6, 7])
    assert answer["sources"][0]["document_id"] == "far/6"


def test_groups_are_documents_by_their_best_hit(library: Service) -> None:
    single = library.search("Башҡортостан Республикаһы", top_k=200)["results"]
    grouped = library.search("Башҡортостан Республикаһы", group=True, top_k=200)["results"]
    best: dict[str, Json] = {}
    for hit in single:
        best.setdefault(hit["document_id"], hit)
    assert len(single) > len(best)
    assert {hit["document_id"]: hit for hit in grouped} == best
    scores = [hit["score"] for hit in grouped]
    assert scores == sorted(scores, reverse=True)
    for hit in grouped:
        checked(Hit, hit)


def test_groups_fill_up_to_top_k(library: Service) -> None:
    found = [hit["document_id"] for hit in library.search(_QUERY, group=True, top_k=120)["results"]]
    assert len(set(found)) == len(found) == 120
