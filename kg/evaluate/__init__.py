"""Beside the river: how well an extractor reads, measured on annotated articles."""

from kg.evaluate.eval_format import to_eval

__all__ = ["to_eval"]
