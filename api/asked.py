"""What programs ask in JSON: read strictly, so that nothing is passed over that was meant."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from traceability.errors import InvalidInput


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


A = TypeVar("A", bound=Asked)


def read_asked(kind: type[A], body: bytes) -> A:
    """Raises `InvalidInput` that names the first thing that is wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise InvalidInput(f"{where[:80]}: {first['msg']}") from error
