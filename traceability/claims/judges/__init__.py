"""Judges by topic: each holds one kind of claim against the facts."""
