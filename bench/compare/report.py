"""The figures of a run as a table, as JSON and as one HTML page that needs nothing else."""

import html
import statistics

import peer

REFERENCES = ("nghttpx", "tcp")  # ratios are to these

# Metrics in which less is better, and the one that a plot shows for its experiment.
PLOTTED = ("cpu_us_per_call", "resident_mib", "kib_each", "kib_per_call", "p99_added_us")
PLOTTED += ("cpu_us_per_message",)


def summarised(figures):
    """Rows {experiment, case, peer, metric, median, least, most, rounds} of single values."""
    groups = {}
    for experiment, case, name, metric, value in figures:
        groups.setdefault((experiment, case, name, metric), []).append(value)
    rows = []
    for (experiment, case, name, metric), values in groups.items():
        row = {"experiment": experiment, "case": case, "peer": name, "metric": metric}
        row["median"] = statistics.median(values)
        row.update(least=min(values), most=max(values), rounds=len(values))
        rows.append(row)
    return sorted(rows, key=_order(rows))


def _ratios(row, rows):
    """To each reference in the same experiment, case and metric; none of what is not above zero."""
    if row["median"] <= 0:
        return {}
    key = (row["experiment"], row["case"], row["metric"])
    found = {r["peer"]: r["median"] for r in rows if key == (r["experiment"], r["case"], r["metric"])}
    wanted = ((name, found.get(name)) for name in REFERENCES)
    return {name: row["median"] / value for name, value in wanted if value and value > 0}


def _number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 100 else f"{value:.1f}"


def table(rows):
    lines, last = [], None
    for row in rows:
        head = (row["experiment"], row["metric"])
        if head != last:
            lines.append(f"\n{row['experiment']}: {row['metric']}")
            lines.append(f"  {'case':24} {'peer':10} {'median':>10} {'least':>10} {'most':>10}  ratio")
            last = head
        ratios = _ratios(row, rows)
        words = " ".join(f"{ratio:.2f}x {name}" for name, ratio in ratios.items())
        values = " ".join(f"{_number(row[each]):>10}" for each in ("median", "least", "most"))
        lines.append(f"  {row['case']:24} {row['peer']:10} {values}  {words}")
    return "\n".join(lines)


def _order(rows):
    """Experiments, metrics and cases as they first came, peers in the order of peer.KINDS."""
    kinds = ("experiment", "metric", "case", "peer")
    places = {("peer", name): i for i, name in enumerate(peer.KINDS)}
    for row in rows:
        for kind in kinds:
            places.setdefault((kind, row[kind]), len(places))
    return lambda row: tuple(places[kind, row[kind]] for kind in kinds)


_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;color:#223}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.15em .8em;text-align:right}
td:first-child,td:nth-child(2),th:first-child,th:nth-child(2){text-align:left}
tr:nth-child(even){background:#f3f5f8}svg{display:block;margin:.5em 0}
.ours{fill:#1769aa}.theirs{fill:#b8c2cc}text{font:13px system-ui,sans-serif;fill:#223}"""


def page(rows, about):
    """`about`: facts of the run, by name."""
    facts = "".join(f"<li>{html.escape(k)}: {html.escape(str(v))}</li>" for k, v in about.items())
    parts = ["<!doctype html><html lang=en><meta charset=utf-8><title>Evenkeel compared</title>"]
    parts.append(f"<style>{_STYLE}</style><h1>Evenkeel beside its peers</h1><ul>{facts}</ul>")
    for experiment in dict.fromkeys(row["experiment"] for row in rows):
        parts.append(f"<h2>{html.escape(experiment)}</h2>")
        own = [row for row in rows if row["experiment"] == experiment]
        for metric in dict.fromkeys(row["metric"] for row in own):
            part = [row for row in own if row["metric"] == metric]
            parts.append(f"<h3>{html.escape(metric)}</h3>")
            if metric in PLOTTED:
                parts.append(_bars(part))
            parts.append(_html_table(part, rows))
    return "".join(parts) + "</html>\n"


def _bars(rows):
    """One bar a row, all on one scale."""
    most = max(row["median"] for row in rows) or 1
    marks, y = [], 0
    for case in dict.fromkeys(row["case"] for row in rows):
        marks.append(f'<text x="0" y="{y + 14}">{html.escape(case)}</text>')
        y += 20
        for row in (each for each in rows if each["case"] == case):
            width = max(440 * row["median"] / most, 0)
            kind = "ours" if row["peer"] == "evenkeel" else "theirs"
            marks.append(f'<text x="16" y="{y + 12}">{html.escape(row["peer"])}</text>')
            marks.append(f'<rect class="{kind}" x="110" y="{y}" width="{width:.1f}" height="14"/>')
            value = _number(row["median"])
            marks.append(f'<text x="{116 + width:.1f}" y="{y + 12}">{value}</text>')
            y += 18
        y += 6
    return f'<svg width="640" height="{y}" role="img">{"".join(marks)}</svg>'


def _html_table(part, rows):
    heads = ["case", "peer", "median", "least", "most", "rounds"]
    heads += [f"to {name}" for name in REFERENCES]
    lines = ["<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"]
    for row in part:
        ratios = _ratios(row, rows)
        cells = [html.escape(row["case"]), html.escape(row["peer"])]
        cells += [_number(row[each]) for each in ("median", "least", "most")]
        cells += [str(row["rounds"])]
        cells += [f"{ratios[name]:.2f}" if name in ratios else "" for name in REFERENCES]
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "".join(lines) + "</table>"
