"""A key belongs to the party with the longest registered prefix that it begins with."""

import pytest

from traceability.errors import InvalidInput, NotAuthorised
from traceability.gs1.company_prefix import prefix, prefixed
from traceability.ledger.parties import Party, Register, may_recall

FARM, PACKHOUSE, OFFICE = "9521234000013", "9521321000001", "9521111000005"
LOT = "https://id.gs1.org/01/09521234000020/10/L1"
REGISTER = Register.of(
    [
        Party(FARM, "Farm", ("9521234",), makers=(PACKHOUSE,)),
        Party(PACKHOUSE, "Packhouse", ("95212345", "9521321")),
        Party(OFFICE, "Office", is_authority=True),
    ]
)


@pytest.mark.parametrize(
    ("link", "digits"),
    [
        ("https://id.gs1.org/01/19521234000027/10/L1", "9521234000027"),
        ("https://id.gs1.org/00/395212340000000011", "95212340000000011"),
        ("https://id.gs1.org/414/9521234000013/254/PLOT", "9521234000013"),
        ("https://id.gs1.org/417/9521234000013", "9521234000013"),
        ("https://id.gs1.org/8003/09521234000013A1", "9521234000013"),
        ("https://id.gs1.org/8004/9521234TRUCK", "9521234"),
        ("https://id.gs1.org/402/95212340000000016", "95212340000000016"),
        ("https://example.org/01/19521234000027", None),
        ("https://id.gs1.org/10/9521234", None),
        ("urn:uuid:00000000-0000-0000-0000-000000000000", None),
    ],
)
def test_the_prefix_begins_where_the_key_has_it(link, digits):
    assert prefixed(link) == digits


def test_the_longer_prefix_decides():
    assert REGISTER.owner_of(LOT) == FARM
    assert REGISTER.owner_of("https://id.gs1.org/01/09521234500006") == PACKHOUSE
    assert REGISTER.owner_of("https://id.gs1.org/01/09529999000004") is None
    assert REGISTER.owner_of("urn:uuid:00000000-0000-0000-0000-000000000000") is None


def test_only_the_owner_and_its_makers_make_goods_under_a_prefix():
    nobodys = "https://id.gs1.org/01/09529999000004"

    assert REGISTER.may_make(FARM, LOT)
    assert REGISTER.may_make(PACKHOUSE, LOT)
    assert not REGISTER.may_make(OFFICE, LOT)
    assert REGISTER.may_make(OFFICE, nobodys)


def test_only_the_owner_an_authority_or_else_the_first_maker_recalls():
    nobodys = "https://id.gs1.org/01/09529999000004/10/L1"

    may_recall(REGISTER, FARM, [LOT])
    may_recall(REGISTER, OFFICE, [LOT, nobodys])
    may_recall(REGISTER, PACKHOUSE, [nobodys], {nobodys: PACKHOUSE})
    with pytest.raises(NotAuthorised, match=f"{LOT} is of party {FARM}: only it or an authority may recall"):
        may_recall(REGISTER, PACKHOUSE, [LOT], {LOT: PACKHOUSE})
    for makers in ({}, {nobodys: FARM}):
        with pytest.raises(NotAuthorised, match="was not the first to make it"):
            may_recall(REGISTER, PACKHOUSE, [nobodys], makers)


@pytest.mark.parametrize("text", ["", "952", "95212345678901", "9521a", "９５２１"])
def test_a_prefix_has_4_to_13_digits(text):
    with pytest.raises(InvalidInput, match="want 4 to 13 digits"):
        prefix(text)
