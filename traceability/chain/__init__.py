"""The chain: compile the contract, deploy it, anchor checkpoints, read them back."""
