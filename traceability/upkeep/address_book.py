"""The contract that this installation has deployed on each chain: a file that holds no secret."""

import os
from datetime import datetime
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from traceability.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Deployment:
    """One contract, from the moment its transaction was signed."""

    contract: str = ""
    """Its address; empty while no block holds the transaction."""
    block: int | None = None
    transaction: str
    deployer: str
    code_hash: str
    """Keccak-256 of the code that the chain must hold, as EXTCODEHASH gives it."""
    compiler: str
    signed_at: datetime
    raw: str = ""
    """The signed transaction in hex while no block holds it: the chain may have to be told again."""


_BOOK = TypeAdapter(dict[int, Deployment])


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Every method raises `InvalidInput` if the file is there and is no address book."""

    file: Path

    def on(self, chain_id: int) -> Deployment | None:
        return self._read().get(chain_id)

    def keep(self, chain_id: int, deployment: Deployment) -> None:
        self._write(self._read() | {chain_id: deployment})

    def forget(self, chain_id: int) -> None:
        self._write({each: kept for each, kept in self._read().items() if each != chain_id})

    def _read(self) -> dict[int, Deployment]:
        try:
            return _BOOK.validate_json(self.file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            fault = error.errors()[0]
            where = " ".join(str(part) for part in fault["loc"])
            raise InvalidInput(f"{self.file} is no address book: {where} {fault['msg']}") from error

    def _write(self, book: dict[int, Deployment]) -> None:
        """All of it or what was there before, durably."""
        unfinished = self.file.with_suffix(".new")
        with unfinished.open("wb") as stream:
            stream.write(_BOOK.dump_json(book, indent=2) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.rename(self.file)
