"""What a laboratory does: signs credentials from its result sheets, and keeps the list of what it revoked."""
