"""Duocite: answers in English and Chinese whose every sentence and figure is checked."""

__version__ = "0.1.0"
