"""A publisher in a process of its own: once, killed on its n-th line, or again and again until it is killed.

Called with the line, or with nothing; settings come from the environment. Prints each checkpoint that it
signed, as JSON.
"""

import json
import os
import signal
import sys
import time

from traceability import own_store
from traceability.errors import CheckpointConflict
from traceability.keys import files as keyfiles
from traceability.ledger import publish as publishing
from traceability.own_policy import log_signer
from traceability.settings import Settings
from traceability.store import high_water, log, map_pages

WATCHED = {module.__file__ for module in (publishing, log, map_pages, high_water, keyfiles)}
"""Where a line can be one on which the publisher is killed."""


def killed_at(line):
    """A trace function that kills this process on the so many-th line of the files above."""
    left = line

    def trace(frame, event, _argument):
        nonlocal left
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def main():
    settings = Settings.read(os.environ)
    store, signer = own_store.open_store(settings), log_signer(settings)
    mark = high_water.HighWaterFile(settings.high_water_file)

    def publish():
        try:
            signed = publishing.publish(store.log, store.checkpoints, mark, signer)
        except CheckpointConflict:
            return
        if signed is not None:
            print(json.dumps(store.checkpoints.newest()), flush=True)

    if sys.argv[1:]:
        sys.settrace(killed_at(int(sys.argv[1])))
        publish()
        return
    while True:
        publish()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
