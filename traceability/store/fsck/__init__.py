"""Recompute everything that a store holds, and say where it differs; nothing that is stored is believed."""
