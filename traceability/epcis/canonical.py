"""The bytes of an event that the log commits to."""

from collections.abc import Mapping
from typing import Any, cast

import rfc8785

from traceability.epcis.context import Context
from traceability.errors import InvalidInput


def canonical_bytes(event: Mapping[str, object], context: Context) -> bytes:
    """Write event and effective @context in the one way of RFC 8785 (JCS).

    The members are `@context` (a list) and `event`. Raises `InvalidInput` for values that JCS cannot write.
    """
    try:
        return rfc8785.dumps(cast(dict[str, Any], {"@context": list(context), "event": event}))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise InvalidInput(f"event cannot be written as canonical JSON: {error}") from error
