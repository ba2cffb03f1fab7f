"""What the service tells of itself has the fields of the contract."""

from tests.service.contract import Answer, Citation, Hit, Information, Status, checked
from tests.service.running import Service


def test_information_has_exactly_its_fields(service: Service) -> None:
    told = checked(Information, service.client.get("/v1/info").json())
    listed = service.client.get("/v1/documents").json()["items"]
    assert told.counts.documents == len(listed) == sum(told.counts.by_language.values())
    assert told.counts.chunks == sum(item["chunks"] for item in listed)
    assert told.limits.question_characters == 2000


def test_health_and_readiness_have_exactly_their_field(service: Service) -> None:
    assert checked(Status, service.client.get("/healthz").json()).status == "ok"
    assert checked(Status, service.readiness().json()).status == "ready"


def test_the_description_of_the_interface_names_what_there_is(service: Service) -> None:
    described = service.client.get("/openapi.json").json()
    assert {
        "/v1/ask",
        "/v1/search",
        "/v1/documents",
        "/v1/documents/{document_id}",
        "/v1/documents/{document_id}/text",
        "/v1/jobs/{job_id}",
        "/v1/info",
        "/healthz",
        "/readyz",
    } <= set(described["paths"])
    schemas = described["components"]["schemas"]
    for name, shape in (("AnswerOut", Answer), ("HitOut", Hit), ("CitationOut", Citation)):
        assert set(schemas[name]["properties"]) == set(shape.model_fields)
