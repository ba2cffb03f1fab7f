"""What bodies of requests are made of."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticKnownError

from index.text.normalise import stored_text


def _visible(text: str) -> str:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return text


# Marks, joiners and controls alone are nothing that a reader sees.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_visible),
]
# A string with a constraint is also checked to be Unicode: a lone surrogate is refused.
Value = Annotated[str, StringConstraints(max_length=2000), AfterValidator(stored_text)]


def a_number(value: object) -> object:
    """Return ``value`` unless it is only equal to a number, as ``true`` is. Raises ValueError."""
    if type(value) is not int:
        raise PydanticKnownError("int_type")
    return value


class Request(BaseModel):
    """A body from a client; a field that is not known is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")
