"""Proofs: what the log commits to, the file that shows it to a stranger, and the check of that file."""
