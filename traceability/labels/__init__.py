"""Labels with item codes, to be printed: what stands on one, in which sizes, and as which files."""
