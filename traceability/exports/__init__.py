"""What leaves the system in somebody else's form: spreadsheets for an authority, EPCIS documents."""
