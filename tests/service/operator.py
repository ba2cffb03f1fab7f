"""The console as a browser without a script sees it."""

from dataclasses import dataclass
from typing import Any

import httpx
from lxml import html

from tests.service.commands import wait_for


def text_of(node: Any) -> str:
    """Return what a node says, in one line."""
    return " ".join(node.text_content().split())


@dataclass
class Console:
    """Pages and forms over a client that keeps cookies."""

    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Return the answer to a request for a page, as it comes."""
        return self.client.get(f"/console{path}", headers=headers)

    def page(self, path: str, status: int = 200, language: str = "en") -> Any:
        """Return a page as a tree, asked for by a browser of this language."""
        headers = {"Accept-Language": language}
        response = self.client.get(f"/console{path}", headers=headers, follow_redirects=True)
        assert response.status_code == status, response.text
        return parsed(response)

    def token(self) -> str:
        """Return what the forms of this session carry."""
        found = self.page("/sign-in").xpath("//input[@name='form_token']/@value")
        return str(found[0])

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form of this session."""
        data = {"form_token": self.token(), **(fields or {})}
        return self.client.post(f"/console{path}", data=data, **more)

    def done(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send a form and return the page that it leads to."""
        response = self.post(path, fields, follow_redirects=True, **more)
        assert response.status_code == 200, response.text
        return parsed(response)

    def sign_in(self, secret: str) -> httpx.Response:
        """Send the form that asks for the key."""
        return self.post("/sign-in", {"key": secret})

    def finished_job(self, path: str) -> Any:
        """Return the page of a job once it is finished."""

        wait_for(lambda: not self.page(path).xpath("//*[@data-events]"), f"the job at {path}")
        return self.page(path)


def parsed(response: httpx.Response) -> Any:
    """Return a page as a tree, after a look at what every page must be."""
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    tree: Any = html.document_fromstring(response.content)
    assert tree.get("lang") in ("ba", "ru", "en")
    assert len(tree.xpath("//h1")) == 1
    # Nothing acts but our one script, and nothing is dressed but by our one style sheet.
    assert tree.xpath("//script/@src") == ["/console/static/console.js"]
    assert not tree.xpath("//script[text()] | //style | //*[@style] | //iframe | //object")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    for name in ("href", "src", "action"):
        for url in map(str, tree.xpath(f"//@{name}")):
            assert url.startswith(("/console", "?", "#", "http://", "https://")) or url == "data:,"
    return tree
