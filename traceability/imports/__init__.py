"""A partner without a system of its own sends spreadsheets, which become events."""
