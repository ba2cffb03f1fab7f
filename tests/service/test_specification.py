"""Schemathesis sends what the specification allows and what it does not; see what comes back.

No answer is a server error, and every answer has a status, a type and a body that the specification
names. ``SPECIFICATION_CASES`` says how many cases each operation gets.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.app import create_app
from service.settings import ServiceSettings
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.service.serving import HONEY, served

CASES = int(os.environ.get("SPECIFICATION_CASES", "30"))
_STREAMED = ("/v1/ask", "/v1/chat/completions")
_CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The specification of a running service."""
    data = tmp_path_factory.mktemp("specified") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
        ingest(fake_folder(data, chunk_tokens=192), *HONEY)
        app = create_app(ServiceSettings(data_dir=data, min_confidence=0))
        with served(app) as client:
            yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")


# Schemathesis leaves it to the collector to close its connections.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_answer_is_as_specified(specification: Any) -> None:
    operations = [found.ok() for found in specification.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        others = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=allowed | others)
        def answered(case: Any) -> None:
            if case.path in _STREAMED and isinstance(case.body, dict):
                case.body.pop("stream", None)  # events are checked elsewhere
            case.call_and_validate(checks=_CHECKS, headers={"Accept": "application/json"})

        answered()
