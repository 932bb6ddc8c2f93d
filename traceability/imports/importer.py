"""From a partner's file to captured events: all of it at once, and nothing before all of it is sound."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Protocol

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.document import read_each
from traceability.errors import InvalidInput
from traceability.imports.cells import BEIJING
from traceability.imports.kinds import kind
from traceability.imports.layout import Mapped
from traceability.imports.plan import Plan, Tell, plan
from traceability.ledger.capture import faults_for
from traceability.ledger.capture_jobs import CaptureJobs, Job
from traceability.ledger.grant import Grant
from traceability.sheets.read import read_cells


class Sent(Protocol):
    def here(self, submitter: str, digests: Collection[bytes]) -> set[bytes]:
        """Those of `digests` (`StoredEvent.content_digest`) that a party (GLN) has sent before."""


@dataclass(frozen=True, slots=True)
class Importer:
    jobs: CaptureJobs
    sent: Sent
    now: Callable[[], datetime]

    def plan(
        self,
        kind_name: str,
        data: bytes,
        grant: Grant,
        saved: Mapped,
        zone: timezone = BEIJING,
        tell: Tell = lambda _checked: None,
    ) -> Plan:
        """What the bytes of a CSV or XLSX file would become; nothing is kept.

        Raises `InvalidInput` for a file that is no such table, `NotAuthorised` for a grant without a party.
        """
        also = faults_for(grant, self.jobs.permission)
        return plan(
            kind(kind_name),
            read_cells(data),
            grant.submitter,
            zone,
            self.now(),
            saved,
            lambda document: read_each(document, also),
            tell,
        )

    def here(self, planned: Plan, grant: Grant) -> int:
        """How many of its events the party has sent before; they are not kept twice."""
        digests = {sha256(canonical_bytes(each.body, each.context)).digest() for each in planned.events}
        return len(self.sent.here(grant.submitter, digests))

    def record(self, planned: Plan, grant: Grant) -> Job:
        """Capture all events of a plan in one job and one commit. Raises `InvalidInput` if it has faults."""
        if planned.faults:
            raise InvalidInput(f"{len(planned.faults)} cells are wrong; nothing was kept")
        return self.jobs.capture(planned.document, grant, "rollback")
