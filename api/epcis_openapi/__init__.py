"""What the EPCIS interface is described by: the official OpenAPI document, with our differences from it."""
