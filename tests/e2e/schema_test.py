"""docs/evenkeel.schema.json against the parser: what the schema refuses, the parser refuses too, for
every key, and what the examples have, both accept."""

import copy
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

from harness import binaries
from harness.waiting import BOUND

EXAMPLES = binaries.ROOT / "deploy" / "examples"


class Loader(yaml.SafeLoader):
    """YAML 1.2 in what matters here: `off` is text."""


Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        output = subprocess.run([binaries.SIDECAR, "schema"], capture_output=True, text=True,
                                check=True, timeout=BOUND).stdout
        cls.schema = json.loads(output)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "config.yaml")
        for each in EXAMPLES.iterdir():  # full.yaml names some of them
            shutil.copy(each, directory.name)

    def check(self, config):
        """(whether the parser takes it, what it says)."""
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        result = subprocess.run([binaries.SIDECAR, "check", "--config", self.path],
                                capture_output=True, text=True, timeout=BOUND)
        self.assertIn(result.returncode, (0, 2), result.stderr)
        return result.returncode == 0, result.stderr

    def test_takes_the_examples(self):
        jsonschema.Draft7Validator.check_schema(self.schema)
        for path in sorted(EXAMPLES.glob("*.yaml")):
            with self.subTest(path.name):
                self.validator.validate(load(path))

    def test_takes_what_editors_make_of_off_and_variables(self):
        config = load(EXAMPLES / "minimal.yaml")
        config["admin"] = False
        config["workers"] = "${WORKERS:-2}"
        config["clusters"]["user-service"]["connection"] = {"connect_timeout": "${TIMEOUT}"}
        self.validator.validate(config)

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def choices(self, schema):
        schema = self.resolve(schema)
        if "properties" in schema or "anyOf" not in schema:
            return [schema]
        return [self.resolve(each) for each in schema["anyOf"]]

    def wrong_values(self, schema):
        """Values that this schema refuses, one for each thing it says."""
        for each in self.choices(schema):
            if "minimum" in each:
                yield each["minimum"] - 1
            if "maximum" in each:
                yield each["maximum"] + 1
            if "enum" in each:
                yield "no-such-word"
            if "minItems" in each:
                yield []
            if each.get("type") in ("integer", "number"):
                yield "text"
                yield {"a": "map"}
            if each.get("type") == "boolean":
                yield "maybe"
            if each.get("type") == "string" and "pattern" in each:
                yield "5 parsecs"
            if each.get("type") in ("object", "array"):
                yield "" if each["type"] == "array" else 1.5

    def places(self, schema, value, path=()):
        """Every (path, schema) that the value has something at."""
        yield path, schema
        for each in self.choices(schema):
            if isinstance(value, dict) and each.get("type") == "object":
                for key, below in value.items():
                    inside = each.get("properties", {}).get(key, each.get("additionalProperties"))
                    if isinstance(inside, dict):
                        yield from self.places(inside, below, (*path, key))
            if isinstance(value, list) and each.get("type") == "array":
                for index, below in enumerate(value):
                    yield from self.places(each["items"], below, (*path, index))

    @staticmethod
    def at(config, path):
        for step in path:
            config = config[step]
        return config

    def test_the_parser_refuses_what_the_schema_refuses_at_every_key(self):
        full = load(EXAMPLES / "full.yaml")
        self.validator.validate(full)
        self.assertTrue(*self.check(full))
        seen, tried = set(), 0
        for path, schema in self.places(self.schema, full):
            # Clusters and list items are alike: one place of each kind is enough.
            kind = tuple("<name>" if step in full["clusters"] else "[]" if isinstance(step, int)
                         else step for step in path)
            if kind in seen or not path:
                continue
            seen.add(kind)
            for wrong in self.wrong_values(schema):
                config = copy.deepcopy(full)
                self.at(config, path[:-1])[path[-1]] = wrong
                with self.subTest(path=path, wrong=wrong):
                    if self.validator.is_valid(config):
                        continue  # another choice of the schema takes it
                    tried += 1
                    accepted, said = self.check(config)
                    self.assertFalse(accepted)
                    self.assertIn(str(next(step for step in reversed(path)
                                           if isinstance(step, str))), said)
        self.assertGreater(tried, 250)

    def test_the_parser_refuses_unknown_and_missing_keys_where_the_schema_does(self):
        full = load(EXAMPLES / "full.yaml")
        for path, schema in self.places(self.schema, full):
            here = self.at(full, path)
            closed = any(each.get("additionalProperties") is False for each in self.choices(schema))
            if not isinstance(here, dict) or not closed:
                continue
            config = copy.deepcopy(full)
            self.at(config, path)["no_such_key"] = 1
            with self.subTest(path=path):
                self.assertFalse(self.validator.is_valid(config))
                self.assertFalse(self.check(config)[0])
            for required in {key for each in self.choices(schema)
                             for key in each.get("required", ())}.intersection(here):
                config = copy.deepcopy(full)
                del self.at(config, path)[required]
                with self.subTest(path=path, required=required):
                    self.assertFalse(self.validator.is_valid(config))
                    self.assertFalse(self.check(config)[0])


if __name__ == "__main__":
    unittest.main()
