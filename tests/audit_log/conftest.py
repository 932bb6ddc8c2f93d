"""An honest log of 700 entries, anchored; a server over it that can lie; and an auditor with a mirror."""

import pytest

from tests.audit_log.auditing import Auditor
from tests.audit_log.fake_chain import FakeChain
from tests.audit_log.log_folder import LogFolder
from tests.audit_log.serving import serving


@pytest.fixture
def log(tmp_path):
    return LogFolder(tmp_path / "log").grow(700)


@pytest.fixture
def server(log):
    with serving(log.folder) as server:
        yield server


@pytest.fixture
def chain(log):
    chain = FakeChain()
    chain.take(5, log.size, log.checkpoint.root)
    return chain


@pytest.fixture
def auditor(tmp_path, server, chain):
    return Auditor(tmp_path / "mirror", server.url, [chain])
