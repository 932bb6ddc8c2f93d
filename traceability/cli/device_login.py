"""`guoji device password` and `guoji device withdraw`: another login for a device, or none."""

import argparse
import os

from traceability.settings import Settings


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    password = actions.add_parser(
        "password",
        help="give a device a new password and print what it needs, once",
        description="The old password is out at once, and whoever is connected with it. The device keeps "
        "its readings until it has the new one. Also lets a device in again whose login was withdrawn. "
        "Tells the embedded broker; write the files of one of your own anew with `guoji broker`.",
    )
    password.add_argument("alias", help="a registered device")
    password.set_defaults(run=_password)
    withdraw = actions.add_parser(
        "withdraw",
        help="withdraw a device's login, so that nobody connects as it any more",
        description="For a device that was stolen or is no longer used. It is disconnected, and its password "
        "is gone; `guoji device password` gives it a new one. Its readings stay, and so do its keys: revoke "
        "them too with `guoji device key revoke`. Tells the embedded broker; write the files of one of your "
        "own anew with `guoji broker`.",
    )
    withdraw.add_argument("alias", help="a registered device")
    withdraw.set_defaults(run=_withdraw)


def _password(args: argparse.Namespace) -> int:
    from iot_gateway.logins import PASSWORDS, give_new_password
    from traceability.cli import credentials, own_broker

    settings = _with_device(args.alias)
    passwords = give_new_password(settings.keys / PASSWORDS, args.alias)
    own_broker.let_in(settings)
    credentials.show(credentials.login(settings, args.alias, passwords[args.alias]))
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    from iot_gateway.logins import PASSWORDS, withdraw_login
    from traceability.cli import own_broker

    settings = _with_device(args.alias)
    withdraw_login(settings.keys / PASSWORDS, args.alias)
    own_broker.let_in(settings)
    print(f"withdrawn: nobody logs in as {args.alias} until `guoji device password {args.alias}`")
    return 0


def _with_device(alias: str) -> Settings:
    """Raises `Unknown` unless it is registered."""
    from traceability.cli.device_keys import registered
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    store = open_store(settings)
    registered(store, alias)
    store.close()
    return settings
