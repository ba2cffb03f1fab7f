"""What went wrong with a question, named for whoever reads the failures."""

from eval.records import Record

REFUSED = "refused though answerable"
INVENTED = "answered though unanswerable"
MISSED = "evidence not cited"
WORDS = "answer not in its words"
CITATION = "citation breaks the contract"
LANGUAGE = "wrong language"

FAULTS = (REFUSED, INVENTED, MISSED, WORDS, CITATION, LANGUAGE)


def faults_of(record: Record) -> list[str]:
    """Return what is wrong with a record; empty where all is well.

    Right evidence of which neither quote nor answer says an accepted answer is a fault of words.
    """
    faults = []
    if record.answerable and not record.answered:
        faults.append(REFUSED)
    if record.answered and not record.answerable:
        faults.append(INVENTED)
    if record.answerable and record.answered and not record.right:
        faults.append(MISSED)
    if record.right and not (_part(record, "match_own_words") or _part(record, "match_quotes")):
        faults.append(WORDS)
    if record.invalid:
        faults.append(CITATION)
    if "answer_language" in record.scores and not _part(record, "answer_language"):
        faults.append(LANGUAGE)
    return faults


def _part(record: Record, measure: str) -> float:
    return record.scores[measure][0]
