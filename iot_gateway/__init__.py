"""Where devices and the ledger meet: brokers, the gateway between them, and simulated devices."""
