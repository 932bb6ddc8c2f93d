"""The routes, one file a concern: each parses, calls the ledger once, presents."""
