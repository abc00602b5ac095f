"""Files of each format into text with places. See store/README.md."""
