"""The errors: one tree, and a sentence in each language for every one that is raised."""

import json

from index import errors
from index.errors import InvalidDocument, Unavailable, YauapError
from index.messages import MESSAGE_LANGUAGES

TREE = {
    "InvalidInput": "YauapError",
    "InvalidDocument": "InvalidInput",
    "InvalidSetting": "InvalidInput",
    "NotFound": "YauapError",
    "Gone": "NotFound",
    "Conflict": "YauapError",
    "SnapshotMismatch": "Conflict",
    "Damaged": "YauapError",
    "Unavailable": "YauapError",
    "CannotWrite": "Unavailable",
    "NoWorkers": "Unavailable",
    "Unreachable": "Unavailable",
}


def test_the_tree_is_as_its_module_draws_it() -> None:
    defined = {
        name: kind.__bases__[0].__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, YauapError) and kind is not YauapError
    }

    assert defined == TREE
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in TREE)


def test_an_error_is_said_in_each_language() -> None:
    error = Unavailable("model.not_found", model="x/y")

    said = {language: error.in_language(language) for language in MESSAGE_LANGUAGES}

    assert all("x/y" in sentence for sentence in said.values())
    assert len(set(said.values())) == 3
    assert str(error) == said["en"]


def test_why_a_document_failed_can_be_kept_beside_it() -> None:
    error = InvalidDocument("document.too_large", document="a", limit=5)

    kept = json.loads(error.to_json())

    assert kept == {"key": "document.too_large", "values": {"limit": 5}}
    assert str(InvalidDocument(kept["key"], **kept["values"])) == str(error)


def test_what_stopped_a_job_can_fail_its_documents() -> None:
    error = Unavailable("model.not_found", model="x/y")

    failed = InvalidDocument.because(error)

    assert (failed.key, failed.values, failed.document) == (error.key, error.values, None)
    assert str(failed) == str(error)
