"""Suites of known answers, and the measures that keep answers true."""
