"""Judges what was said while nobody could look at the records, as soon as somebody can."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from traceability.claims.facts import Facts
from traceability.live.goods import check_said
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.room import Room
from traceability.live.warnings import NOT_JUDGED, Judged, Way, said_record, warning_record


def judged_late(
    room: Room, newest: Sequence[Record], now_ms: int, facts: Callable[[str], Facts | None]
) -> list[NewRecord]:
    """Each such sentence of `newest` once more, under its name, with its verdict and what warns of it.

    `facts`: by the canonical Digital Link of a lot; None where nobody can look yet. A sentence whose words
    were erased, or whose offer is gone, stays as it is.
    """
    subjects = {each.code: each.subject for each in room.offers}
    said = {each.body["id"]: each.body for each in newest if each.kind is Kind.SAID}
    records = []
    for name, body in said.items():
        if body["verdict"] != NOT_JUDGED or body["text"] is None or body["offer"] not in subjects:
            continue
        known = facts(subjects[body["offer"]])
        if known is not None:
            on = datetime.fromtimestamp(body["said_at_ms"] / 1000, UTC)
            judged = Judged(check_said(body["text"], known, on), known, on, body["offer"])
            warning = warning_record(Way.SAID, judged, name, now_ms, room.lang)
            records.append(said_record(judged, name, now_ms, body["times"], name if warning else None))
            records += [warning] if warning else []
    return records
