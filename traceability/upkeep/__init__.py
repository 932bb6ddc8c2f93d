"""What an operator does to a whole installation: make it, deploy, rotate keys, back up, check, recover."""
