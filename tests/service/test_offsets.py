"""Hits, highlights and citations stand in the text of their document where they say."""

import pytest

from tests.service.contract import Results, checked, require_true_offsets
from tests.service.running import Service


@pytest.mark.parametrize(
    ("query", "language"),
    [("Рөстәм Хәмитов нимә тине?", "ba"), ("студенческие городки к 2036 году", "ru")],
)
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_results_stand_where_they_say_best_first(
    service: Service, query: str, language: str, mode: str
) -> None:
    body = service.search(query, mode=mode)
    results = checked(Results, body)
    assert results.language == language
    assert 1 <= len(results.results) <= 10
    scores = [hit.score for hit in results.results]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.chunk_id for hit in results.results}) == len(results.results)
    for hit in body["results"]:
        text = require_true_offsets(service, hit)
        for highlight in hit["highlights"]:
            assert hit["start"] <= highlight["start"] < highlight["end"] <= hit["end"]
            assert text[highlight["start"] : highlight["end"]].isalnum()
    if mode != "dense":
        assert body["results"][0]["highlights"]


def test_offsets_count_code_points(fresh: Service) -> None:
    # Letters beyond the first plane, combining marks, a mark at the start, both line ends.
    text = (
        "🐝🐝 𝔸𝔹 е̂\r\n\ufefft\u200d Ҡорсаңғы ауылында 𐌰 умарта музейы 2033 йылда асылды.\u2028🏔️ тау"
    )
    job = fresh.add({"id": "planes", "text": text})
    assert job["documents"]["added"] == 1
    assert fresh.text("planes") == text
    hit = next(
        hit
        for hit in fresh.search("Ҡорсаңғы умарта музейы")["results"]
        if hit["document_id"] == "planes"
    )
    require_true_offsets(fresh, hit)
    assert hit["highlights"]
    answer = fresh.ask("Ҡорсаңғы ауылында умарта музейы ҡайһы йылда асылды?")
    cited = [c for c in answer["citations"] if c["document_id"] == "planes"]
    assert cited
    for citation in cited:
        require_true_offsets(fresh, citation)
