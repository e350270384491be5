"""Beside the river: how well an extractor reads, measured on annotated articles."""

from kg.evaluate.calibration import as_yaml, rule_records
from kg.evaluate.eval_format import to_eval
from kg.evaluate.identity_align import as_found
from kg.evaluate.identity_gold import IdentityGold, identity_gold, load_identity_gold
from kg.evaluate.identity_score import Measured, b_cubed, pair_scores, torn_apart, wrongly_joined
from kg.evaluate.report import as_json, as_text, reliability_text
from kg.evaluate.score import ArticleScore, BadQuote, Scores, Table, score
from kg.evaluate.tally import Rates, Tally

__all__ = [
    "ArticleScore",
    "BadQuote",
    "IdentityGold",
    "Measured",
    "Rates",
    "Scores",
    "Table",
    "Tally",
    "as_found",
    "as_json",
    "as_text",
    "as_yaml",
    "b_cubed",
    "identity_gold",
    "load_identity_gold",
    "pair_scores",
    "reliability_text",
    "rule_records",
    "score",
    "to_eval",
    "torn_apart",
    "wrongly_joined",
]
