"""Whatever is asked or sent, as the OpenAPI document allows or not, the answer is one that it describes."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from api.app import create_app
from api.epcis_openapi.document import described, operations
from tests.api.capturing import a_capture_ledger
from tests.api.serving import PUBLIC_URL

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
TOKEN = {"Authorization": "Bearer capture"}
ASKED = [(path, method.upper()) for path, method, _ in operations(described()) if method != "options"]
FREE = ("/openapi.json", "/nextPageToken/{token}")
"""Nothing that is asked for there can be wrong."""


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """What the real application describes, over an empty store."""
    with a_capture_ledger(tmp_path_factory.mktemp("store")) as ledger:
        yield schemathesis.openapi.from_asgi("/epcis/openapi.json", create_app(ledger, PUBLIC_URL))


@pytest.mark.parametrize(("path", "method"), ASKED)
def test_what_is_allowed_gets_an_answer_that_is_described(api, rounds, path, method):
    check_any(api[path][method].as_strategy(), rounds)


@pytest.mark.parametrize(("path", "method"), [each for each in ASKED if each[0] not in FREE])
def test_what_is_not_allowed_gets_an_answer_that_is_described(api, rounds, path, method):
    check_any(api[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE), rounds)


def check_any(cases, rounds):
    @settings(
        max_examples=4 if rounds <= 3 else 200,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(cases)
    def check(case):
        answer = case.call(headers=TOKEN)
        case.validate_response(answer, checks=CHECKS)
        # 501 says that it is not served here, which only what is described so may say.
        assert answer.status_code < 500 or answer.status_code == 501

    check()
