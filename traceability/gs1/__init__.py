"""GS1 keys and Digital Link URIs: the names that everything in this system goes by."""
