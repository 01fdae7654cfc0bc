"""Manifests against the Kubernetes API's own types, offline: those of Debian's python3-kubernetes
(API 1.22), and the few younger fields that we use."""

import re

from kubernetes.client import models

# (type, field): the field's type, for what came after 1.22.
YOUNGER = {
    ("V1Container", "restartPolicy"): "str",  # native sidecars: 1.29
    ("V1Probe", "grpc"): "object",            # 1.27
}
KINDS = {
    ("v1", "Namespace"): "V1Namespace",
    ("v1", "Service"): "V1Service",
    ("v1", "ConfigMap"): "V1ConfigMap",
    ("apps/v1", "Deployment"): "V1Deployment",
    ("networking.k8s.io/v1", "NetworkPolicy"): "V1NetworkPolicy",
}
SCALARS = {"str": str, "int": int, "bool": bool, "float": (int, float), "datetime": str}


def problems(manifest):
    """What the API would not take: unknown and missing fields, wrong types, each with its path."""
    kind = KINDS.get((manifest.get("apiVersion"), manifest.get("kind")))
    if kind is None:
        return [f"unknown kind {manifest.get('apiVersion')} {manifest.get('kind')}"]
    return list(_check(manifest, kind, manifest["kind"]))


def _check(value, kind, path):
    inner = re.fullmatch(r"(list\[|dict\(str, )(.*)[\])]", kind)
    if inner:
        yield from _check_collection(value, inner[1], inner[2], path)
    elif kind in SCALARS:
        if not isinstance(value, SCALARS[kind]) or (kind != "bool" and isinstance(value, bool)):
            yield f"{path}: {value!r} is no {kind}"
    elif kind != "object":
        yield from _check_fields(value, getattr(models, kind), path)


def _check_collection(value, opening, kind, path):
    if not isinstance(value, list if opening == "list[" else dict):
        yield f"{path}: {value!r} is no {'list' if opening == 'list[' else 'map'}"
        return
    entries = enumerate(value) if isinstance(value, list) else value.items()
    for key, each in entries:
        yield from _check(each, kind, f"{path}[{key}]")


def _check_fields(value, model, path):
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no {model.__name__}"
        return
    attributes = {field: name for name, field in model.attribute_map.items()}
    for field, each in value.items():
        kind = YOUNGER.get((model.__name__, field))
        if field in attributes:
            kind = model.openapi_types[attributes[field]]
        if kind is None:
            yield f"{path}: unknown field {field}"
        else:
            yield from _check(each, kind, f"{path}.{field}")
    yield from _missing(value, model, attributes, path)


def _missing(value, model, attributes, path):
    """The models refuse None for what is required; anything else passes."""
    arguments = {attributes[field]: object() for field in value if field in attributes}
    try:
        model(**arguments)
    except ValueError as error:
        if "must not be `None`" in str(error):
            yield f"{path}: {error}"
