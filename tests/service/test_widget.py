"""Widget sessions: a token that can only ask, from the site it was given to, for a short while."""

import time
from collections.abc import Callable

import httpx
import jwt
import pytest

from service.keys import Keys
from service.schemas.filters import FiltersIn
from tests.service.serving import Serve
from tests.service.test_keys import REQUESTS, bearing
from tests.service.test_limits import QUESTION
from tests.service.test_problems import require_problem

SITE = "https://library.example"
OTHER = "https://other.example"


@pytest.fixture
def publishable(keys: Keys) -> str:
    """A publishable key that sees what is public."""
    filters = FiltersIn(source=["public"])
    return keys.create("page", ["publishable"], filters=filters, origins=[SITE])[1]


def opened(client: httpx.Client, key: str, origin: str | None = SITE) -> httpx.Response:
    headers = {} if origin is None else {"Origin": origin}
    return client.post("/v1/widget/session", json={"key": key}, headers=headers)


def test_a_session_asks_and_does_nothing_else(serve: Serve, publishable: str) -> None:
    with serve() as client:
        session = opened(client, publishable)
        assert session.headers["access-control-allow-origin"] == SITE
        told = session.json()
        assert set(told) == {"token", "expires_at"}
        assert told["expires_at"].endswith("Z")
        headers = bearing(told["token"], Origin=SITE)
        answer = client.post("/v1/ask", json=QUESTION, headers=headers)
        assert answer.status_code == 200
        assert '"closed"' not in answer.text  # the filters of its key hold
        body = {"answer_id": answer.json()["id"], "rating": 1}
        assert client.post("/v1/feedback", json=body, headers=headers).status_code == 204
        for _, method, path, content in REQUESTS:
            if path != "/v1/ask":
                refused = client.request(method, path, json=content, headers=headers)
                require_problem(refused, "forbidden")


def test_a_token_replayed_elsewhere_is_refused(serve: Serve, publishable: str) -> None:
    with serve() as client:
        token = opened(client, publishable).json()["token"]
        for elsewhere in ({"Origin": OTHER}, {}, {"Origin": "null"}, {"Origin": SITE + ".org"}):
            response = client.post("/v1/ask", json=QUESTION, headers=bearing(token, **elsewhere))
            require_problem(response, "forbidden")


def test_a_session_opens_for_its_key_and_site_alone(
    serve: Serve,
    keys: Keys,
    publishable: str,
) -> None:
    ask = keys.create("ask", ["ask"])[1]
    with serve() as client:
        for key, origin, name in (
            (publishable, OTHER, "forbidden"),
            (publishable, None, "forbidden"),
            (ask, SITE, "forbidden"),
            ("nonsense", SITE, "unauthorized"),
            (publishable[:-1], SITE, "unauthorized"),
        ):
            require_problem(opened(client, key, origin), name)


def test_a_session_ends_with_its_key(serve: Serve, keys: Keys, publishable: str) -> None:
    with serve() as client:
        token = opened(client, publishable).json()["token"]
        keys.revoke(keys.list()[0].id)
        response = client.post("/v1/ask", json=QUESTION, headers=bearing(token, Origin=SITE))
        require_problem(response, "unauthorized")


Forge = Callable[[dict[str, object]], str]
_FORGED: dict[str, Forge] = {
    "no signature": lambda claims: jwt.encode(claims, "", "none"),
    "own secret": lambda claims: jwt.encode(claims, "s" * 64, "HS256"),
    "public id": lambda claims: jwt.encode(claims, str(claims["sub"]) * 4, "HS256"),
}


@pytest.mark.parametrize("forge", _FORGED.values(), ids=_FORGED)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_forged_token_is_none(serve: Serve, keys: Keys, publishable: str, forge: Forge) -> None:
    with serve() as client:
        true = opened(client, publishable).json()["token"]
        claims = jwt.decode(true, options={"verify_signature": False})
        assert claims["sub"] == keys.list()[0].id
        head, body, signature = true.split(".")
        for token in (forge(claims), f"{head}.{body}.", f"{head}.{body}.{signature[:-2]}AA", body):
            response = client.post("/v1/ask", json=QUESTION, headers=bearing(token, Origin=SITE))
            require_problem(response, "unauthorized")


def test_a_session_is_short(
    serve: Serve, publishable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with serve(widget_seconds=60) as client:
        monkeypatch.setattr("service.widget.time.time", lambda: now - 61)
        token = opened(client, publishable).json()["token"]
        response = client.post("/v1/ask", json=QUESTION, headers=bearing(token, Origin=SITE))
        require_problem(response, "unauthorized")


def test_a_session_has_its_own_quota(serve: Serve, publishable: str) -> None:
    with serve(rate_per_session="3/hour") as client:
        first, second = (opened(client, publishable).json()["token"] for _ in range(2))
        for token, statuses in ((first, [200, 200, 200, 429]), (second, [200])):
            headers = bearing(token, Origin=SITE)
            for status in statuses:
                response = client.post("/v1/ask", json=QUESTION, headers=headers)
                assert response.status_code == status
        assert opened(client, publishable).status_code == 200
        require_problem(opened(client, publishable), "too-many-requests")
