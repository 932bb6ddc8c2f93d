"""What lies in the home beside keys and database: tables of the operator, and what must outlive the store."""

from traceability.alert_plan import Plan, read_plan, read_secret_in
from traceability.alerts.webhook import Allowed
from traceability.cold_chain.profiles import Profiles, read_profiles, shipped
from traceability.settings import Settings
from traceability.store.documents import DocumentFolder
from traceability.store.erasure_journal import ErasureFile
from traceability.store.status_lists import StatusListFolder
from traceability.telemetry.thresholds import THRESHOLDS, Thresholds, parse_thresholds


def profiles(settings: Settings) -> Profiles:
    """How each kind of produce is kept. Raises `InvalidInput` for an operator's file that is malformed."""
    file = settings.home / settings.cold_chain_file
    return read_profiles(file.read_text("utf-8")) if file.exists() else shipped()


def thresholds(settings: Settings) -> Thresholds:
    """From where on a value is odd. Raises `InvalidInput` for an operator's file that is malformed."""
    file = settings.home / settings.thresholds_file
    return parse_thresholds(file.read_text("utf-8"), THRESHOLDS) if file.exists() else THRESHOLDS


def alert_plan(settings: Settings) -> Plan:
    """What is watched and who is told; nothing and nobody where there is no file."""
    file = settings.home / settings.alerts_file
    return read_plan(
        file.read_text("utf-8") if file.exists() else "",
        profiles(settings),
        Allowed.read(settings.alert_private_hosts, settings.alert_loopback),
        read_secret_in(settings.home),
    )


def erasure_journal(settings: Settings) -> ErasureFile:
    return ErasureFile(settings.home / "erasures.jsonl")


def status_lists(settings: Settings) -> StatusListFolder:
    return StatusListFolder(settings.home / "status-lists")


def documents(settings: Settings) -> DocumentFolder:
    return DocumentFolder(settings.home / "documents")
