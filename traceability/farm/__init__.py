"""What a farmer sees and does on a telephone: devices, alerts, harvests."""
