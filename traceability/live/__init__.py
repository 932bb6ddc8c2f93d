"""Live rooms: what a host shows and says on air, held against the records, and kept as evidence."""
