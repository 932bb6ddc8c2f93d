"""What an EPCIS query may ask (EPCIS 2.0, 8.2.7.1), and whether an event is an answer to it."""
