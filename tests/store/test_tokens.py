"""A token opens what it says, for as long as it says."""

import pytest

from traceability.errors import NotAuthorised, Unknown
from traceability.ledger.grant import Grant
from traceability.store.tokens import Issued, TokenTable

PARTY = "9521234000013"


def test_a_token_grants_what_it_was_issued_for(engine):
    tokens = TokenTable(engine)
    grant = Grant("capture", PARTY, "scanner", "own", ("9521234", "95213210"))

    assert tokens.authorise(tokens.issue("scanner", grant)) == grant
    assert tokens.listed() == [Issued(grant, None, None)]


def test_an_expired_token_opens_nothing(engine):
    now_ms = [1_000]
    tokens = TokenTable(engine, lambda: now_ms[0])
    secret = tokens.issue("visitor", Grant("read", None), expires_at_ms=2_000)

    tokens.authorise(secret)
    now_ms[0] = 2_000
    with pytest.raises(NotAuthorised, match="this token has expired"):
        tokens.authorise(secret)


def test_a_change_counts_from_the_next_request_and_a_revoked_token_has_none(engine):
    tokens = TokenTable(engine)
    secret = tokens.issue("scanner", Grant("capture", PARTY, "scanner"))
    tokens.change("scanner", Grant("capture", PARTY, "scanner", "own", ("9521234",)))

    assert tokens.authorise(secret) == Grant("capture", PARTY, "scanner", "own", ("9521234",))
    tokens.revoke("scanner", 5)
    with pytest.raises(Unknown, match="no valid token named 'scanner'"):
        tokens.change("scanner", Grant("capture", PARTY, "scanner"))
    with pytest.raises(NotAuthorised):
        tokens.authorise(secret)
