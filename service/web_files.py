"""The files of the pages, and the widget put together as one script.

The widget is written as small modules; a page of another site loads one classic script instead: one
request, no CORS for modules, and ``document.currentScript``, which says where the service is and
with which key. Each module becomes a function scope of its own, so that nothing is global and no
two names meet. The words come from the one catalogue of messages.
"""

import gzip
import json
import re
from functools import cache
from pathlib import Path

from index.messages import MESSAGE_LANGUAGES, catalogue

FOLDER = Path(__file__).parent / "web"
_MODULES = FOLDER / "widget"
_SECTIONS = ("widget.", "page.")
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const|let) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def words_module(sections: tuple[str, ...] = _SECTIONS) -> str:
    """Return the words of readers as a module: ``WORDS``, by language and key."""
    words = {
        language: {k: text for k, text in catalogue(language).items() if k.startswith(sections)}
        for language in MESSAGE_LANGUAGES
    }
    return f"export const WORDS = {json.dumps(words, ensure_ascii=False, separators=(',', ':'))};\n"


@cache
def widget_script() -> bytes:
    """Return the widget as one classic script, gzipped."""
    parts: dict[str, str] = {}
    _add("start", parts)
    whole = "".join(parts.values())
    script = f'"use strict";\n(() => {{\n{whole}}})();\n'
    return gzip.compress(script.encode(), 9, mtime=0)


def _add(name: str, parts: dict[str, str]) -> None:
    """Add a module after those it needs; each is a constant that holds what it exports."""
    source = _source(name)
    for _, needed in _IMPORT.findall(source):
        if needed not in parts:
            _add(needed, parts)
    exported = ", ".join(found[1] for found in _EXPORT.findall(source))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const {\1} = $\2;\n", source))
    parts[name] = f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _source(name: str) -> str:
    if name == "words":
        return words_module(("widget.",))
    if name == "style":
        style = _COMMENT.sub("", (_MODULES / "widget.css").read_text(encoding="utf-8"))
        lines = (line.strip() for line in style.splitlines())
        return f"export const STYLE = {json.dumps(' '.join(filter(None, lines)))};\n"
    return (_MODULES / f"{name}.js").read_text(encoding="utf-8")
