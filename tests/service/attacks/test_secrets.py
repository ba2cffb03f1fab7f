"""Keys, tokens and what signs them stand in no answer, no log and on no screen."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.catalog import Catalog, get_state
from service.keys import Keys
from service.settings import ServiceSettings
from tests.scripted_model import ScriptedModel, status
from tests.service.commands import yauap
from tests.service.running import Json
from tests.service.serving import Serve
from tests.service.test_keys import bearing
from tests.service.test_limits import QUESTION
from tests.service.test_widget import SITE, opened

LLM_KEY = "sk-the-key-of-the-model"


def test_no_secret_stands_in_an_answer_or_the_log(
    serve: Serve, keys: Keys, honey_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for client_of_the_test in ("httpx", "httpcore"):
        caplog.set_level("WARNING", logger=client_of_the_test)
    secret = keys.create("ours", ["ask", "read", "ingest", "admin"])[1]
    publishable = keys.create("page", ["publishable"], origins=[SITE])[1]
    with ScriptedModel() as model:
        model.script(status(401))
        settings = {"llm_base_url": model.url, "llm_model": "x", "llm_api_key": SecretStr(LLM_KEY)}
        with serve(**settings) as client:
            token = opened(client, publishable).json()["token"]
            requests: tuple[tuple[str, str, Json], ...] = (
                ("GET", "/v1/info", {}), ("POST", "/v1/ask", {"question": 5}),
                ("POST", "/v1/ask", QUESTION), ("GET", "/metrics", {}),
                ("POST", "/v1/widget/session", {"key": secret}),
                ("GET", "/v1/admin/refused", {}), ("DELETE", "/v1/documents/x", {}),
                ("GET", "/openapi.json", {}),
            )  # fmt: skip
            told = [
                client.request(method, path, content=json.dumps(body), headers={
                    **bearing(given, Origin=SITE), "Content-Type": "application/json"}).text
                for method, path, body in requests
                for given in (secret, token)
            ]  # fmt: skip
    with Catalog(honey_folder).reading() as connection:
        signing = get_state(connection, "widget_secret")
    assert signing is not None
    everything = "".join(told) + caplog.text
    for hidden in (secret[-43:], publishable[-43:], token, signing, LLM_KEY):
        assert hidden not in everything


def test_settings_do_not_show_their_secrets() -> None:
    settings = ServiceSettings(llm_api_key=SecretStr(LLM_KEY), key=SecretStr("yauap_key"))
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert LLM_KEY not in shown
        assert "yauap_key" not in shown


def test_the_command_line_shows_a_key_once(keys: Keys, honey_folder: Path) -> None:
    made = yauap("keys", "create", "ours", "--scope", "ask", data_dir=honey_folder)
    secret = made.out.strip()
    assert keys.verified(secret)
    environment = {"YAUAP_KEY": secret, "YAUAP_LLM_API_KEY": LLM_KEY}
    for command in (("keys", "list"), ("documents", "list"), ("serve", "--port", "x")):
        run = yauap(*command, data_dir=honey_folder, **environment)
        for hidden in (secret[-43:], LLM_KEY):
            assert hidden not in run.out + run.err
    with closing(sqlite3.connect(honey_folder / Catalog.FILE)) as connection:
        assert secret[-43:] not in "\n".join(connection.iterdump())
