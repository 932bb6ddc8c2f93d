"""What devices send, as pure functions: SenML, readings, batches, findings, receipts."""
