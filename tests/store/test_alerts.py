"""From readings in the store to notices in the outbox, and what a crash on the way leaves."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from iot_gateway.simulate.moment import Moment
from tests.alerts.farm import NOW, SECOND, SILENT, WARM, Farm
from traceability.alerts.acknowledge import acknowledge
from traceability.alerts.deliver import LEASE_MS, MOST_TRIES, deliver
from traceability.alerts.look import LOOK_BACK_MS, look
from traceability.alerts.rule import Rule
from traceability.alerts.tell import MOST_ALONE, WITHIN_MS
from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.store.alert_tables import alert, alert_change
from traceability.store.alert_watches import AlertWatchTable


@pytest.fixture
def farm(engine):
    farm = Farm(engine)
    farm.has("truck-1")
    return farm


def test_a_reading_outside_raises_an_alert_and_tells_the_usual_targets_once(farm):
    farm.send("truck-1", 2, 5, 6)

    farm.look(), farm.look(), farm.tell(), farm.tell()

    [raised] = farm.alerts.open()
    assert (raised.device, raised.rule, raised.state, raised.worst) == ("truck-1", "too warm", "raised", 6)
    assert raised.since_ms == NOW + 2 * SECOND
    assert farm.notices() == [("ops", "告警 Alert: truck-1 too warm")]


def test_an_open_alert_says_the_worst_so_far(farm):
    farm.send("truck-1", 5)
    farm.look()
    farm.send("truck-1", 9, 7)
    farm.look()

    [still] = farm.alerts.open()
    assert still.worst == 9


def test_an_array_that_begins_with_the_newest_is_judged_from_the_oldest_on(farm):
    warm_first = [
        Moment(NOW + 2 * SECOND, {"air_temperature": 2}),
        Moment(NOW + SECOND, {"air_temperature": 9}),
    ]
    farm.send_array("truck-1", warm_first)

    farm.look()

    assert farm.count(alert) == 1


def test_what_is_right_again_resolves_it_and_says_so(farm):
    farm.send("truck-1", 5)
    farm.look()
    farm.send("truck-1", 8, 2)

    farm.look(), farm.tell()

    assert farm.alerts.open() == []
    assert [subject for _, subject in farm.notices()] == [
        "告警 Alert: truck-1 too warm",
        "告警解除 Resolved: truck-1 too warm",
    ]


def test_readings_are_looked_at_once_however_often_one_looks_and_whatever_the_order_of_looks(farm):
    farm.send("truck-1", 2, 5, 2, 5, 2)
    at_once = farm.look()

    assert (at_once, farm.look()) == (4, 0)
    assert farm.count(alert) == 2


def test_another_metric_and_a_device_without_goods_raise_nothing(farm):
    farm.send("truck-1", 90, metric="relative_humidity")

    assert farm.look() == 0


def test_what_arrived_long_ago_raises_nothing(farm):
    farm.send("truck-1", 9)
    farm.now += LOOK_BACK_MS

    farm.look()

    assert [each.rule for each in farm.alerts.open()] == []


def test_silence_is_raised_when_its_time_has_come_and_only_once(farm):
    farm.send("truck-1", 2)
    farm.look()
    farm.now += 59 * SECOND
    before = farm.look()
    farm.now += SECOND

    assert (before, farm.look(), farm.look()) == (0, 1, 0)
    assert [each.rule for each in farm.alerts.open()] == ["silent"]
    farm.send("truck-1", 2)
    farm.look()
    assert farm.alerts.open() == []


def test_a_device_that_never_sent_anything_is_not_silent(farm):
    farm.now += LOOK_BACK_MS

    assert farm.look() == 0


def test_silence_is_found_after_a_restart_with_another_rule(farm):
    farm.rules = (WARM,)
    farm.send("truck-1", 2)
    farm.look()
    farm.now += 3600 * SECOND
    farm.rules = (WARM, SILENT)
    farm.watches.begin(farm.rules, farm.now)

    farm.look()

    assert [each.rule for each in farm.alerts.open()] == ["silent"]


def test_the_alert_of_a_rule_that_is_gone_is_resolved_and_nobody_is_told(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()
    farm.watches.begin([SILENT], farm.now)

    assert farm.alerts.open() == []
    assert farm.tell() == 0


def test_the_alert_of_a_device_that_its_rule_is_not_for_any_more_is_resolved_too(farm):
    farm.has("truck-2")
    farm.send("truck-1", 9)
    farm.send("truck-2", 9)
    farm.look()

    farm.watches.begin([replace(WARM, devices=("truck-2",))], farm.now)

    assert [each.device for each in farm.alerts.open()] == ["truck-2"]


def test_nobody_acknowledges_and_it_escalates_once(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()
    farm.now += 600 * SECOND
    farm.rules = (WARM,)

    farm.look(), farm.look(), farm.tell()

    assert farm.notices() == [
        ("ops", "告警 Alert: truck-1 too warm"),
        ("boss", "告警未确认 Not acknowledged: truck-1 too warm"),
    ]


def test_an_acknowledged_alert_stays_open_keeps_the_comment_and_does_not_escalate(farm):
    farm.send("truck-1", 9)
    farm.look()
    [raised] = farm.alerts.open()

    acknowledge(farm.alerts, raised.number, "王", "door closed", farm.now)
    farm.now += 600 * SECOND
    farm.rules = (WARM,)
    farm.look()

    [seen] = farm.alerts.open()
    assert (seen.state, seen.acknowledged.by, seen.acknowledged.comment) == (
        "acknowledged",
        "王",
        "door closed",
    )
    assert seen.escalated_at_ms is None


def test_only_an_open_alert_is_acknowledged_and_only_once(farm):
    farm.send("truck-1", 9)
    farm.look()
    [raised] = farm.alerts.open()
    acknowledge(farm.alerts, raised.number, "a", "b", farm.now)

    with pytest.raises(InvalidInput, match="acknowledged already"):
        acknowledge(farm.alerts, raised.number, "a", "b", farm.now)
    with pytest.raises(Unknown):
        acknowledge(farm.alerts, 999, "a", "b", farm.now)
    farm.send("truck-1", 1)
    farm.look()
    with pytest.raises(InvalidInput, match="resolved already"):
        acknowledge(farm.alerts, raised.number, "a", "b", farm.now)


@pytest.mark.parametrize(("by", "comment"), [("", "x"), ("x", " "), ("x", "y" * 501), ("x\ny", "z")])
def test_an_acknowledgement_wants_a_name_and_a_comment(farm, by, comment):
    with pytest.raises(InvalidInput):
        acknowledge(farm.alerts, 1, by, comment, farm.now)


def test_a_storm_is_a_few_notices_and_one_summary_a_minute(farm):
    aliases = [f"store-{number}" for number in range(40)]
    farm.has(*aliases)
    farm.rules = (WARM,)
    for alias in aliases[:3]:
        farm.send(alias, 9)
    farm.look(), farm.tell()
    for alias in aliases[3:30]:
        farm.send(alias, 9)
        farm.look(), farm.tell()
    in_the_storm = len(farm.notices())
    for alias in aliases[30:]:
        farm.send(alias, 9)
    farm.look(), farm.tell()
    farm.now += WITHIN_MS
    farm.tell()

    assert in_the_storm <= MOST_ALONE + 1
    assert len(farm.notices()) <= MOST_ALONE + 2
    assert len(farm.alerts.open()) == 40
    assert farm.alerts.untold(100) == []


def test_a_value_that_flaps_all_hour_raises_one_alert(farm):
    farm.rules = (Rule(name="flap", metric="air_temperature", high=4, after_ms=0, settle_ms=300 * SECOND),)
    farm.send("truck-1", *[9, 2] * 100)
    farm.look(), farm.tell()

    assert farm.count(alert) == 1
    assert len(farm.notices()) == 1


def crash_at(engine, statement_number):
    """The process dies at this write of what follows: nothing of its transaction is left."""
    seen = 0

    def before(_connection, _cursor, statement, *_):
        nonlocal seen
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            seen += 1
            if seen == statement_number:
                raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", before)
    return lambda: event.remove(engine, "before_cursor_execute", before)


def test_a_crash_at_any_write_loses_no_alert_and_doubles_none(farm):
    farm.rules = (WARM,)
    for number in range(1, 25):
        farm.send("truck-1", 9, 2)
        alive = crash_at(farm.engine, number % 12 + 1)
        try:
            farm.look(), farm.tell()
        except KeyboardInterrupt:
            pass
        finally:
            alive()
        farm.now += WITHIN_MS
        farm.look(), farm.tell()

    farm.now += WITHIN_MS
    farm.tell()

    assert farm.count(alert) == 24
    assert farm.count(alert_change) == 2 * 24
    assert farm.alerts.untold(1) == []
    assert len(farm.notices()) == 2 * 24


def test_of_two_that_look_at_once_the_slower_one_keeps_nothing(farm):
    farm.send("truck-1", 9)
    slow = AlertWatchTable(farm.engine)
    seen = slow.news(0, 100)
    farm.look()

    class Late:
        news = staticmethod(lambda *_: seen)
        unheard = staticmethod(lambda *_: [])
        keep = staticmethod(slow.keep)

    with pytest.raises(Unavailable, match="somebody else has looked meanwhile"):
        look(Late(), farm.rules, farm.now)
    assert farm.count(alert) == 1


def test_of_two_that_tell_at_once_the_slower_one_puts_nothing_into_the_outbox(farm):
    farm.send("truck-1", 9)
    farm.look()
    said = farm.alerts.untold(10)
    farm.tell()

    with pytest.raises(Unavailable):
        farm.alerts.tell(said, [], farm.now, in_a_summary=False)


def test_what_was_taken_is_gone_from_the_outbox_and_what_was_not_is_tried_again_and_then_given_up(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()
    came, now = [], farm.now

    def refuse(notice):
        came.append(notice.key)
        raise Unavailable("answered 500")

    said = []
    for _ in range(MOST_TRIES):
        said.append(deliver(farm.alerts, "ops", refuse, now))
        assert deliver(farm.alerts, "ops", refuse, now) is None  # not before its time
        now += 700 * SECOND

    assert deliver(farm.alerts, "ops", refuse, now) is None
    assert len(came) == MOST_TRIES
    assert len(set(came)) == 1
    assert said[0].endswith("again in 1 s")
    assert said[-1].endswith("given up")
    [dead] = farm.alerts.undelivered()
    assert (dead.trouble, dead.tries, dead.due_at_ms) == ("answered 500", MOST_TRIES, None)


def test_a_crash_after_sending_sends_again_with_the_same_key_and_not_before_the_lease_ends(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()
    came = []

    def die(notice):
        came.append(notice.key)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(farm.alerts, "ops", die, farm.now)
    too_early = deliver(farm.alerts, "ops", lambda notice: came.append(notice.key), farm.now + LEASE_MS - 1)
    again = deliver(farm.alerts, "ops", lambda notice: came.append(notice.key), farm.now + LEASE_MS)

    assert (too_early, again) == (None, "sent")
    assert len(came) == 2
    assert len(set(came)) == 1
    assert farm.notices() == []


def test_a_notice_that_kills_whoever_sends_it_is_given_up_in_the_end(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()
    came, now = [], farm.now

    def die(notice):
        came.append(notice.key)
        raise KeyboardInterrupt

    for _ in range(MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            deliver(farm.alerts, "ops", die, now)
        now += LEASE_MS

    assert deliver(farm.alerts, "ops", die, now) == f"tried {MOST_TRIES} times; given up"
    assert len(came) == MOST_TRIES
    assert farm.alerts.undelivered()[0].due_at_ms is None


def test_a_target_is_not_kept_waiting_by_another_ones_notices(farm):
    farm.send("truck-1", 9)
    farm.look(), farm.tell()

    assert deliver(farm.alerts, "boss", lambda _: None, farm.now) is None
