"""The links of goods that we hold: our page of them, and what programs and auditors ask for."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from api.present.text import https_link
from api.present.trace import product_name
from api.words import Words
from traceability.gs1 import digital_link
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.registration import Registration
from traceability.gs1.resolver.vocabulary import DEFAULT
from traceability.ledger.trace import Trace

_HTML, _JSON, _LD_JSON = "text/html", "application/json", "application/ld+json"


def implied(trace: Trace, words: Words, speak: Mapping[str, Words], root: str) -> Registration:
    """In the reader's `words`, but a page in its own; `root` is our address without a slash at its end.

    Nothing here leads away from it but certificates.
    """
    path = trace.subject.removeprefix(CANONICAL_STEM)
    # The word `format` says that our page is meant: else a link of its owner's would answer here again.
    own = f"{root}{path}?format="
    links = [Link(DEFAULT, f"{own}html", words.say("Where it comes from"))]
    for lang, each in speak.items():
        tags = (lang, lang.partition("-")[0])
        title = each.say("Where it comes from")
        links.append(Link("traceability", f"{own}html&lang={lang}", title, _HTML, tuple(dict.fromkeys(tags))))
    links += [
        Link("traceability", f"{own}json", words.say("Where it comes from, as JSON"), _JSON),
        Link("recallStatus", f"{own}json", words.say("Whether it is recalled, as JSON"), _JSON),
        Link(
            "epcis",
            _events(trace.subject, root),
            words.say("EPCIS events, for partners with a token"),
            _LD_JSON,
        ),
        Link(
            "registryEntry",
            f"{root}/proof?subject={quote(trace.subject, safe='')}",
            words.say("Proof of its records"),
            _JSON,
        ),
        *_certificates(trace, words),
    ]
    return Registration(trace.subject, product_name(trace, words), tuple(links))


def _events(subject: str, root: str) -> str:
    asked = "MATCH_anyEPCClass" if digital_link.kind(subject) in ("lot", "product") else "MATCH_anyEPC"
    return f"{root}/epcis/events?{asked}={quote(subject, safe='')}"


def _certificates(trace: Trace, words: Words) -> Iterator[Link]:
    """What events that stand name as certificates."""
    found: dict[str, None] = {}
    for traced in trace.events:
        if not (traced.voided or traced.claimed):
            named = traced.event.body.get("certificationInfo", ())
            found |= dict.fromkeys([named] if isinstance(named, str) else named)
    for uri in found:
        if (href := https_link(uri)) is not None:
            yield Link("certificationInfo", href, words.say("Certificate"))
