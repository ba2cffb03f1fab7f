"""The corpora and the questions that are learned from."""

from pathlib import Path

from eval.corpora import corpus_folder
from eval.evidence import Corpus
from eval.fitting.examples import (
    Asked,
    Example,
    SentencesOf,
    collect,
    gold_questions,
    off_topic,
    xquad_questions,
)
from eval.headlines import read_benchmark

_ROOT = Path(__file__).parents[2]
_GOLD = _ROOT / "eval" / "gold"
_EVERY = 5  # of XQuAD's questions, how many are asked of the seeds, where nothing answers them


class Material:
    """Headlines and questions, each with the corpus that it is asked of."""

    def __init__(self, corpora: Path, data_dir: Path) -> None:
        articles = corpora / "bashinform" / "articles.dev.jsonl"
        self._data_dir = data_dir
        self.benchmark = read_benchmark(articles, corpora / "distractors" / "distractors.jsonl")
        self.seeds = gold_questions(_GOLD / "seeds.jsonl", [_ROOT / "seeds"], by_sentence=True)
        self.news = gold_questions(_GOLD / "news.jsonl", [articles], by_sentence=False)
        self.xquad = xquad_questions(corpora / "xquad_ru" / "xquad_ru.dev.jsonl")

    def folder(self, corpus: Corpus) -> Path:
        """Return where the index of a corpus is kept."""
        return corpus_folder(self._data_dir, corpus)

    def examples(self, sentences_of: SentencesOf) -> list[Example]:
        """Ask all questions; of what is answered nowhere, some have nothing to do with it."""
        strange = (_GOLD / "off_topic.txt").read_text(encoding="utf-8").splitlines()
        others = [
            *off_topic(strange, 3),
            *off_topic([q.question for q in self.xquad[1][::_EVERY]], 1),
        ]
        asked: list[tuple[str, Corpus, list[Asked]]] = [
            ("seeds", *self.seeds),
            ("off_topic", self.seeds[0], others),
            ("news", *self.news),
            ("xquad", *self.xquad),
        ]
        return [
            example
            for source, corpus, own in asked
            for example in collect(source, self.folder(corpus), corpus, own, sentences_of)
        ]
