"""Rules on words: file names that say nothing, and the two words whose meaning depends on the
reader. nghttpx calls "upstream" what Envoy calls "downstream", so Evenkeel uses neither."""

import re

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "common", "impl", "misc"}
AMBIGUOUS = re.compile(r"upstream|downstream", re.IGNORECASE)


def check_file_name(path):
    """A sentence if the file's name holds a word that names no thing, else nothing."""
    words = set(path.stem.lower().replace("-", "_").split("_")) & EMPTY_WORDS
    return [f"{path}: name the file for its one class, not '{word}'" for word in sorted(words)]


def check_vocabulary(path, text):
    return [
        f"{path}:{number}: '{match[0]}': say client or endpoint"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in AMBIGUOUS.finditer(line)
    ]
