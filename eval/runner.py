"""The run: every gold question asked, judged and recorded, then the figures.

A run that was cut short goes on where it was when started again with the same arguments.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.citations import is_valid
from eval.corpora import fingerprint
from eval.datasets import read_gold
from eval.evidence import Corpus, GoldSpan
from eval.judging import judge
from eval.metrics import compute_metrics
from eval.provenance import commit, now
from eval.ranking import DEPTH
from eval.records import Passage, Record
from eval.responses import Hit, read_answer, read_hits
from eval.runs import Config, GoldFile, Run, RunFolder
from eval.system import System
from eval.tasks import Options, Task, prepare

Progress = Callable[[int, int], None]
"""Told how many questions are done, of how many."""


def run(
    system: System,
    gold: Sequence[Path],
    corpus: Corpus,
    out: Path,
    options: Options,
    progress: Progress = lambda done, total: None,
) -> Run:
    """Ask ``system``, which holds ``corpus``, the questions of ``gold``; keep the run in ``out``.

    Raises InvalidGold, before anything is asked, with every fault of the gold files; RunMismatch
    where ``out`` holds something else; SystemFailed where the system gives no usable response. What
    was answered until then is kept.
    """
    questions = read_gold(gold)
    tasks = prepare(questions, corpus, options)
    files = [_gold_file(path) for path in gold]
    config = Config(now(), commit(), files, len(corpus), fingerprint(corpus), options)
    folder = RunFolder(out)
    done = {record.id: record for record in folder.open(config, system.info())}
    for number, task in enumerate(tasks):
        progress(number, len(tasks))
        if task.question.id not in done:
            record = ask_and_judge(system, task, corpus, options)
            folder.append(record)
            done[record.id] = record
    progress(len(tasks), len(tasks))
    return folder.finish(compute_metrics([done[question.id] for question in questions]))


def ask_and_judge(system: System, task: Task, corpus: Corpus, options: Options) -> Record:
    """Ask one question, search for it as it was understood, and judge both."""
    answer = read_answer(system.ask(task.ask_request(options)))
    hits = read_hits(system.search(task.search_request(answer.question)))
    question = task.question
    return Record(
        id=question.id,
        file=question.file,
        question=question.text,
        history=question.history,
        language=question.language,
        document_language=task.document_language,
        kind=question.kind,
        hard=question.hard,
        noisy=question.noisy,
        answerable=question.answerable,
        near_document_id=question.near_document_id,
        answers=question.answers,
        expected=[_expected(place, corpus) for place in task.gold],
        understood=answer.question,
        answered=answer.answered,
        answer=answer.text,
        confidence=answer.confidence,
        reason=answer.reason,
        cited=[_passage(hit) for hit in answer.citations],
        invalid=[
            number
            for number, citation in enumerate(answer.citations, 1)
            if not is_valid(citation, corpus)
        ],
        found=[_passage(hit) for hit in hits[:DEPTH]],
        timings_ms=answer.timings_ms,
        scores=judge(question, task.gold, answer, hits, corpus),
    )


def _passage(hit: Hit) -> Passage:
    return Passage(hit.document_id, hit.span.start, hit.span.end, hit.quote)


def _expected(place: GoldSpan, corpus: Corpus) -> Passage:
    quote = place.span.of(corpus[place.document_id].text)
    return Passage(place.document_id, place.span.start, place.span.end, quote)


def _gold_file(path: Path) -> GoldFile:
    content = path.read_bytes()
    questions = sum(1 for line in content.split(b"\n") if line.strip())
    return GoldFile(path.name, hashlib.sha256(content).hexdigest(), questions)
