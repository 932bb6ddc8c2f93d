"""An auditor with a mirror, and what it believes beforehand."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.fake_chain import CONTRACT, FakeChain
from tests.audit_log.log_folder import VERIFIER
from traceability.audit.audit import Audit
from traceability.audit.report import AuditReport
from traceability.audit.source import source_of
from traceability.log.note import NoteSigner, NoteVerifier

NOW_MS = 1_795_100_000_000
GATEWAY = NoteSigner("guoji.example/log/gateway", Ed25519PrivateKey.from_private_bytes(b"g" * 32))
POLICY = f"""\
log {VERIFIER.vkey}
quorum none
gateway {NoteVerifier.of(GATEWAY).vkey}
chain 7
contract {CONTRACT}
agree 1
"""


@dataclass
class Auditor:
    folder: Path
    source: str
    chains: list[FakeChain]
    policy: str = POLICY
    progress: list[tuple[str, int, int]] = field(default_factory=list)

    def audit(self, **options) -> AuditReport:
        return Audit(
            source=source_of(self.source),
            source_name=self.source,
            policy_text=self.policy,
            chains=self.chains,
            folder=self.folder,
            now_ms=lambda: NOW_MS,
            progress=lambda *said: self.progress.append(said),
            **options,
        ).run()

    def findings(self, **options) -> list[str]:
        return [str(finding) for finding in self.audit(**options).findings]


def files(folder: Path):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
