"""Credentials in events: of the form that readers know, and without personal data."""

import pytest

from tests.builders import CONTEXT
from tests.laboratories import KEY, a_credential, a_list, an_inspection
from traceability.epcis.profile import profile_faults


def faults(**fields):
    return [str(fault.problem) for fault in profile_faults(an_inspection(**fields).body, CONTEXT)]


def test_a_credential_and_its_list_are_taken():
    assert faults(credential=a_credential(), **{"guoji:statusList": a_list()}) == []


@pytest.mark.parametrize("value", [7, {"jwt": "x"}, "a.b", "a.b.c", "A" * 70_000, None])
def test_what_is_none_is_refused(value):
    assert len(faults(**{"guoji:statusList": value})) == 1


@pytest.mark.parametrize(
    "payload", [{"inspectorName": "Li"}, {"credentialSubject": [{"note": "call 13912345678"}]}]
)
def test_personal_data_inside_is_refused(payload):
    [said] = faults(credential=KEY.sign(payload))

    assert "in the credential, want it left out" in said
    assert "139" not in said
