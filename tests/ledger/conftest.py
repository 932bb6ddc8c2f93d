"""What the tests of anchoring share."""

import pytest

from tests.ledger.anchoring import Anchoring


@pytest.fixture
def role() -> Anchoring:
    role = Anchoring()
    role.log.grow(3)
    return role
