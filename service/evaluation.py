"""The latest evaluation whose run lies in the data folder, under ``runs/``."""

from pathlib import Path

from eval.errors import RunMismatch
from eval.metrics import Figure
from eval.report import render_report
from eval.runs import Run, RunFolder
from index.errors import NotFound
from service.schemas.admin import EvaluationOut, FigureOut

RUNS = "runs"


def latest_run(data_dir: Path) -> Run:
    """Return the run that was begun last, of those that are finished. Raises NotFound."""
    begun = []
    for path in (data_dir / RUNS).glob("*"):
        folder = RunFolder(path)
        try:
            begun.append((folder.config().created_at, path.name, folder))
        except (RunMismatch, OSError):
            continue  # another thing, or a run that never began
    for _, _, folder in sorted(begun, key=lambda run: run[:2], reverse=True):
        try:
            return folder.read()
        except (RunMismatch, OSError):
            continue  # not finished
    raise NotFound("evaluation.none")


def evaluation_out(run: Run) -> EvaluationOut:
    """Return a run as the API tells of it."""
    return EvaluationOut(
        name=run.config.name,
        created_at=run.config.created_at,
        commit=run.config.commit,
        index_version=run.index.get("index_version"),
        documents=run.config.documents,
        questions=run.metrics.questions,
        answerable=run.metrics.answerable,
        slices={
            name: {measure: _figure(figure) for measure, figure in figures.items()}
            for name, figures in run.metrics.slices.items()
        },
    )


def evaluation_report(run: Run) -> str:
    """Return the report of a run, an HTML file that stands alone."""
    return render_report(run)


def _figure(figure: Figure) -> FigureOut:
    rate = figure.rate
    return FigureOut(
        questions=figure.questions,
        part=figure.part,
        whole=figure.whole,
        value=None if rate is None else rate.value,
        low=None if rate is None else rate.low,
        high=None if rate is None else rate.high,
    )
