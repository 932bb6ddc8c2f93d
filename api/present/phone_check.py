"""What check.js says of the phone's own check, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from api.present.verdict import NEWEST_WAIT
from api.words import Words, message
from traceability.ledger.trace import Trace


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of the check; docs/formats.md numbers them."""

    id: str
    name: str
    sentence: str


_STEPS: Final = {
    "policy": (
        message("Trust policy"),
        message("What is believed beforehand: keys, contract, chain endpoints."),
    ),
    "event": (
        message("Records"),
        message("The fingerprint of each record, computed anew."),
    ),
    "readings": (
        message("Sensor readings"),
        message("Each reading of a batch, against the record that sums them up."),
    ),
    "inclusion": (
        message("In the log"),
        message("From the fingerprint, hash by hash, to the root of the log."),
    ),
    "checkpoint": (
        message("Signature of the log"),
        message("The root is signed by the key that the trust policy names."),
    ),
    "anchor": (
        message("On the chain"),
        message("The contract has held the same root since a block that is final."),
    ),
    "complete": (
        message("None missing"),
        message("No record that names these goods is left out."),
    ),
    "shown": (
        message("What is shown"),
        message("Step, time, place and amounts of each record on this page, word for word."),
    ),
    "recalled": (
        message("Recalls"),
        message("Each recall among the records is told on this page."),
    ),
    "drawn": (
        message("Curves"),
        message("Each drawn point, against the sensor readings."),
    ),
    "documents": (
        message("Laboratory sheets"),
        message("The fingerprint of each file, against the record that names it."),
    ),
}
_FAILED: Final = {
    "policy": message("The trust policy does not hold."),
    "event": message("A record is not the one that was sealed."),
    "readings": message("The readings of a batch are not those that its record commits to."),
    "inclusion": message("A record does not stand in the log where its proof says."),
    "checkpoint": message("No log that the trust policy names has signed this, or it tells two histories."),
    "anchor": message("The chain does not hold what the log has signed."),
    "complete": message("Records of these goods are missing, or the list of them is not true."),
    "subject": message("The proof is about other goods."),
    "shown": message("This page shows something else than the record says."),
    "recalled": message("A record says that goods here are recalled, and this page does not. Load it anew."),
    "drawn": message("A curve shows something else than the sensor's readings say."),
    "documents": message("A laboratory's sheet is not the one that its record names."),
}
UNCHECKED: Final = {
    "not yet anchored": message("not yet anchored"),
    "no longer on the chain": message("its block is no longer on the chain"),
    "is not on the chain": message("its transaction is not on the chain"),
    "not where the proof says": message("the chain holds it in another block than the proof says"),
    "not final": message("its block is not final yet"),
    "this is chain": message("an endpoint serves another chain"),
    "endpoints disagree": message("the chain's endpoints disagree"),
    "endpoints confirm it": message("fewer chain endpoints answered than the trust policy demands"),
    "names no chain": message("the trust policy names no chain"),
    "names no log": message("the trust policy names no log"),
    "no trust policy": message("there is no trust policy"),
    "no checkpoint": message("without a signed checkpoint there is nothing to look for on the chain"),
    "not carried": message("the readings are not in the proof"),
    "not named": message("the record does not name these goods"),
    "not shown": message("the proof does not show it"),
    "no verified event names it": message("no checked record names these goods"),
    "no events": message("the proof holds no records"),
    "is of another log": message("a record is of another log than the list"),
    "came after entry": message("a record is newer than the list"),
}
"""By what verify.js says. The first that stands in it counts: what an endpoint said stands inside another."""
_SAID: Final = {
    "fetching": message("As this server states; this phone is fetching the proof…"),
    "checking": message("As this server states; this phone is checking the records…"),
    "asking": message("As this server states; this phone is asking the chain…"),
    "relaying": message("As this server states; this phone does not reach the chain, and asks the operator…"),
    "verified": message("Verified"),
    "partly": message("{verified} of {total} verified"),
    "contradicted": message("Do not trust this record"),
    "unchecked": message("Not checked"),
    "pending": message("Not yet anchored"),
    "all": message("Unaltered since they were recorded: {what}. Newest anchor: {through}."),
    "records": message("{verified} of {total} records"),
    "readings": message(", {count} sensor readings"),
    "sheets": message(", {count} of the laboratories' sheets"),
    "none_missing": message("None is missing up to {moment}."),
    "maybe_missing": message("Whether records are missing was not checked: {reason}."),
    "waiting": message("Waiting for the chain: {count}."),
    "newest": NEWEST_WAIT,
    "unknown": message("Could not be checked: {count}."),
    "beside": message("Shown here, but not in the proof: {count}."),
    "relayed": message(
        "Of {count} of {total} records everything but the chain was checked. "
        "The chain's answer came via the operator, and alone it proves nothing."
    ),
    "reason": message("This could not be checked: {reason}. It says nothing against the goods."),
    "here": message("Checked on this phone, with this server's script and trust policy."),
    "found": message("Found on this phone."),
    "tried": message("Tried on this phone."),
    "server": message("As this server states. This phone's own check: {word}."),
    "no_answer": message("the proof or the trust policy could not be fetched or read"),
    "of": message("{count} of {total}"),
    "via": message("{count} of {total}, via the operator"),
    "own_copy": message("this server's own copy"),
    "of_none": message("none in these records"),
    "event_verified": message("Checked on this phone; on the chain since {since}"),
    "event_contradicted": message("Contradicted on this phone"),
    "event_relayed": message("Checked but for the chain, which came via the operator"),
    "event_pending": message("Checked as far as the log; not yet anchored"),
    "event_unknown": message("Not checked on this phone"),
    "document_verified": message("Checked on this phone"),
    "document_contradicted": message("Not the file that the record names"),
    "document_missing": message("Could not be fetched to be checked"),
    "document_unknown": message("Not checked on this phone"),
    "group": message("{count} of {total} shown here checked on this phone"),
}


_SCRIPTS: Final = ("verify", "verify-trace", "check-page")


def check_scripts(trace: Trace) -> tuple[str, ...]:
    """What check.js will load, in that order: so that the phone asks for all of it at once."""
    return (*_SCRIPTS, "verify-readings") if trace.curves else _SCRIPTS


def check_steps(words: Words) -> tuple[CheckStep, ...]:
    return tuple(CheckStep(step, words.say(name), words.say(does)) for step, (name, does) in _STEPS.items())


def check_words(words: Words) -> dict[str, Mapping[str, str]]:
    """Tables of phrases; those with {name} are filled in by the script."""
    tables = {"said": _SAID, "failed": _FAILED, "unchecked": UNCHECKED}
    said = {name: {key: words.say(text) for key, text in table.items()} for name, table in tables.items()}
    return {**said, "days": _days(words)}


def _days(words: Words) -> dict[str, str]:
    """How a day is written, by month from 0. No month has the number 22, which another can replace."""
    days = (words.day(datetime(2026, month, 22, tzinfo=UTC)) for month in range(1, 13))
    return {str(number): day.replace("22", "{day}") for number, day in enumerate(days)}
