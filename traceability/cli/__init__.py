"""The command `guoji`: one file a command group, each loading what it needs only when it runs."""
