"""Simulated devices: what they measure, what goes wrong with them, how many of them are played at once."""
