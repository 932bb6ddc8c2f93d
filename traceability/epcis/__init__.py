"""EPCIS 2.0 events: reading, validating, naming and hashing them."""

from traceability.epcis.event_hash import VERSIONS, EventHash, event_hash

__all__ = ["VERSIONS", "EventHash", "event_hash"]
