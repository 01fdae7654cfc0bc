"""How long functions and files are. No C++ parser: it strips comments and literals, matches
braces, and calls a function what stands in a namespace or class and has a parameter list."""

import re

FILE_LIMIT = 500  # lines
FUNCTION_SCREEN = 60  # lines; more is worth a look
FUNCTION_LIMIT = 100  # lines; more is refused

_NOISE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|"""
    r"""(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^\s*\#[^\n]*(?:\\\n[^\n]*)*|"""
    r"""\b(?:public|private|protected)\s*:(?!:)""",
    re.DOTALL | re.MULTILINE,
)
_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_NAME = re.compile(r"([~\w:]+|operator\S+)\s*\(")


def functions(text):
    """(name, first line, number of lines) of each function body in C++ source."""
    code = _NOISE.sub(lambda match: "\n" * match[0].count("\n"), text)
    found, stack, start = [], [], 0
    for position, char in enumerate(code):
        if char == "{":
            kind, head = _kind(code[start:position], stack)
            begin = start + len(code[start:position]) - len(code[start:position].lstrip())
            stack.append((kind, head, begin))
        elif char == "}" and stack:
            kind, head, begin = stack.pop()
            if kind == "function":
                lines = code.count("\n", begin, position) + 1
                found.append((head, code.count("\n", 0, begin) + 1, lines))
        if char in "{};":
            start = position + 1
    return found


def _kind(head, stack):
    """What a brace opens after the text `head`: "scope", "function" or "inner"."""
    if any(kind != "scope" for kind, _, _ in stack):
        return "inner", ""
    name = _NAME.search(head)
    before_parameters = head.split("(")[0]
    if _SCOPE.search(before_parameters) or not name or "=" in before_parameters:
        return "scope", ""
    return "function", name[1]


def check_functions(path, text, limit=FUNCTION_LIMIT):
    return [
        f"{path}:{line}: {name} has {length} lines"
        for name, line, length in functions(text)
        if length > limit
    ]


def check_file(path, text):
    length = text.count("\n")
    return [f"{path}: {length} lines; split it"] if length > FILE_LIMIT else []
