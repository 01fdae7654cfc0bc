"""What a PromQL expression names: metrics, and the labels it expects of them. No parser: it takes out
what is not a name and keeps what is left."""

import re

SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^{}]*)\}")
LABEL_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\b\s*(?:\(([^()]*)\))?")
AGGREGATION = re.compile(r"\b(?:sum|max|min|avg|count)\b\s*(?:by\s*\(([^()]*)\))?\s*(?=\()")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"|' r"'(?:[^'\\]|\\.)*'")
NAME = re.compile(r"(?<![\w:.$])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()")
OPERATORS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
FUNCTION_OF_GRAFANA = re.compile(r"label_values\((.*),\s*(\w+)\)\s*$", re.DOTALL)


def metrics(expression):
    """The metrics (and names of recording rules) that the expression reads."""
    grafana = FUNCTION_OF_GRAFANA.match(expression)
    if grafana:
        return metrics(grafana[1])
    text = STRING.sub("", expression)
    text = re.sub(r"\{[^{}]*\}", "", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    text = GROUPING.sub("", text)
    return {name for name in NAME.findall(text) if name.lower() not in OPERATORS}


def matched_labels(expression):
    """(metric, label) for each label that a selector asks for."""
    return {(metric, label)
            for metric, inside in SELECTOR.findall(STRING.sub("", expression))
            for label in LABEL_MATCHER.findall(inside)}


def grouped_labels(expression):
    """The labels that aggregations and joins keep."""
    return {label.strip() for inside in GROUPING.findall(STRING.sub("", expression))
            for label in inside.split(",") if label.strip()}


def kept_labels(expression):
    """The labels of the series that an expression answers with, if it is an aggregation, or several of
    the same form joined by `or`; None if it is something else."""
    kept = {tuple(sorted(label.strip() for label in inside.split(",") if label.strip()))
            for inside in AGGREGATION.findall(STRING.sub("", expression))}
    return set(kept.pop()) - {"le"} if len(kept) == 1 else None
