"""Why messages of a device were put aside, in plain words."""

import re
from dataclasses import dataclass
from typing import Final

from api.present.text import plain
from api.words import Words, message
from traceability.farm.ports import PutAside

_REASONS: Final = (
    (r"must sign", message("They came without a signature, and this device has to sign.")),
    (r"was revoked", message("They were signed with a key that was revoked.")),
    (
        r"is valid from|was valid until",
        message("They were signed with a key that does not count at this time."),
    ),
    (r"made the signature|which \S+ has not", message("Their signature fits no key of this device.")),
    (r"after it arrived", message("They say that they were measured in the future: its clock is wrong.")),
    (r"not in the table of metrics", message("They measure something that has no name here.")),
    (r" is in '.*', want ", message("They measure in another unit than they should.")),
    (r"beyond anything measurable", message("They hold a value that nothing can have.")),
)
"""What the reason of the refusal says, and what that means."""
_UNREADABLE: Final = message("They could not be read.")


@dataclass(frozen=True, slots=True)
class PutAsideLine:
    title: str
    sentence: str
    reason: str
    """In the program's own words, for whoever mends it."""


def put_aside_line(aside: PutAside, words: Words) -> PutAsideLine:
    said = next((said for pattern, said in _REASONS if re.search(pattern, aside.reason)), _UNREADABLE)
    title = words.say_many("{count} message was put aside", "{count} messages were put aside", aside.count)
    return PutAsideLine(
        f"{title} · {words.moment_ms(aside.newest_at_ms)}", words.say(said), plain(aside.reason)
    )
