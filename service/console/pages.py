"""Pages from templates: everything in them is text unless the template itself is markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index.messages import MESSAGE_LANGUAGES, MessageLanguage, message, preferred_language
from service.console.sessions import Session, Sessions

ROOT = "/console"
LANGUAGE_COOKIE = "yauap_console_language"

# Each with its address below the root; its name is that of its word.
NAVIGATION = (
    ("documents", "/documents"),
    ("ask", "/ask"),
    ("jobs", "/jobs"),
    ("feedback", "/feedback"),
    ("refused", "/refused"),
    ("keys", "/keys"),
    ("index", ""),
    ("evaluation", "/evaluation"),
)

# As each language calls itself.
NAMES = {"ba": "Башҡортса", "ru": "Русский", "en": "English"}

_FOLDER = Path(__file__).parent
_YEAR_SECONDS = 31_536_000
_Kept = TypeVar("_Kept", HTMLResponse, RedirectResponse)


def page_language(request: Request) -> MessageLanguage:
    """Return the language of the page: as just chosen, as chosen before, or as the browser's."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for language in MESSAGE_LANGUAGES:
            if chosen == language:
                return language
    return preferred_language(request.headers.get("accept-language", ""))


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one request: its language, its session, and whether all of them are open."""

    request: Request
    language: MessageLanguage
    session: Session
    sessions: Sessions

    def show(self, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
        """Return a page made from ``templates/NAME.html.j2``."""
        open_to = self.sessions.may_operate(self.session)
        text = _environment().get_template(f"{template}.html.j2").render(
            **values,
            say=self.say,
            language=self.language,
            form_token=self.sessions.form_token(self.session),
            navigation=NAVIGATION if open_to else (),
            here=self.request.url.path.removeprefix(ROOT),
            signed_in=bool(self.session.key_id),
            languages=[(one, NAMES[one], self._in(one)) for one in MESSAGE_LANGUAGES],
        )  # fmt: skip
        return self._kept(HTMLResponse(text, status_code=status_code))

    def go(self, path: str, **query: str) -> RedirectResponse:
        """Return the way to another page of the console, to be fetched anew."""
        return self._kept(RedirectResponse(address(path, query), status_code=303))

    def say(self, key: str, **values: object) -> str:
        """Return a message in the page's language."""
        return message(key, self.language, **values)

    def _in(self, language: MessageLanguage) -> str:
        """Return the address of this page in another language."""
        if self.request.method != "GET":  # what was sent is not sent again
            return address("", {"lang": language})
        return f"?{urlencode({**self.request.query_params, 'lang': language})}"

    def _kept(self, response: _Kept) -> _Kept:
        secure = self.request.url.scheme == "https"
        token = self.sessions.token(self.session)
        response.set_cookie(
            self.session.cookie, token, path=ROOT, secure=secure, httponly=True, samesite="strict"
        )
        if self.request.query_params.get("lang") == self.language:
            response.set_cookie(
                LANGUAGE_COOKIE, self.language, max_age=_YEAR_SECONDS, path=ROOT, secure=secure,
                httponly=True, samesite="strict",
            )  # fmt: skip
        return response


def address(path: str, query: Mapping[str, object] | None = None) -> str:
    """Return the address of a page; what is None or empty is left out of the query."""
    given = {name: value for name, value in (query or {}).items() if value not in (None, "")}
    return f"{ROOT}{path}" + (f"?{urlencode(given)}" if given else "")


def link(url: str | None) -> str | None:
    """Return a document's url where it may become a link, None where it is only text."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def moment(timestamp: str | None) -> str:
    """Return a time in UTC as people read it: to the minute."""
    return "—" if timestamp is None else timestamp[:16].replace("T", " ")


def grouped(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}".replace(",", "\u202f")


def marked(text: str, start: int, spans: Sequence[Any]) -> list[tuple[str, bool]]:
    """Return the parts of a text that begins at ``start``, each with whether a span marks it."""
    parts, at = [], start
    for span in sorted(spans, key=lambda span: span.start):
        if span.start >= at:
            parts.append((text[at - start : span.start - start], False))
            parts.append((text[span.start - start : span.end - start], True))
            at = span.end
    return [part for part in [*parts, (text[at - start :], False)] if part[0]]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"address": address, "link": link, "marked": marked}
    environment.filters |= {"moment": moment, "grouped": grouped}
    return environment
