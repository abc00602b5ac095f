"""Documents in, chunks out."""
