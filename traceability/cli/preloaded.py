"""What the roles of `guoji up` import, imported once: for the process that they are forked from."""

import gc
import os
import warnings

import api.app
import iot_gateway.gateway
import traceability.chain.contract
import traceability.cli.main
import traceability.cli.web_server
import traceability.own_chain
import traceability.wiring
from traceability.children import die_with_parent

__all__ = ["api", "iot_gateway", "traceability"]

# Each fork runs the module again by which `guoji up` was started; Python wonders that it is here already.
warnings.filterwarnings("ignore", ".*found in sys.modules after import of package", RuntimeWarning)
# By itself it would live as long as any part does.
die_with_parent()
# What the terminal sends to `guoji up` and its group is not for its parts.
os.setpgid(0, 0)
# So that a collection in one of them does not copy what all of them share.
gc.freeze()
