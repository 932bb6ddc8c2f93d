"""Which judge a topic of the rules has."""

from collections.abc import Callable, Mapping
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.facts import Facts
from traceability.claims.judged import Judged
from traceability.claims.judges import cold, goods, laboratory, papers, recalls, times

Judge = Callable[[Claim, Facts, datetime], Judged | None]
"""What a claim, read as if nothing negated it, comes to on that day; None if it is no claim after all."""

JUDGES: Mapping[str, Judge] = {
    "age": times.age,
    "arrived": times.arrived,
    "carried_by": times.carried_by,
    "certificate_validity": papers.certificate_validity,
    "certified": papers.certified,
    "cold_kept": cold.cold_kept,
    "cold_storage": times.cold_storage,
    "cold_transport": cold.cold_transport,
    "elapsed": times.elapsed,
    "event": times.event,
    "excursion": cold.excursion,
    "field": goods.field,
    "forbidden": papers.forbidden,
    "humidity": cold.humidity,
    "just_picked": times.just_picked,
    "lab_passed": laboratory.lab_passed,
    "lab_value": laboratory.lab_value,
    "lot_amount": goods.lot_amount,
    "named_analyte": laboratory.named_analyte,
    "origin": goods.origin,
    "origin_named": goods.origin_named,
    "pack_amount": goods.pack_amount,
    "recalled": recalls.recalled,
    "residue_free": laboratory.residue_free,
    "residue_passed": laboratory.residue_passed,
    "silence": cold.silence,
    "sold": goods.sold,
    "storage_range": cold.storage_range,
    "temperature": cold.temperature,
    "to_buyer": times.to_buyer,
    "traceable": papers.traceable,
    "unrecorded": papers.unrecorded,
    "variety": goods.variety,
}
