"""The operator's language on the command line."""

import os

from index.messages import MessageLanguage, message, preferred_language


def operator_language() -> MessageLanguage:
    """Return ``YAUAP_LANGUAGE``, else the language of the locale, else English."""
    for variable in ("YAUAP_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return preferred_language(value)
    return "en"


def say(key: str, **values: object) -> str:
    """Return a message of the command line in the operator's language."""
    return message(f"cli.{key}", operator_language(), **values)
