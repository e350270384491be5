"""Accord: a knowledge-graph publisher for news about who visited, met and agreed with whom."""

__version__ = "0.1.0"
