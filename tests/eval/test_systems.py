"""Systems that do one thing badly must look bad; one that does all well must look good."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import Figure
from eval.runner import run
from eval.tasks import Options
from index.documents import Document
from index.text.sentences import sentence_spans
from index.text.spans import Span
from tests.eval.toy import Json, TownSystem, hit, towns, write_gold

TOWNS = 35


class QuotesWholeDocuments(TownSystem):
    def answers(self, question: str) -> bool:
        return True

    def cited(self, town: Document) -> Json:
        return hit(town, Span(0, len(town.text)))

    def found(self, town: Document) -> Json:
        return hit(town, Span(0, len(town.text)))

    def words(self, cited: Json) -> str:
        return f"«{cited['quote']}» [1]"


class AlwaysAnswers(TownSystem):
    def answers(self, question: str) -> bool:
        return True

    def confidence(self, question: str) -> float:
        return 0.9


class AlwaysRefuses(TownSystem):
    def answers(self, question: str) -> bool:
        return False


class CitesBeside(TownSystem):
    def cited(self, town: Document) -> Json:
        return hit(town, sentence_spans(town.text)[5])


class Invents(TownSystem):
    def cited(self, town: Document) -> Json:
        return super().cited(town) | {"quote": "В городе живут 7 человек."}


class SpeaksEnglish(TownSystem):
    def words(self, cited: Json) -> str:
        return f"There are many people living in this town: «{cited['quote']}» [1]"


def figures(kind: type[TownSystem], folder: Path) -> Mapping[str, Figure]:
    corpus = towns(TOWNS)
    folder.mkdir(exist_ok=True)
    gold = write_gold(folder / "gold.jsonl", TOWNS)
    return run(kind(corpus), [gold], corpus, folder / "run", Options()).metrics.slices["pooled"]


def rates(kind: type[TownSystem], folder: Path) -> dict[str, float]:
    return {
        name: figure.rate.value for name, figure in figures(kind, folder).items() if figure.rate
    }


def test_a_good_system_looks_good(tmp_path: Path) -> None:
    found = rates(TownSystem, tmp_path)
    for measure in ("evidence_hit", "match_own_words", "match_quotes", "citation_precision"):
        assert found[measure] == 1.0
    for measure in ("citation_recall", "citation_validity", "unanswerable_refused"):
        assert found[measure] == 1.0
    for measure in ("answer_language", "document_recall@1", "evidence_ndcg@10"):
        assert found[measure] == 1.0
    assert found["answerable_refused"] == 0.0
    assert found["calibration_error"] == pytest.approx(0.1)


def test_quoting_whole_documents_looks_bad(tmp_path: Path) -> None:
    found = rates(QuotesWholeDocuments, tmp_path)
    for measure in ("evidence_hit", "match_own_words", "match_quotes", "citation_precision"):
        assert found[measure] == 0.0
    for measure in ("citation_recall", "citation_validity", "unanswerable_refused"):
        assert found[measure] == 0.0
    assert found["token_f1"] < 0.1
    assert found["risk_coverage_area"] == 1.0


def test_always_answering_looks_bad(tmp_path: Path) -> None:
    found, good = rates(AlwaysAnswers, tmp_path), rates(TownSystem, tmp_path / "good")
    assert found["unanswerable_refused"] == 0.0
    assert found["citation_precision"] == 0.5
    assert found["risk_coverage_area"] == pytest.approx(0.5)
    assert good["risk_coverage_area"] < 0.2
    assert found["calibration_error"] == pytest.approx(0.4)


def test_always_refusing_looks_bad(tmp_path: Path) -> None:
    found = rates(AlwaysRefuses, tmp_path)
    assert found["unanswerable_refused"] == 1.0
    assert found["answerable_refused"] == 1.0
    for measure in ("evidence_hit", "match_own_words", "match_quotes", "token_f1"):
        assert found[measure] == 0.0
    assert found["risk_coverage_area"] == 1.0
    assert "calibration_error" not in found
    assert "citation_precision" not in found


def test_citing_beside_the_evidence_looks_bad(tmp_path: Path) -> None:
    found = rates(CitesBeside, tmp_path)
    assert found["citation_validity"] == 1.0
    assert found["evidence_hit"] == found["citation_precision"] == found["citation_recall"] == 0.0


def test_inventing_quotes_looks_bad(tmp_path: Path) -> None:
    found = rates(Invents, tmp_path)
    assert found["citation_validity"] == found["evidence_hit"] == found["match_quotes"] == 0.0


def test_another_language_looks_bad(tmp_path: Path) -> None:
    found = figures(SpeaksEnglish, tmp_path)["answer_language"]
    assert (found.part, found.whole) == (TOWNS, 2 * TOWNS)  # the refusals are still in Russian


@settings(max_examples=6, deadline=None)
@given(
    answering=st.sets(st.integers(0, TOWNS - 1)),
    right=st.sets(st.integers(0, TOWNS - 1)),
    careless=st.booleans(),
)
def test_no_mixture_of_answering_and_refusing_beats_being_right(
    tmp_path_factory: pytest.TempPathFactory, answering: set[int], right: set[int], careless: bool
) -> None:
    class Mixture(TownSystem):
        def answers(self, question: str) -> bool:
            number = int(question.rpartition("-")[2].rstrip("?"))
            return number in answering if "человек" in question else careless

        def cited(self, town: Document) -> Json:
            number = int(town.id.partition(":")[0].rpartition("-")[2])
            return hit(town, sentence_spans(town.text)[2 if number in right else 5])

    found = rates(Mixture, tmp_path_factory.mktemp("mixture"))
    share = len(answering & right) / TOWNS
    assert found["evidence_hit"] == pytest.approx(share)
    assert found["match_own_words"] <= len(answering) / TOWNS + 1e-9
    assert found["unanswerable_refused"] == float(not careless)
    best = sum(k / (TOWNS + k) for k in range(1, TOWNS + 1)) / (2 * TOWNS)
    assert found["risk_coverage_area"] >= best - 1e-9
    if share < 1 or careless:
        assert found["risk_coverage_area"] > best
