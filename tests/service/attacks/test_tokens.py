"""Forged keys and tokens open nothing."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from index.catalog import Catalog, get_state
from service.keys import Keys
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_limits import QUESTION
from tests.service.test_problems import require_problem
from tests.service.test_widget import SITE, opened

Claims = dict[str, object]


def unsigned(head: Claims, claims: Claims, signature: str = "") -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (head, claims))
    return ".".join([*(part.decode().rstrip("=") for part in parts), signature])


FORGED: dict[str, Callable[[Claims], str]] = {
    "none": lambda c: unsigned({"alg": "none"}, c),
    "None": lambda c: unsigned({"alg": "None", "typ": "JWT"}, c),
    "another algorithm": lambda c: jwt.encode(c, "s" * 64, "HS512"),
    "a public key": lambda c: unsigned({"alg": "RS256"}, c, "AAAA"),
    "a key of its own": lambda c: unsigned({"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}, c),
    "a key elsewhere": lambda c: unsigned({"alg": "HS256", "jku": "http://evil.example"}, c, "A"),
    "a path as key": lambda c: unsigned({"alg": "HS256", "kid": "../../dev/null"}, c),
    "an empty secret": lambda c: jwt.encode(c, " ", "HS256"),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_signed_in_another_way_is_none(
    serve: Serve, keys: Keys, forge: Callable[[Claims], str]
) -> None:
    publishable = keys.create("page", ["publishable"], origins=[SITE])[1]
    with serve() as client:
        token = opened(client, publishable).json()["token"]
        claims: Claims = jwt.decode(token, options={"verify_signature": False})
        headers = bearing(forge(claims), Origin=SITE)
        require_problem(client.post("/v1/ask", json=QUESTION, headers=headers), "unauthorized")


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1},
        {"exp": "never"},
        {"exp": None},
        {"aud": "admin"},
        {"aud": None},
        {"sub": "000000000000"},
        {"sub": "' OR 1=1 --"},
        {"sub": None},
        {"sub": {"$ne": ""}},
        {"org": None},
        {"jti": None},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
def test_even_with_the_secret_every_claim_must_hold(
    serve: Serve, keys: Keys, honey_folder: Path, change: Claims
) -> None:
    key, publishable = keys.create("page", ["publishable"], origins=[SITE])
    with serve() as client:
        opened(client, publishable)
        with Catalog(honey_folder).reading() as connection:
            secret = get_state(connection, "widget_secret")
        assert secret is not None
        whole: Claims = {"sub": key.id, "aud": "widget", "org": SITE, "jti": "x",
                         "exp": int(time.time()) + 60}  # fmt: skip

        def asked(claims: Claims) -> int:
            token = jwt.encode({k: v for k, v in claims.items() if v is not None}, secret, "HS256")
            headers = bearing(token, Origin=SITE)
            return client.post("/v1/ask", json=QUESTION, headers=headers).status_code

        assert asked(whole) == 200
        if change.get("sub") != {"$ne": ""} and change != {"exp": "never"}:
            assert asked({**whole, **change}) == 401
            return
        token = unsigned({"alg": "HS256"}, {**whole, **change}, "AAAA")
        headers = bearing(token, Origin=SITE)
        assert client.post("/v1/ask", json=QUESTION, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "scheme", ["Bearer", "bearer", "BEARER", "Basic", "Token", "Bearer Bearer"]
)
def test_a_key_is_no_token_and_a_token_no_key(serve: Serve, keys: Keys, scheme: str) -> None:
    publishable = keys.create("page", ["publishable"], origins=[SITE])[1]
    key = keys.create("reader", ["read"])[1]
    with serve() as client:
        token = opened(client, publishable).json()["token"]
        for given, path in ((token, "/v1/documents"), (publishable, "/v1/documents")):
            headers = {"Authorization": f"{scheme} {given}", "Origin": SITE}
            assert client.get(path, headers=headers).status_code in (401, 403)
        headers = {"Authorization": f"{scheme} {key}"}
        expected = 200 if scheme.lower() == "bearer" else 401
        assert client.get("/v1/documents", headers=headers).status_code == expected
        for place in (f"/v1/documents?key={key}", f"/v1/documents?access_token={key}"):
            assert client.get(place, headers={"X-Api-Key": key}).status_code == 401
