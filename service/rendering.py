"""From what the pipeline and the catalog give to the bodies of the contract."""

from collections.abc import Sequence

from index.job_records import Item, JobRecord
from index.library import DocumentRecord
from index.messages import MessageLanguage
from index.relations import Relative, Relatives
from rag.retrieval import Hit
from rag.types import Answer, Citation
from service.schemas.asking import AnswerOut, AnswerSpanOut, AskTimings, CitationOut, GeneratorOut
from service.schemas.documents import DocumentDetailOut, RelativeOut, SectionOut
from service.schemas.jobs import JobDocumentsOut, JobErrorOut, JobItemOut, JobOut
from service.schemas.searching import HitOut, ScoresOut, SpanOut


def hit_out(hit: Hit) -> HitOut:
    """Return a hit as the contract has it."""
    passage = hit.passage
    return HitOut(
        document_id=passage.document_id,
        document_version=passage.document_version,
        chunk_id=str(passage.chunk_id),
        title=passage.title,
        url=passage.url,
        language=passage.language,
        published_at=passage.published_at,
        start=passage.span.start,
        end=passage.span.end,
        quote=passage.text,
        score=hit.score,
        scores=ScoresOut(dense=hit.dense, lexical=hit.lexical),
        highlights=[SpanOut(start=span.start, end=span.end) for span in hit.highlights],
        page=passage.place.page,
        section=passage.place.section,
        duplicates=relatives_out(hit.relatives.duplicates),
        translations=relatives_out(hit.relatives.translations),
    )


def relatives_out(relatives: Sequence[Relative]) -> list[RelativeOut]:
    """Return what belongs to a document."""
    return [
        RelativeOut(
            document_id=relative.document_id,
            title=relative.title,
            language=relative.language,
            url=relative.url,
            certain=relative.certain,
        )
        for relative in relatives
    ]


def hits_out(hits: Sequence[Hit]) -> list[HitOut]:
    """Return hits as the contract has them."""
    return [hit_out(hit) for hit in hits]


def citation_out(citation: Citation) -> CitationOut:
    """Return a citation as the contract has it."""
    return CitationOut(
        number=citation.number,
        document_id=citation.document_id,
        document_version=citation.document_version,
        title=citation.title,
        url=citation.url,
        language=citation.language,
        published_at=citation.published_at,
        start=citation.span.start,
        end=citation.span.end,
        quote=citation.quote,
        before=citation.before,
        after=citation.after,
        page=citation.place.page,
        section=citation.place.section,
        translations=relatives_out(citation.translations),
    )


def answer_out(answer: Answer) -> AnswerOut:
    """Return an answer as the contract has it."""
    return AnswerOut(
        id=answer.id,
        question=answer.question,
        language=answer.language,
        answered=answer.answered,
        answer=answer.text,
        answer_spans=[
            AnswerSpanOut(start=s.span.start, end=s.span.end, citations=list(s.citations))
            for s in answer.spans
        ],
        confidence=round(answer.confidence, 4),
        reason=answer.reason,
        citations=[citation_out(citation) for citation in answer.citations],
        related=hits_out(answer.related),
        sources=hits_out(answer.sources),
        generator=GeneratorOut(
            kind=answer.generator.kind,
            model=answer.generator.model,
            degraded=answer.generator.degraded,
        ),
        index_version=answer.index_version,
        timings_ms=AskTimings(
            retrieve=round(answer.retrieve_ms, 3),
            answer=round(answer.answer_ms, 3),
            total=round(answer.retrieve_ms + answer.answer_ms, 3),
        ),
    )


def document_out(record: DocumentRecord, relatives: Relatives | None = None) -> DocumentDetailOut:
    """Return a document as the contract has it, with what belongs to it where that is known."""
    relatives = relatives or Relatives()
    return DocumentDetailOut(
        id=record.id,
        title=record.title,
        language=record.language,
        version=record.version,
        characters=record.characters,
        chunks=record.chunks,
        url=record.url,
        published_at=record.published_at,
        source=record.source,
        updated_at=record.updated_at,
        sha256=record.sha256,
        metadata=record.metadata,
        translation_of=record.translation_of,
        sections=[SectionOut(start=start, title=title) for start, title in record.sections],
        duplicates=relatives_out(relatives.duplicates),
        translations=relatives_out(relatives.translations),
    )


def job_out(job: JobRecord, language: MessageLanguage) -> JobOut:
    """Return a job as the contract has it, its reasons in ``language``."""
    return JobOut.model_validate(
        {
            "id": job.id,
            "state": job.state,
            "documents": JobDocumentsOut(
                total=job.total,
                done=job.done,
                added=job.added,
                updated=job.updated,
                unchanged=job.unchanged,
                failed=job.failed,
            ),
            "errors": [
                JobErrorOut(index=e.index, document=e.document, reason=e.reason(language))
                for e in job.errors
            ],
            "index_version": job.index_version,
            "created_at": job.created_at,
            "finished_at": job.finished_at,
            "ready": job.ready,
            "chunks": job.chunks,
            "seconds_left": job.seconds_left,
        }
    )


def job_item_out(item: Item, language: MessageLanguage) -> JobItemOut:
    """Return a document of a job as the contract has it; a reason only where it failed."""
    told = {"index": item.index, "id": item.document, "state": item.state}
    if item.error is not None:
        told["reason"] = item.error.reason(language)
    return JobItemOut.model_validate(told)
