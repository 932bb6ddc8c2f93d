"""The demonstration: one lot of strawberries from field to shelf, over real and simulated readings."""
