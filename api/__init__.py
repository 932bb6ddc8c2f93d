"""What people and partners reach over HTTP: pages, proofs, the log, capture."""
