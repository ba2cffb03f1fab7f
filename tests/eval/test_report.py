import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.faults import CITATION, INVENTED, LANGUAGE, MISSED, REFUSED, WORDS, faults_of
from eval.records import POOLED, Passage
from eval.report import render_report, write_report
from eval.runs import Run
from eval.statistics import Interval
from index.documents import Document
from index.text.sentences import sentence_spans
from index.text.spans import Span
from tests.eval.toy import Json, TownSystem, hit

Judged = Callable[[type[TownSystem], int], Run]

HOSTILE = "\"><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>{{ 7*7 }}&lt;|x"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Careless(TownSystem):
    """Answers everything, half of the time from beside the evidence."""

    def answers(self, question: str) -> bool:
        return True

    def cited(self, town: Document) -> Json:
        return hit(town, sentence_spans(town.text)[2 if "3" in town.id else 5])


class Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def hostile(judged: Judged) -> Run:
    """A run in which everything that comes from outside is an attack."""
    run = judged(Careless, 35)
    bad = Passage(HOSTILE, 0, 5, HOSTILE)
    records = [
        replace(
            record,
            id=f"{record.id}{HOSTILE}",
            question=HOSTILE,
            understood=f"{HOSTILE}?",
            answer=HOSTILE,
            answers=[HOSTILE],
            reason=HOSTILE,
            near_document_id=HOSTILE,
            document_language=HOSTILE,
            history=[*record.history],
            expected=[bad for _ in record.expected],
            cited=[bad],
            invalid=[1],
            found=[bad],
        )
        for record in run.records
    ]
    index = {"model": HOSTILE, HOSTILE: {"nested": HOSTILE}}
    return replace(run, records=records, index=index)


def test_the_page_stands_alone(judged: Judged) -> None:
    page = Page(render_report(judged(Careless, 35)))
    assert page.tags.count("script") == 1
    links = [value for name, value in page.attributes if name in ("src", "href", "srcset")]
    assert links == ["data:,"]
    assert "url(" not in "".join(page.texts)
    assert "@import" not in "".join(page.texts)


def test_hostile_text_stays_text(hostile: Run) -> None:
    page = Page(render_report(hostile))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert any(HOSTILE in text for text in page.texts)
    assert "49" not in [text.strip() for text in page.texts]
    policy = next(value for _, value in page.attributes if value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


def test_the_editors_are_told_in_their_languages(judged: Judged) -> None:
    html = render_report(judged(TownSystem, 35))
    assert 'lang="ba"' in html
    assert "100\u00a0% (90–100\u00a0%)" in html
    assert "Коротко для редактора" in html
    few = render_report(judged(TownSystem, 3))
    assert "3 / 3" in few


def test_almost_all_is_not_called_all(judged: Judged) -> None:
    run = judged(TownSystem, 35)
    figure = run.metrics.slices[POOLED]["answer_language"]
    almost = replace(figure, rate=Interval(0.996, 0.98, 1.0))
    slices = {POOLED: {**run.metrics.slices[POOLED], "answer_language": almost}}
    html = render_report(replace(run, metrics=replace(run.metrics, slices=slices)))
    assert "99,60\u00a0% (98–100\u00a0%)" in html


def test_a_dirty_tree_is_seen(judged: Judged) -> None:
    run = judged(TownSystem, 2)
    config = replace(run.config, commit="c0ffee-dirty-12345678")
    assert 'class="dirty"' in render_report(replace(run, config=config))
    assert 'class="dirty"' not in render_report(run)


def test_a_run_without_failures_or_answers_is_drawn(judged: Judged) -> None:
    class RefusesAll(TownSystem):
        def answers(self, question: str) -> bool:
            return False

    assert "None." in render_report(judged(TownSystem, 2))
    assert "refused though answerable" in render_report(judged(RefusesAll, 2))


def test_faults_are_named(judged: Judged) -> None:
    class SaysNothing(TownSystem):
        def words(self, cited: Json) -> str:
            return f"This is what the document tells: «{cited['quote']}» [1]"

        def cited(self, town: Document) -> Json:
            start = sentence_spans(town.text)[2].start
            return hit(town, Span(start, start + 14))

    class RefusesAll(TownSystem):
        def answers(self, question: str) -> bool:
            return False

    class Invents(TownSystem):
        def cited(self, town: Document) -> Json:
            return super().cited(town) | {"quote": "В городе живут 7 человек."}

    def faults(kind: type[TownSystem]) -> list[list[str]]:
        return [faults_of(record) for record in judged(kind, 1).records]

    assert faults(TownSystem) == [[], []]
    assert faults(RefusesAll) == [[REFUSED], []]
    assert faults(Careless) == [[MISSED], [INVENTED]]
    assert faults(Invents) == [[MISSED, CITATION], []]
    assert faults(SaysNothing) == [[WORDS, LANGUAGE], []]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [360, 1280])
def test_in_a_browser(hostile: Run, tmp_path: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    write_report(hostile, tmp_path / "report.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        requested: list[str] = []
        told: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("window.pwned") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        total = page.locator("article.failure").count()
        assert total == 70
        page.select_option("select[name=fault]", INVENTED)
        assert page.locator("article.failure:visible").count() == 35
        assert page.inner_text("#shown") == f"35 of {total} shown"
        page.fill("input[name=words]", 'no-1"')
        assert page.locator("article.failure:visible").count() == 1
        page.locator("table.heat td.rate").first.click()
        assert "pooled" in page.inner_text("#cell")
        browser.close()
    assert requested == [(tmp_path / "report.html").as_uri()]
    assert told == []
