"""What the system does, as functions of values and ports: record, seal, capture, publish, anchor, trace."""
