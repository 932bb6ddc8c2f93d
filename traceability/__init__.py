"""Guoji 果迹: what is recorded about a fruit, and the proofs that nobody rewrote it."""
