"""SQLAlchemy Core tables that keep what the ledger's ports promise, on SQLite and PostgreSQL alike."""
