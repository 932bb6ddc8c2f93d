"""Parties are kept with their prefixes, and no prefix has two owners."""

import pytest

from traceability.errors import InvalidInput, Unknown
from traceability.ledger.parties import Party
from traceability.store.parties import PartyTable

FARM = Party("9521234000013", "Farm", ("9521234",), True, ("9521321000001",))
OTHER = Party("9521321000001", "Packhouse", ("9521321", "95212345"))


def test_what_is_kept_is_found_again_and_changed(engine):
    parties = PartyTable(engine)
    parties.keep(OTHER)
    parties.keep(Party(FARM.gln, "Before", ("9521234", "9529999"), False))
    parties.keep(FARM)

    assert list(parties.register().parties.values()) == [
        FARM,
        Party(OTHER.gln, OTHER.name, ("95212345", "9521321")),
    ]
    assert parties.owner_of("https://id.gs1.org/01/09521234000020") == FARM.gln
    assert parties.owner_of("https://id.gs1.org/01/09529999000004") is None
    assert parties.is_authority(FARM.gln)
    assert not parties.is_authority(OTHER.gln)
    assert parties.may_make(OTHER.gln, "https://id.gs1.org/01/09521234000020")


def test_a_prefix_of_another_party_is_refused_and_nothing_changes(engine):
    parties = PartyTable(engine)
    parties.keep(FARM)

    with pytest.raises(InvalidInput, match="prefix 9521234 is of party 9521234000013 already"):
        parties.keep(Party(OTHER.gln, "Packhouse", ("9521321", "9521234")))

    assert list(parties.register().parties) == [FARM.gln]


def test_keys_of_a_removed_party_are_nobodys(engine):
    parties = PartyTable(engine)
    parties.keep(FARM)
    parties.remove(FARM.gln)

    assert parties.owner_of("https://id.gs1.org/01/09521234000020") is None
    with pytest.raises(Unknown, match="party 9521234000013 is not registered"):
        parties.remove(FARM.gln)
