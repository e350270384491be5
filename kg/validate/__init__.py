"""Stage 5: is it right? Shapes for one article's graph, set rules for the whole store.

`validate` runs SHACL Core on an article's facts with the descriptions of what they use; `check_set` runs, as
SPARQL through a function of the caller's, the rules that need evidence, several articles or the whole view.
"""

from kg.validate.report import Report, Severity, Violation, Wording, report_graph, report_lines
from kg.validate.rules import Row, Scope, SetRule, check_set, set_rules
from kg.validate.shacl import Shapes, load_shapes, validate, with_descriptions

__all__ = [
    "Report",
    "Row",
    "Scope",
    "SetRule",
    "Severity",
    "Shapes",
    "Violation",
    "Wording",
    "check_set",
    "load_shapes",
    "report_graph",
    "report_lines",
    "set_rules",
    "validate",
    "with_descriptions",
]
