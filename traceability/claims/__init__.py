"""What a host says about a lot, checked sentence by sentence against the lot's trace."""
