"""Somebody says that they have seen an alert, and what they do about it."""

from traceability.alerts.alert import LONGEST_COMMENT, Acknowledgement, Alert
from traceability.alerts.ports import Alerts
from traceability.errors import InvalidInput

LONGEST_NAME = 100


def acknowledge(alerts: Alerts, number: int, by: str, comment: str, now_ms: int) -> Alert:
    """From now on it does not escalate. It stays open until the readings are right again.

    Raises `Unknown`, or `InvalidInput` if it is resolved or acknowledged already, or a text does not fit.
    """
    texts = (("name", by, LONGEST_NAME), ("comment", comment, LONGEST_COMMENT))
    for what, text, longest in texts:
        if not text.strip() or len(text) > longest or not text.isprintable():
            raise InvalidInput(f"the {what} has {len(text)} characters, want 1 to {longest} printable ones")
    return alerts.acknowledge(number, Acknowledgement(now_ms, by.strip(), comment.strip()))
