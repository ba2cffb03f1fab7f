"""What bodies of requests are made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from index.text.normalise import stored_text

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
# A string with a constraint is also checked to be Unicode: a lone surrogate is refused.
Value = Annotated[str, StringConstraints(max_length=2000), AfterValidator(stored_text)]


class Request(BaseModel):
    """A body from a client; a field that is not known is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")
