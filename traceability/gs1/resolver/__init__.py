"""The rules of a GS1-Conformant Resolver 1.2: pure functions of what is registered and what is asked."""
