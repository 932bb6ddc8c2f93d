"""Make the trace of a lot, item or logistic unit from what is stored."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from traceability.cold_chain.exposure import Held, held
from traceability.cold_chain.profiles import Profiles
from traceability.ledger import extensions, facts
from traceability.ledger.attachments import Attachment
from traceability.ledger.cold import Bearing, bearing, left_of, profile_of, sound
from traceability.ledger.credentials import NOBODY_BELIEVED, Credentials, differing
from traceability.ledger.curves import curves_of, milliseconds
from traceability.ledger.footing import Footing
from traceability.ledger.gathered import Gathered, Measured, ReadingHistory, gather, measured
from traceability.ledger.looks import Names, lab_results, misquotes
from traceability.ledger.own_word import OwnWord
from traceability.ledger.parties import Register
from traceability.ledger.personal import PersonalStore, personal_fields
from traceability.ledger.ports import EventStore, NameMap, StoredEvent
from traceability.ledger.recalled import RecallReader
from traceability.ledger.shared import UNSHARED, Sharing
from traceability.ledger.trace import Curve, Grade, Trace, TracedEvent
from traceability.ledger.yields import Plots, judge_plots
from traceability.log.name_map import name_hash
from traceability.proof.balance import balance
from traceability.proof.records import makers, standing
from traceability.proof.verdict import Verdict, of_trace
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, from_event

LIVE_FOR = timedelta(minutes=1)
"""How long a trace may say how long its goods have been out of their range until now."""
ANEW_AFTER = timedelta(minutes=10)
"""How long any trace may stand: what was lost in the store comes from no event."""


@dataclass(frozen=True, slots=True)
class TraceReader:
    events: EventStore
    history: ReadingHistory
    own_word: OwnWord
    personal: PersonalStore
    chain_label: str | None
    profiles: Profiles
    names: NameMap
    recalls: RecallReader
    plots: Plots
    credentials: Credentials = NOBODY_BELIEVED
    register: Callable[[], Register] = lambda: Register.of([])
    verdicts: Sharing = UNSHARED
    """What this server says of one event: the same in every trace."""
    curves: Sharing = UNSHARED
    """What devices measured, and in which batches: the same for all items of a lot."""

    def read(self, subject: str, now: datetime, footing: Footing | None = None) -> Trace:
        """Raises `Unknown` if nothing is known of `subject` (a canonical Digital Link).

        What it is made from is noted in `footing`.
        """
        footing = footing or Footing()
        footing.ends(now + ANEW_AFTER)
        found = self._gather(subject, footing, now)
        batches = found.measured.batches
        counting = standing(found.held)
        made = makers(counting)
        footing.harvested([each for each in made if each.event.is_harvest])
        harvest = next((each.event for each in made if each.event.is_harvest), None)
        profile = profile_of(subject, self.profiles)
        goods = bearing(facts.storage_range(subject, counting), profile)
        curves = [
            curve for pair in found.measured.attached for curve in self._curves(*pair, goods, now, footing)
        ]
        harvested_at = None if harvest is None else harvest.event_time
        told = standing(found.goods)
        carried = self.credentials.of(told, counting, found.claims, now, footing)
        claims = found.claims | misquotes(carried, found.line.claimed)
        carried = tuple(each for each in carried if each.key not in claims)
        register = self.register()
        traced = self._traced(found, claims, register, now, footing)
        names = Names.of(found.line.claimed, carried, register)
        return Trace(
            subject=subject,
            product=facts.product(subject, counting),
            origin={} if harvest is None else extensions.place_name(harvest),
            harvested_at=harvested_at,
            verdict=of_trace([each.verdict for each in traced]),
            events=tuple(traced),
            curves=tuple(sorted(curves, key=_order)),
            lab_results=tuple(lab_results([each for each in told if each.key not in claims], names)),
            findings=tuple(finding for each in batches for finding in _findings(each)),
            staged=_different(
                [
                    *(each.staged for each in traced if each.key not in found.line.claimed),
                    *(curve.staged for curve in curves),
                ]
            ),
            chain_label=self.chain_label,
            made_at=now,
            profile=profile,
            remaining=left_of(profile, harvested_at, _known(curves)),
            contradictions=(*found.contradictions, *differing(carried)),
            balance=None if found.line.is_cut else balance(found.held, subject),
            is_cut=found.line.is_cut,
            claims_left_out=len(found.line.told) - len(found.line.shown),
            lost=self.names.lost(name_hash(subject)),
            recalls=found.recalls.notices,
            credentials=carried,
            over_yields=tuple(judge_plots(made, self.plots, lambda lot: profile_of(lot, self.profiles))),
        )

    def all_events(self, subject: str, footing: Footing | None = None) -> list[StoredEvent]:
        """Every event of the trace, batches included, by event time. Raises `Unknown`."""
        return self._gather(subject, footing or Footing()).all

    def _gather(self, subject: str, footing: Footing, now: datetime | None = None) -> Gathered:
        """Without the time, what others looked up lately counts for nothing."""

        def measuring(attachments: tuple[Attachment, ...], whole: Footing) -> Measured:
            def make(own: Footing) -> Measured:
                if now is not None:
                    own.ends(now + ANEW_AFTER)
                return measured(attachments, self.events, self.history, own)

            return (UNSHARED if now is None else self.curves).of(("batches", attachments), whole, make)

        return gather(subject, self.events, measuring, self.recalls, footing)

    def _curves(
        self, attachment: Attachment, device: Device, goods: Bearing | None, now: datetime, footing: Footing
    ) -> Sequence[Curve]:
        def make(own: Footing) -> Sequence[Curve]:
            moments = milliseconds(attachment.span)
            own.shows(device.alias, moments)
            own.ends(now + (LIVE_FOR if attachment.span.end > now else ANEW_AFTER))
            return tuple(
                curves_of(
                    attachment, device, self.history.readings_between(device.alias, *moments), goods, now
                )
            )

        return self.curves.of((attachment, goods), footing, make)

    def _verdict(self, stored: StoredEvent, now: datetime, footing: Footing) -> Verdict:
        def make(own: Footing) -> Verdict:
            own.ends(now + ANEW_AFTER)
            return self.own_word.on(stored, own)

        return self.verdicts.of(stored.key, footing, make)

    def _traced(
        self,
        found: Gathered,
        claims: Container[str],
        register: Register,
        now: datetime,
        footing: Footing,
    ) -> list[TracedEvent]:
        grades = {each.key: _grade(each) for each in found.measured.batches}
        counting = {each.key for each in standing(found.all)}
        personal = personal_fields([each.event.body for each in found.all], self.personal)
        footing.has_commitments = any(personal)
        return [
            TracedEvent(
                key=each.key,
                event=each.event,
                submitter=each.submitter,
                captured_at=datetime.fromtimestamp(each.captured_at_ms / 1000, UTC),
                grade=grades.get(each.key) or _grade_of_word(each),
                verdict=self._verdict(each, now, footing),
                staged=extensions.staged(each.event),
                voided=each.key not in counting,
                claimed=each.key in claims,
                registered=register.name_of(each.submitter),
                personal=fields,
            )
            for each, fields in zip(found.all, personal, strict=True)
        ]


def _order(curve: Curve) -> tuple[bool, int, str]:
    """Cold chain first, then as the goods went."""
    return not curve.cold_chain, curve.points[0].taken_at_ms, curve.metric


def _known(curves: Iterable[Curve]) -> Iterator[Held]:
    """The temperatures that the goods were held at, as far as they are known, device by device."""
    for curve in curves:
        if curve.exposure is not None:
            yield from held(sound(curve.points), curve.exposure.from_ms, curve.exposure.to_ms)


def _grade_of_word(captured: StoredEvent) -> Grade:
    return Grade.PERSON if extensions.is_entered_by_person(captured.event) else Grade.IMPORTED


def _grade(batch: StoredEvent) -> Grade:
    """Signed only if all its readings are: both counts are what the batch's leaves give."""
    signed, held = (batch.event.body.get(f"guoji:{name}Count") for name in ("signed", "reading"))
    return Grade.SIGNED_DEVICE if signed is not None and signed == held else Grade.DEVICE


def _findings(batch: StoredEvent) -> list[Finding]:
    stated = batch.event.body.get("guoji:findings")
    return [from_event(each) for each in stated] if isinstance(stated, list) else []


def _different(staged: Iterable[Mapping[str, str] | None]) -> tuple[Mapping[str, str], ...]:
    different = {tuple(sorted(each.items())): each for each in staged if each is not None}
    return tuple(different.values())
