"""
Everything this system refuses, as one tree:

* TraceError
  + InvalidInput          malformed: the sender must change it                (400; the command line exits 65)
    - NotAuthorised       who asks may not do this                            (403)
    - BadQuery            a parameter asks for what cannot be asked for       (400)
    - BadSubscription     its controls ask for what cannot be done            (400)
    - NameTaken           what is to be made under this name is there         (409)
    - QueryTooLarge       more events answer than were wanted                 (413)
    - CaptureTooLarge     more is sent at a time than we take                  (413)
  + Unknown               we hold nothing under this name                     (404)
    - NoSuchName          no query has this name                              (404)
    - NotIssued           this item's code was not made by us                 (404)
    - Misspelt            it was, but is spelt otherwise than it is printed   (404)
    - NeverActivated      this item's code was made, and never put on goods   (404)
      . CodeWithdrawn     and was taken back                                  (410)
    - Erased              we held it, and it was erased for good              (410)
  + Unavailable           sound request, but not now: try later               (503)
    - CheckpointConflict  another writer published first
    - BatchConflict       another sealer closed this window first
    - RoomConflict        somebody else changed this live room first
    - ChainUnavailable    the chain did not answer
    - ClockBehind         our clock tells a time that was long ago
    - NotInLogYet         recorded, but the log has not taken it yet
    - KeysUnavailable     the identity provider does not tell its keys
  + Refused               going on would break a promise: a person must look  (500)
  + CheckFailed           one verification step found something untrue        (see proof/verify.py)
"""


class TraceError(Exception):
    """Base of the tree. The message names what was found, what was wanted and which thing."""


class InvalidInput(TraceError):
    """Malformed: the sender must change it."""


class NotAuthorised(InvalidInput):
    """Who asks may not do this."""


class BadQuery(InvalidInput):
    """A parameter of a query asks for what cannot be asked for."""


class BadSubscription(InvalidInput):
    """The controls of a subscription ask for what cannot be done."""


class NameTaken(InvalidInput):
    """What is to be made under this name is there already."""


class QueryTooLarge(InvalidInput):
    """More events answer a query than were wanted."""


class CaptureTooLarge(InvalidInput):
    """More is sent at a time than we take."""


class Unknown(TraceError):
    """We hold nothing under this name."""


class NoSuchName(Unknown):
    """No query has this name."""


class NotIssued(Unknown):
    """This item's code was not made by us."""


class Misspelt(NotIssued):
    """This item's code was made by us, but is spelt otherwise; `meant` is the link as it is printed."""

    def __init__(self, message: str, meant: str) -> None:
        super().__init__(message)
        self.meant = meant


class NeverActivated(Unknown):
    """This item's code was made by us, and never put on goods."""


class CodeWithdrawn(NeverActivated):
    """This item's code was made by us, and taken back before it was put on goods."""


class Erased(Unknown):
    """We held it, and it was erased for good."""


class Unavailable(TraceError):
    """Sound request, but not now: try later."""


class CheckpointConflict(Unavailable):
    """Another writer published first."""


class BatchConflict(Unavailable):
    """Another sealer closed this window first."""


class RoomConflict(Unavailable):
    """Somebody else changed this live room first."""


class ChainUnavailable(Unavailable):
    """The chain did not answer, or not as a chain does."""


class ClockBehind(Unavailable):
    """Our clock tells a time that was long ago."""


class NotInLogYet(Unavailable):
    """It is recorded, and will be in the log in a moment."""


class KeysUnavailable(Unavailable):
    """The identity provider does not tell its keys, so its tokens cannot be checked."""


class Refused(TraceError):
    """Going on would break a promise we gave: a person must look first."""


class CheckFailed(TraceError):
    """A verification step found something untrue. Only `proof/verify.py` turns it into a verdict."""
