"""The report of a rehearsal or a broadcast as plain text, for a terminal or a message."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from traceability.live.data import load
from traceability.live.said import Heard
from traceability.live.waiting import ANSWER_WITHIN_MS
from traceability.live.warnings import Level

_CALM = ("supported", "no_claim", "not_judged")


def report_text(report: Mapping[str, Any], lang: str) -> str:
    """`report`: as `room_report` gives it; in a language of `LANGUAGES`. Nothing in it steers a terminal."""
    language = lang.partition("-")[0]
    words = load("report_words")[language]
    lines = [*_head(report, words)]
    for offer in report["offers"]:
        lines += ["", f"== {_called(offer, words)}", *_of_offer(offer, words, language)]
    return "".join(f"{_plain(line)}\n" for line in lines)


def heard_text(heard: Heard, lang: str) -> str:
    """A sentence that was just kept, its reasons, and what warns of it."""
    language = lang.partition("-")[0]
    words = load("report_words")[language]
    lines = [*_sentence(heard.said, words, language)]
    if heard.level is not None:
        warned = words["struck" if heard.level is Level.STRUCK else "warned"]
        told = warned.format(number=heard.warning, level=heard.level.value, seconds=ANSWER_WITHIN_MS // 1000)
        lines.append(f"    {told}")
    return "".join(f"{_plain(line)}\n" for line in lines)


def _head(report: Mapping[str, Any], words: Mapping[str, Any]) -> Iterator[str]:
    counts, levels = report["counts"], report["counts"]["levels"]
    phase = words["rehearsal" if report["phase"] == "rehearsal" else "broadcast"]
    verdicts = ", ".join(f"{words['verdicts'][name]} {count}" for name, count in counts["verdicts"].items())
    yield words["title"].format(room=report["room"], title=report["title"], phase=phase)
    yield words["counts"].format(sentences=counts["sentences"], verdicts=verdicts or words["nothing"])
    yield words["levels"].format(
        hints=levels.get("1", 0),
        blocked=levels.get("2", 0),
        struck=levels.get("3", 0),
        corrections=counts["corrections"],
    )


def _called(offer: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    if offer["code"] is None:
        return str(words["no_offer"])
    return f"{offer['name'] or words['gone']} ({offer['code']})"


def _of_offer(offer: Mapping[str, Any], words: Mapping[str, Any], language: str) -> Iterator[str]:
    for each in offer["sentences"]:
        yield from _sentence(each, words, language)
        yield from _what_came(each["warning"] or {}, words)
    for each in offer["points"]:
        verdict, text = words["verdicts"][each["verdict"]], each["text"] or words["erased"]
        yield words["point"].format(number=each["of"], verdict=verdict, text=text)
        yield from _why(each, [each["found"]] if each["found"] else [], words, language)
        yield from _what_came(each, words)
    if offer["papers"]:
        yield words["papers"]
        yield from (f"  - {paper[language]}" for paper in offer["papers"])


def _sentence(said: Mapping[str, Any], words: Mapping[str, Any], language: str) -> Iterator[str]:
    verdict, text = words["verdicts"][said["verdict"]], said["text"] or words["erased"]
    yield words["line"].format(verdict=verdict, text=text)
    yield from _why(said, [evidence["found"] for evidence in said["evidence"]], words, language)


def _why(
    judged: Mapping[str, Any], found: list[Mapping[str, str]], words: Mapping[str, Any], language: str
) -> Iterator[str]:
    for told in dict.fromkeys(each[language] for each in found):
        yield "    " + words["record"].format(found=told)
    if judged["rule"] and judged["verdict"] not in _CALM:
        yield "    " + words["rule"].format_map(judged["rule"])
    if judged["suggestion"]:
        yield "    " + words["instead"].format(suggestion=judged["suggestion"])


def _what_came(warning: Mapping[str, Any], words: Mapping[str, Any]) -> Iterator[str]:
    if warning.get("answer"):
        yield "    " + words["answer"].format(answer=words["answers"][warning["answer"]])
    if warning.get("corrected"):
        yield "    " + words["corrected"].format(text=warning["corrected"])


def _plain(line: str) -> str:
    return "".join(char if char == " " or unicodedata.category(char)[0] not in "CZ" else "�" for char in line)
