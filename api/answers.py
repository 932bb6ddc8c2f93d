"""What is said of each kind of trouble: to a reader on a page, to a program as a problem."""

from dataclasses import dataclass, replace

from api.words import message


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    type: str
    """EPCIS 2.0 names its problems by CURIE."""
    title: str
    advice: str
    state: str = "unknown"
    """Which seal and colours it has, of those of a trace page."""
    detail: str | None = None
    """Told in place of the error's own words, which name hosts and roles and go to the log alone."""


INVALID = Answer(
    400,
    "epcisException:ValidationException",
    message("This link is not right"),
    message(
        "Perhaps a character got lost. Scan the code again, or type all that stands under it, "
        "with the numbers in brackets."
    ),
)
MALFORMED = Answer(
    400,
    INVALID.type,
    message("What was sent is not right"),
    message("Change what is named and send it again; nothing of it was kept."),
)
UNKNOWN = Answer(
    404,
    "epcisException:NoSuchResourceException",
    message("We hold nothing under this code"),
    message(
        "Perhaps it was typed wrong, or its records have not arrived yet. "
        "If the code is on goods that you hold, be careful: "
        "whoever sold them can tell you where it comes from."
    ),
)
NO_OFFER = replace(
    UNKNOWN,
    title=message("No live room has this code"),
    advice=message(
        "It has six letters and digits, and never the letters I, L, O or U. "
        "Ask the host to say it again, or look for it in the picture."
    ),
)
NOT_ISSUED = replace(
    UNKNOWN,
    state="contradicted",
    title=message("This code was not issued by us"),
    advice=message(
        "Whoever printed it made it up, or a character got lost: scan it again, and compare it with what "
        "is printed under it. If it stays so, do not trust what the label says. Keep the package with its "
        "label, and tell the shop, the brand by a way that does not stand on this package, and the market "
        "supervision (in China: 12315)."
    ),
)
MISSPELT = replace(
    UNKNOWN,
    title=message("This code is printed otherwise"),
    advice=message("Item codes have capitals and digits. Compare what is printed with the link below."),
)
NEVER_ACTIVATED = replace(
    UNKNOWN,
    title=message("This code was never put on goods"),
    advice=message(
        "We made it, but nobody has recorded that it was put on anything: the packing may still be on its "
        "way to us, or somebody took labels from a roll. Look again in a day. If it stays so, keep the "
        "package with its label, and tell the shop and the brand."
    ),
)
WITHDRAWN = replace(
    UNKNOWN,
    status=410,
    state="contradicted",
    title=message("This code was withdrawn"),
    advice=message(
        "We made it, and took it back before it was put on anything: its labels were spoilt, lost or stolen. "
        "What bears it now was not labelled by us. Keep the package with its label, and tell the shop and "
        "the brand."
    ),
)
ERASED = Answer(
    410,
    UNKNOWN.type,
    message("This was erased"),
    message("It was personal data, and it is gone for good. The record that commits to it is unchanged."),
)
AWAY = Answer(
    503,
    "epcisException:ImplementationException",
    message("Not right now"),
    message("Something we lean on does not answer. Nothing is lost; try again in a minute."),
    detail="the store does not answer",
)
BROKEN = Answer(
    500,
    "epcisException:ImplementationException",
    message("Something went wrong here"),
    message("It is our fault, not yours, and it is written down. Try again later."),
)
FORBIDDEN = Answer(
    403,
    "epcisException:SecurityException",
    message("You may not do this"),
    message("It needs another token."),
)


def malformed(status: int, kind: str, title: str) -> Answer:
    """One of the problems that EPCIS has a name of its own for."""
    return replace(MALFORMED, status=status, type=f"epcisException:{kind}Exception", title=title)


TAKEN = malformed(409, "ResourceAlreadyExists", message("There is one already"))
