"""Pure functions on strings: language, sentences, terms, citation markers."""
