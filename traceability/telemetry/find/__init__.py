"""Looks for what is missing from or odd about a device's readings: one file a kind of finding."""
