"""The audit: mirror a public log, recompute all of it, and say what is untrue."""
