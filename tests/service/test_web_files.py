"""The widget's script as it is served: one small file that needs nothing else."""

import gzip
import re

import pytest

from index.messages import MESSAGE_LANGUAGES, catalogue
from service.web_files import FOLDER, widget_script, words_module
from tests.service.running import Service
from tests.service.serving import Serve

MODULES = sorted(path.stem for path in (FOLDER / "widget").glob("*.js"))


def test_the_script_is_small_and_whole() -> None:
    assert len(widget_script()) <= 40_000
    script = gzip.decompress(widget_script()).decode()
    assert [name for name in MODULES if f"const ${name} = " not in script] == []
    assert re.findall(r"^(?:import|export)\b.*", script, re.MULTILINE) == []
    for language in MESSAGE_LANGUAGES:
        assert catalogue(language)["widget.thinking"] in script


def test_the_script_names_no_other_address() -> None:
    script = gzip.decompress(widget_script()).decode()
    assert set(re.findall(r"https?://[^\s\"'`)]+", script)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "sink",
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
     "DOMParser", "localStorage", "document.cookie", "setAttribute(\"style\"", "postMessage"],
)  # fmt: skip
def test_no_script_makes_markup_or_code_of_text(sink: str) -> None:
    scripts = [*FOLDER.glob("widget/*.js"), *FOLDER.glob("page/*.js")]
    assert [path.name for path in scripts if sink in path.read_text(encoding="utf-8")] == []


def test_the_service_gives_it_packed_and_plain(service: Service) -> None:
    packed = service.client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    plain = service.client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == gzip.decompress(widget_script())
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"


def test_pages_have_the_words_as_a_module(service: Service) -> None:
    served = service.client.get("/web/widget/words.js").text
    assert served == words_module()
    assert "page.about" in served


@pytest.mark.parametrize(
    "path",
    ["/", "/widget.js", "/web/widget/words.js", "/web/page/page.css", "/docs", "/docs/style.css",
     "/openapi.json", "/console/static/console.js"],
)  # fmt: skip
def test_head_gives_the_head_of_what_get_gives(serve: Serve, path: str) -> None:
    with serve() as client:
        got, head = client.get(path), client.head(path)
        assert (got.status_code, head.status_code) == (200, 200)
        assert got.content
        assert head.content == b""
        own = {"date", "x-request-id"}
        assert [pair for pair in head.headers.items() if pair[0] not in own] == [
            pair for pair in got.headers.items() if pair[0] not in own
        ]
