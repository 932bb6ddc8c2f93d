"""From a partner's file to captured events: all of it at once, and nothing before all of it is sound."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Protocol

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.document import read_each
from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.imports.cells import BEIJING
from traceability.imports.kinds import kind
from traceability.imports.layout import Layout, Mapped, lay_out
from traceability.imports.plan import MOST_ROWS, Plan, Tell, plan
from traceability.imports.resembling import resembling
from traceability.ledger.capture import faults_for
from traceability.ledger.capture_jobs import CaptureJobs, Job
from traceability.ledger.grant import Grant
from traceability.sheets.cell import Sheet

_MOST_HEADINGS = 1_000
"""Of one party and kind that are remembered, newest first."""
MOST_GOODS = 5_000
"""Lots, items and units whose earlier events are looked at."""


class Remembered(Protocol):
    def mapping(self, party: str, kind: str) -> Mapped:
        """What a party (GLN) said that its headings of this kind of sheet mean; empty if it never did."""

    def keep_mapping(self, party: str, kind: str, headings: Mapped) -> None:
        """In the place of what it said before."""

    def here(self, submitter: str, digests: Collection[bytes]) -> set[bytes]:
        """Those of `digests` (`StoredEvent.content_digest`) that a party (GLN) has sent before."""


@dataclass(frozen=True, slots=True)
class Importer:
    jobs: CaptureJobs
    remembered: Remembered
    now: Callable[[], datetime]

    def plan(
        self,
        kind_name: str,
        sheet: Sheet,
        grant: Grant,
        zone: timezone = BEIJING,
        tell: Tell = lambda _checked: None,
        said: Mapped | None = None,
        at_most: int = MOST_ROWS,
    ) -> Plan:
        """What a sheet would become; nothing is kept.

        `said` is what its headings mean; without it, what the party confirmed last. Raises `InvalidInput` for
        a file that is no such table, `NotAuthorised` for a grant without a party.
        """
        also = faults_for(grant, self.jobs.permission)
        return plan(
            kind(kind_name),
            sheet,
            grant.submitter,
            zone,
            self.now(),
            self.remembered.mapping(grant.submitter, kind_name) if said is None else said,
            lambda document: read_each(document, also),
            tell,
            at_most,
        )

    def lay_out(self, kind_name: str, sheet: Sheet, grant: Grant, said: Mapped) -> Layout:
        """What the headings of a sheet mean: what is `said` of them, else what the party confirmed last.

        Raises `InvalidInput` for a file that is no table, and for what names no column of this kind.
        """
        names = [column.name for column in kind(kind_name).columns]
        if strange := [name for name in said.values() if name not in ("", *names)]:
            raise InvalidInput(f"no column is called {strange[0][:40]!r}, want one of {', '.join(names)}")
        saved = {**self.remembered.mapping(grant.submitter, kind_name), **said}
        return lay_out(kind(kind_name), sheet.rows, saved)

    def here(self, planned: Plan, grant: Grant) -> int:
        """How many of its events the party has sent before; they are not kept twice."""
        digests = {sha256(canonical_bytes(each.body, each.context)).digest() for each in planned.events}
        return len(self.remembered.here(grant.submitter, digests))

    def resembling(self, planned: Plan, grant: Grant) -> list[Event] | None:
        """Events of a plan that look as if their rows were changed since they were imported.

        None if the plan is about more goods than `MOST_GOODS`: then nobody has looked.
        """
        goods = planned.goods
        if len(goods) > MOST_GOODS:
            return None
        stored = [each for each in self.jobs.events.mentioning(goods) if each.submitter == grant.submitter]
        return resembling(planned.events, stored)

    def record(self, planned: Plan, grant: Grant) -> Job:
        """Capture all events of a plan in one job and one commit. Raises `InvalidInput` if it has faults."""
        if planned.faults:
            raise InvalidInput(f"{len(planned.faults)} cells are wrong; nothing was kept")
        job = self.jobs.capture(planned.document, grant, "rollback")
        # After the events: a mapping that led nowhere need not be remembered.
        self.remember(planned.kind.name, planned.layout, grant)
        return job

    def remember(self, kind_name: str, layout: Layout, grant: Grant) -> None:
        """What its headings mean, beside those of other sheets: a partner has more than one form."""
        now = layout.mapped()
        before = self.remembered.mapping(grant.submitter, kind_name)
        others = [(heading, name) for heading, name in before.items() if heading not in now]
        kept = dict([*others, *now.items()][-_MOST_HEADINGS:])
        self.remembered.keep_mapping(grant.submitter, kind_name, kept)
