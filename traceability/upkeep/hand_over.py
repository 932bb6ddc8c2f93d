"""A new account on the chain takes over everything from the old one."""

from collections.abc import Callable
from datetime import datetime

from traceability.chain.contract import TraceLogContract
from traceability.chain.money import held_by, send_all
from traceability.keys.ring import CHAIN, NEXT, OLD
from traceability.own_chain import contract
from traceability.settings import Settings
from traceability.upkeep.rotation import let_append

Tell = Callable[[str], object]
"""Takes one line for the operator."""


def rotate_chain(settings: Settings, now: datetime, tell: Tell) -> bool:
    """Do what can be done now, and `tell` it; whether the new account has taken over everything.

    Raises `ChainUnavailable`, and `Refused` if the contract's administrator must act first. What a crash
    leaves is finished by calling it again: files and chain say what was done.
    """
    # (1) make the new key, (2) let its account append, (3) put it in the old one's place, (4) take everything
    # from the old account, (5) become administrator, (6) destroy the old key.
    #
    # Anchors go on throughout: before (3) the old account may append, after (2) the new one. Until (5), which
    # the contract lets wait, the old key is needed: only its account can cancel a hand-over.
    keys = settings.key_ring

    # (1)
    if not keys.has(CHAIN + OLD):
        keys.make_next(CHAIN)
    is_in_place = not keys.has(CHAIN + NEXT)
    old = contract(settings, CHAIN + OLD if is_in_place else CHAIN)
    new = contract(settings, CHAIN if is_in_place else CHAIN + NEXT)
    # (2)
    if let_append(_account(new), old, new):
        tell(f"{_account(new)} may append to the log")
    # (3)
    if not is_in_place:
        keys.switch(CHAIN, keep_old=True)
        tell(f"{_account(new)} takes the place of {_account(old)}")
    # (4)
    is_administrator = old.administrator() == _account(old)
    _give_up(old, _account(new), is_administrator, tell)
    tell(
        f"{_account(new)} pays from now on, and holds {held_by(new.client) / 10**18:.6f} of the chain's coin"
    )
    # (5)
    if is_administrator and not _take_over(new, now, tell):
        return False
    # (6)
    keys.destroy_old(CHAIN)
    tell(f"the key of {_account(old)} is destroyed")
    return True


def _give_up(old: TraceLogContract, heir: str, is_administrator: bool, tell: Tell) -> None:
    if old.may_append():
        old.renounce_publisher()
        tell(f"{_account(old)} may no longer append")
    named = old.next_administrator()
    if is_administrator and (named is None or named[0] != heir):
        old.hand_over(heir)
        tell(f"{heir} is named as the contract's next administrator")
    # The money goes last: all before costs some.
    send_all(old.client, heir)


def _take_over(new: TraceLogContract, now: datetime, tell: Tell) -> bool:
    named = new.next_administrator()
    if named is None or now <= named[1]:
        from_when = "" if named is None else f" after {named[1]:%Y-%m-%d %H:%M:%S} UTC"
        tell(
            f"left to do: `guoji keys rotate chain`{from_when}, when {_account(new)} may become administrator"
        )
        return False
    new.take_over()
    tell(f"{_account(new)} administers the contract")
    return True


def _account(contract: TraceLogContract) -> str:
    return str(contract.client.account.address)
