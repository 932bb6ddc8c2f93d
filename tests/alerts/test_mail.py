"""A mail says what the notice says, and a text from outside cannot write its headers."""

import pytest

from tests.alerts.sinks import mail_sink
from traceability.alerts.alert import Notice
from traceability.alerts.mail import Mailbox
from traceability.errors import InvalidInput, Unavailable

NOTICE = Notice(
    "ab" * 16, "老板 boss", "告警 Alert: truck-1 too warm", "告警 Alert #1: truck-1\n.\nend", b"{}"
)


def a_mailbox(port):
    return Mailbox("127.0.0.1", port, "guoji@farm.example", ("boss@farm.example",), starttls=False)


def test_a_mail_arrives_with_its_subject_text_and_a_message_id_that_stays_the_same():
    with mail_sink() as sink:
        a_mailbox(sink.port)(NOTICE)
        a_mailbox(sink.port)(NOTICE)

    once, again = sink.came
    ids = [line for line in once if line.startswith("Message-ID:")]
    assert ids == [f"Message-ID: <{'ab' * 16}@farm.example>"]
    assert ids == [line for line in again if line.startswith("Message-ID:")]
    assert "To: boss@farm.example" in once
    assert "Auto-Submitted: auto-generated" in once


def test_a_relay_that_refuses_or_is_not_there_is_unavailable():
    with mail_sink() as sink:
        sink.refuse_mail = True
        with pytest.raises(Unavailable):
            a_mailbox(sink.port)(NOTICE)

    with pytest.raises(Unavailable):
        a_mailbox(sink.port)(NOTICE)


def test_a_relay_without_starttls_gets_nothing_where_it_is_wanted():
    with mail_sink() as sink:
        secure = Mailbox("127.0.0.1", sink.port, "guoji@farm.example", ("boss@farm.example",))
        with pytest.raises(Unavailable):
            secure(NOTICE)

    assert sink.came == []


def test_a_password_is_not_sent_in_the_clear_and_not_printed():
    with pytest.raises(InvalidInput):
        Mailbox("relay.example", 25, "a@b.example", ("c@d.example",), "user", "geheim", starttls=False)

    assert "geheim" not in repr(
        Mailbox("relay.example", 587, "a@b.example", ("c@d.example",), "user", "geheim")
    )
