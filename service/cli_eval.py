"""``yauap eval``: measuring a version or a deployment against gold questions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli_options import DataDir, Url
from service.words import say

if TYPE_CHECKING:
    from eval.evidence import Corpus
    from eval.system import System

commands = typer.Typer(help=say("help_eval"), no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", help=say("help_out"))]
CorpusPaths = Annotated[list[Path], typer.Option("--corpus", help=say("help_corpus"))]
FilterLanguage = Annotated[bool, typer.Option("--filter-language", help=say("help_filter"))]


@commands.command("run", help=say("help_eval_run"))
def run_gold(
    gold: list[Path],
    corpus: CorpusPaths,
    out: Out,
    url: Url = None,
    filter_language: FilterLanguage = False,
    gate: Annotated[bool, typer.Option("--gate", help=say("help_gate"))] = False,
    keep: Annotated[bool, typer.Option("--keep", help=say("help_keep"))] = False,
    data_dir: DataDir = None,
) -> None:
    """Ask the gold questions, keep the run, write its report."""
    from eval.corpora import read_corpus
    from eval.floors import check_floors, keep_reference
    from eval.report import write_report
    from eval.runner import run
    from eval.tasks import Options
    from eval.trend import keep_summary
    from service.terminal import bar, notes

    documents = read_corpus(corpus)
    system = _system(documents, url, data_dir)
    with bar(say("asking")) as update:
        done = run(system, gold, documents, out, Options(filter_language=filter_language), update)
    report = out / "report.html"
    write_report(done, report)
    notes.print(say("report", path=report))
    if keep:
        keep_summary(done)
        keep_reference(done)
    breaches = check_floors(done) if gate else []
    for breach in breaches:
        notes.print(str(breach), style="red")
    if breaches:
        raise typer.Exit(1)


@commands.command("compare", help=say("help_eval_compare"))
def compare_runs(before: Path, after: Path) -> None:
    """Compare two runs on the questions they share."""
    from eval.compare import compare, comparison_as_text
    from eval.runs import RunFolder
    from service.terminal import out

    out.print(comparison_as_text(compare(RunFolder(before).read(), RunFolder(after).read())))


@commands.command("trend", help=say("help_eval_trend"))
def show_trend() -> None:
    """Draw how the figures of the kept runs went."""
    from eval.trend import read_history, trend_as_text
    from service.terminal import out

    out.print(trend_as_text(read_history()))


@commands.command("retrieval", help=say("help_eval_retrieval"))
def retrieval(corpora: Path, out: Out, url: Url = None, data_dir: DataDir = None) -> None:
    """Find the bodies of headlines, in four directions and without a filter."""
    from eval.headlines import read_benchmark
    from eval.retrieval_benchmark import benchmark_as_text, run_benchmark, write_benchmark
    from service.terminal import bar
    from service.terminal import out as screen

    benchmark = read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl",
        corpora / "distractors" / "distractors.jsonl",
    )
    system = _system(benchmark.corpus, url, data_dir)
    with bar(say("asking")) as update:
        report = run_benchmark(system, benchmark, update)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_benchmark(report, out)
    screen.print(benchmark_as_text(report))


@commands.command("paragraphs", help=say("help_eval_paragraphs"))
def paragraphs(corpora: Path, out: Out, url: Url = None, data_dir: DataDir = None) -> None:
    """Find the paragraphs of reading comprehension questions."""
    from eval.fitting.examples import xquad_questions
    from eval.paragraphs import find_paragraphs, write_paragraph_report
    from service.terminal import bar
    from service.terminal import out as screen

    corpus, asked = xquad_questions(corpora / "xquad_ru" / "xquad_ru.dev.jsonl")
    system = _system(corpus, url, data_dir)
    with bar(say("asking")) as update:
        report = find_paragraphs(system, corpus, asked, update)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_paragraph_report(report, out)
    for name, figure in report.figures.items():
        screen.print(f"{name:<12} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]")


def _system(corpus: "Corpus", url: str | None, data_dir: Path | None) -> "System":
    if url is not None:
        from eval.remote import RemoteSystem
        from service.opening import open_settings

        key = open_settings(None).key
        return RemoteSystem(url, key.get_secret_value() if key else None)
    from eval.corpora import corpus_folder
    from service.judged import LocalSystem
    from service.opening import open_settings
    from service.terminal import job_bar

    settings = open_settings(data_dir)
    folder = corpus_folder(settings.data_dir, corpus)
    system = LocalSystem(open_settings(folder))
    with job_bar() as progress:
        system.hold(corpus.values(), progress)
    return system
