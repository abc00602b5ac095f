"""Figures in English and Chinese text: find them, compare them, say them."""
