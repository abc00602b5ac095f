"""Slack: questions of its channels in, checked answers out, each of them once."""
