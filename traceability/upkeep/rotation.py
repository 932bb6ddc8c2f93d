"""A new key takes the place of the log's or the gateway's."""

from typing import TYPE_CHECKING

from traceability.errors import Refused
from traceability.keys.ring import GATEWAY, LOG, NEXT
from traceability.log.note import NoteVerifier
from traceability.own_chain import contract
from traceability.own_policy import add_key, check_named, policy, public_half
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.chain.contract import TraceLogContract

# Every step of a rotation finds out by itself whether it was done already, so that whatever a crash leaves is
# repaired by calling the same function again. What is held up until then stands over each.


def rotate_gateway(settings: Settings) -> NoteVerifier:
    """The new key's public half. Receipts by the old one stay valid; devices must be told of the new one.

    Raises `InvalidInput` if the present key is none that the trust policy names.
    """
    # (1) make the new key, (2) say publicly that it is believed, (3) put it in the old one's place.
    #
    # After a crash between (2) and (3) the key in place is not the newest that is believed: the gateway waits
    # until this was called again. In the other order that key would be one that nobody believes.

    check_named(settings, GATEWAY)
    # (1)
    settings.key_ring.make_next(GATEWAY)
    new = public_half(settings, GATEWAY + NEXT)
    # (2)
    add_key(settings, "gateway", new)
    # (3)
    settings.key_ring.switch(GATEWAY)
    return new


def rotate_log(settings: Settings) -> NoteVerifier:
    """The new key's public half. The same tree goes on under it; proofs by the old one stay valid.

    Raises like `rotate_gateway`, `ChainUnavailable`, and `Refused` if the contract's administrator must act
    first.
    """
    # (1) make the new key, (2) be allowed to append under its log id, (3) have that take over what the
    # contract holds under the old one, (4) no longer append under the old one, (5) say publicly that the new
    # key is believed, (6) put it in the old one's place.
    #
    # From (3) on the old key is worth nothing to its thief: nobody can anchor what it signs. A crash between
    # (3) and (6) holds up anchors, or the publisher, until this is called again.

    check_named(settings, LOG)
    # (1)
    settings.key_ring.make_next(LOG)
    new = public_half(settings, LOG + NEXT)
    if policy(settings).contract is not None:
        of_old = contract(settings, log=public_half(settings, LOG))
        of_new = contract(settings, log=new)
        # (2)
        let_append(of_new.client.account.address, of_new)
        # (3), (4)
        _take_over(of_old, of_new)
    # (5)
    add_key(settings, "log", new)
    # (6)
    settings.key_ring.switch(LOG)
    return new


def _take_over(old: "TraceLogContract", new: "TraceLogContract") -> None:
    # The publisher that runs may append under the old key until that is taken from it. So what is held is
    # looked at once more after that: a first anchor that came meanwhile must be taken over too.
    while True:
        if old.held().size and not new.held().size:
            let_append(old.client.account.address, old)
            new.succeed(old.log_id)
        if not old.may_append():
            return
        old.renounce_publisher()


def let_append(account: str, *seen: "TraceLogContract") -> bool:
    """Whether `account` was granted the role now; by the administrator, if that is an account of `seen`.

    Raises `Refused` if it is somebody else.
    """
    contract = seen[0]
    if contract.may_append(account):
        return False
    administrator = contract.administrator()
    for each in seen:
        if each.client.account.address == administrator:
            each.grant_publisher(account)
            return True
    raise Refused(
        f"{administrator} administers the contract {contract.address}, and must let {account} append: "
        f"grantRole(0x{contract.publisher_role().hex()}, {account}); then call this again"
    )
