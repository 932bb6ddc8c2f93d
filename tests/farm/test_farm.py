"""What a farmer may do, over a real store: their own devices, alerts and harvests, and nobody else's."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.api.farming import FIELD, GTIN, OTHER_PARTY, PARTY, WARM, Farming
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.farm.farm import Farmer
from traceability.farm.harvest import Harvest
from traceability.farm.known import Plot, Product
from traceability.ledger.trace import Grade

LI, WANG = Farmer(PARTY, "Li's phone"), Farmer(OTHER_PARTY, "Wang's phone")


@pytest.fixture
def farming(settings, store):
    return Farming(settings, store)


@pytest.fixture
def farm(farming):
    return farming.farm


def a_harvest(farming, **fields):
    values = {
        "form": UUID(int=1),
        "product": Product(GTIN, {}),
        "lot": "F3-1",
        "kilograms": 20.0,
        "plot": Plot(FIELD, {}),
        "at": farming.now,
        "photo": None,
    }
    return Harvest(**values | fields)


def test_a_token_for_the_page_opens_it_until_it_is_revoked(farming, farm):
    token = farming.token()

    assert farm.sign_in(token) == LI
    farming.store.tokens.revoke("Li's phone", 5)
    with pytest.raises(NotAuthorised, match="revoked"):
        farm.sign_in(token)


@pytest.mark.parametrize("role", ["read", "capture", "admin"])
def test_a_token_with_another_role_does_not_open_it(farming, farm, role):
    with pytest.raises(NotAuthorised, match=f"has role {role}, want farm"):
        farm.sign_in(farming.token(role=role))


def test_a_farm_sees_its_own_devices_alone(farming, farm):
    farming.has("cold-1")
    farming.has("cold-2", party=OTHER_PARTY)

    assert [each.device.alias for each in farm.overview(LI, 5).devices] == ["cold-1"]
    assert farm.device(LI, "cold-1")[0].device.alias == "cold-1"
    for alias in ("cold-2", "nothing", "../cold-1"):
        with pytest.raises(Unknown, match="this farm has no device"):
            farm.device(LI, alias)


def test_a_device_says_what_it_measured_last_and_the_worst_stands_first(farming, farm):
    farming.has("a-well")
    farming.has("z-silent")
    farming.sends("a-well", air_temperature=4.5, battery=80.0)
    farming.sends("z-silent", until_min=200, air_temperature=3.0)

    silent, well = farm.overview(LI, 5).devices

    assert (silent.device.alias, silent.urgency) == ("z-silent", 1)
    assert (well.device.alias, well.urgency) == ("a-well", 4)
    assert {each.metric: each.value for each in well.values} == {"air_temperature": 4.5, "battery": 80.0}


def test_an_alert_is_acknowledged_in_the_name_of_the_token_by_its_own_farm_alone(farming, farm):
    farming.has("cold-1")
    farming.send("cold-1", 1, air_temperature=9.0)
    farming.watch(WARM)
    [alert] = farm.overview(LI, 5).alerts

    with pytest.raises(Unknown, match="this farm has no alert"):
        farm.acknowledge(WANG, alert.number, "mine")
    said = farm.acknowledge(LI, alert.number, "closed the door").acknowledged

    assert (said.by, said.comment) == ("Li's phone", "closed the door")
    with pytest.raises(Unknown):
        farm.acknowledge(LI, 99, "x")
    with pytest.raises(InvalidInput, match="the comment has 0 characters"):
        farm.acknowledge(LI, an_alert(farming, farm), "")


def an_alert(farming, farm):
    """The number of another alert."""
    farming.has("cold-2")
    farming.send("cold-2", 1, air_temperature=9.0)
    farming.watch(WARM)
    return next(each.number for each in farm.overview(LI, 5).alerts if each.acknowledged is None)


def test_an_alert_keeps_the_first_word_about_it(farming, farm):
    farming.has("cold-1")
    number = an_alert(farming, farm)
    farm.acknowledge(LI, number, "on my way")

    assert farm.acknowledge(replace(LI, name="Zhao"), number, "mine").acknowledged.comment == "on my way"


def test_a_harvest_is_on_the_trace_as_entered_by_a_person(farming, farm):
    key = farm.record(LI, a_harvest(farming))

    trace = farming.ledger.traces.read(a_harvest(farming).link, farming.now)

    assert [(each.key, each.grade, each.submitter) for each in trace.events] == [(key, Grade.PERSON, PARTY)]
    assert trace.harvested_at == farming.now


def test_the_same_form_sent_twice_is_one_harvest_also_when_others_came_between(farming, farm):
    first = farm.record(LI, a_harvest(farming))
    second = farm.record(LI, a_harvest(farming, form=UUID(int=2)))

    assert farm.record(LI, a_harvest(farming)) == first
    assert farm.record(LI, a_harvest(farming, form=UUID(int=2))) == second != first
    assert [each.key for each in farm.of_lot(LI, a_harvest(farming).link)] == [first, second]
    steps = [farm.harvest(LI, key)[0].event.body["bizStep"] for key in (first, second)]
    assert steps == ["creating_class_instance"] * 2


def test_a_harvest_is_its_own_farms_business(farming, farm):
    key = farm.record(LI, a_harvest(farming))

    for ask in (lambda: farm.harvest(WANG, key), lambda: farm.declare_wrong(WANG, key, "incorrect_data")):
        with pytest.raises(Unknown, match="this farm has recorded no harvest"):
            ask()
    with pytest.raises(Unknown):
        farm.harvest(LI, "x")
    assert farm.of_lot(WANG, a_harvest(farming).link) == []
    assert farm.known(WANG).products == ()


def test_nobody_harvests_where_only_a_simulated_device_stands(farming, farm):
    farming.has("sim-0001", staged={"en": "Simulated"})

    assert farm.known(LI).plots == ()


def test_a_batch_is_no_harvest(farming, farm):
    farming.has("cold-1")
    farming.send("cold-1", 1, air_temperature=3.0)
    farming.seal()
    [key] = farming.store.history.batch_events_between("cold-1", 0, farming.now_ms)

    with pytest.raises(Unknown, match="no harvest"):
        farm.harvest(LI, key)


def test_what_was_declared_wrong_counts_no_more_and_its_twin_does(farming, farm):
    wrong = farm.record(LI, a_harvest(farming))
    right = farm.record(LI, a_harvest(farming, form=UUID(int=2)))

    farm.declare_wrong(LI, wrong, "incorrect_data")
    farming.now += timedelta(minutes=1)
    farm.declare_wrong(LI, wrong, "incorrect_data")

    found = farm.overview(LI, 5)
    assert {each.key for each in found.harvests} == {wrong, right}
    assert found.voided == {wrong}
    assert farm.harvest(LI, wrong)[1]
    assert [each.key for each in farm.of_lot(LI, a_harvest(farming).link)] == [right]
    trace = farming.ledger.traces.read(a_harvest(farming).link, farming.now)
    assert len(trace.events) == 3
    assert {each.key for each in trace.events if not each.voided} == {right}


def test_what_a_partner_captured_in_the_farms_name_is_known_too(farming, farm):
    key = farming.captured_harvest()

    found = farm.known(LI)

    assert [product.gtin for product in found.products] == [GTIN]
    assert found.party_name["en"] == "Demo Strawberry Farm"
    assert [each.key for each in farm.overview(LI, 5).harvests] == [key]


def test_a_harvest_takes_over_what_the_farm_calls_itself(farming, farm):
    farming.captured_harvest()
    [product], [plot, *_] = farm.known(LI).products, farm.known(LI).plots

    key = farm.record(LI, replace(a_harvest(farming), product=product, plot=plot))

    body = farm.harvest(LI, key)[0].event.body
    assert body["guoji:party"]["guoji:name"]["guoji:zh"] == "示范草莓园"
    assert body["readPoint"]["guoji:name"]["guoji:en"] == "Field 3"
    assert body["ilmd"]["guoji:name"]["guoji:en"] == "Benihoppe strawberries"
    assert "guoji:growingSince" not in body["ilmd"]
