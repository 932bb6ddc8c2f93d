"""What the headers of an EPCIS request ask for, and whether we can speak so (EPCIS 2.0, 12.6)."""

import re
from collections.abc import Mapping, Sequence

from api.problems import NotAcceptable
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX
from traceability.errors import BadQuery

VERSION = "2.0.0"
"""Of EPCIS and of CBV."""
MEDIA = ("application/json", "application/ld+json")
_OURS = tuple(map(int, VERSION.split(".")))
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")
_MAPPING = re.compile(r"([A-Za-z][A-Za-z0-9.-]{0,39})=([^\s,=]{1,500})")
_EPC_FORMATS = ("No_Preference", "Never_Translates", "Always_GS1_Digital_Link", "Always_EPC_URN")
_EPC_FORMATS_SPOKEN = _EPC_FORMATS[:2]
_XML_FORMATS = ("No_Preference", "Never_Translates", "Always_Web_URI", "Always_URN")


def check_spoken(headers: Mapping[str, str]) -> None:
    """Raises `BadQuery` for what the standard does not have, `NotAcceptable` for what we do not speak."""
    for name in ("GS1-EPCIS", "GS1-CBV"):
        for end in ("Version", "Min", "Max"):
            said = headers.get(f"{name}-{end}")
            if said is not None:
                _check_version(f"{name}-{end}", end, said)
    epc_format = headers.get("GS1-EPC-Format", _EPC_FORMATS[0])
    _check_word("GS1-EPC-Format", epc_format, _EPC_FORMATS)
    if epc_format not in _EPC_FORMATS_SPOKEN:
        wanted = " or ".join(_EPC_FORMATS_SPOKEN)
        raise NotAcceptable(f"GS1-EPC-Format is {epc_format}, want {wanted}: events are given as captured")
    # It says how XML is to be written. We write none, so each of its words is heeded.
    _check_word("GS1-CBV-XML-Format", headers.get("GS1-CBV-XML-Format", _XML_FORMATS[0]), _XML_FORMATS)


def _check_version(name: str, end: str, said: str) -> None:
    if _VERSION.fullmatch(said) is None:
        raise BadQuery(f"{name} is {said[:80]!r}, want a version such as {VERSION}")
    version = tuple(map(int, said.split(".")))
    spoken = {
        "Version": version[:2] == _OURS[: len(version[:2])],  # the third number is for mended mistakes
        "Min": version <= _OURS,
        "Max": version >= _OURS[: len(version)],
    }
    if not spoken[end]:
        raise NotAcceptable(f"{name} is {said}; this repository speaks {VERSION}")


def _check_word(name: str, said: str, words: Sequence[str]) -> None:
    if said not in words:
        raise BadQuery(f"{name} is {said[:80]!r}, want {' or '.join(words)}")


def preferred_media(accept: str, ours: Sequence[str] = MEDIA) -> str:
    """Which of `ours` the client takes, its own first choice; weights other than 0 are not weighed."""
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if any(re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) for parameter in parameters):
            continue
        if name in ours:
            return name
        if name in ("*/*", "application/*"):
            return ours[0]
    raise NotAcceptable(f"Accept is {accept[:80]!r}, want {' or '.join(ours)}")


def prefixes_of(extensions: str) -> dict[str, str]:
    """The namespaces that `GS1-Extensions` declares, by prefix, and ours."""
    found = {GUOJI_PREFIX: GUOJI_NAMESPACE}
    for entry in filter(None, (part.strip() for part in extensions.split(","))):
        mapping = _MAPPING.fullmatch(entry)
        if mapping is None:
            raise BadQuery(f"GS1-Extensions has {entry[:80]!r}, want PREFIX=NAMESPACE")
        found[mapping[1]] = mapping[2]
    return found
