"""The words that readers and operators see: one catalogue, one file a language.

A message is looked up by its key and filled with named values. The three files hold the same keys
with the same placeholders; a test keeps it so.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

MessageLanguage = Literal["ba", "ru", "en"]

MESSAGE_LANGUAGES: tuple[MessageLanguage, ...] = ("ba", "ru", "en")


@cache
def catalogue(language: MessageLanguage) -> dict[str, str]:
    """Return all messages of one language, by key."""
    raw = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{key}": text
        for section, entries in tomllib.loads(raw).items()
        for key, text in entries.items()
    }


def message(key: str, language: MessageLanguage, **values: object) -> str:
    """Return the message ``key`` in ``language`` with its placeholders filled.

    Raises KeyError for an unknown key: keys are written in the code, so that is a mistake there.
    """
    return catalogue(language)[key].format(**values)


def preferred_language(accept_language: str, default: MessageLanguage = "en") -> MessageLanguage:
    """Return the best of our languages for an ``Accept-Language`` header or a locale name.

    ``ba-RU, ru;q=0.8`` gives ``ba``; ``ru_RU.UTF-8`` gives ``ru``; nothing known gives ``default``.
    """
    best, best_quality = default, 0.0
    for part in accept_language.replace("_", "-").split(","):
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        for language in MESSAGE_LANGUAGES:
            if primary == language and quality > best_quality:
                best, best_quality = language, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
