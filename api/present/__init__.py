"""Turns what the ledger knows into what a page shows: frozen values, all in the reader's language."""
