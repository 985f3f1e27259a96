"""The JSON Schema of result files, for readers in other languages; ``docs/result.schema.json`` is written from it."""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

from autograder.results import schema


def json_schema() -> str:
    """The schema (draft 2020-12) as text, with what the fields' docstrings say as their descriptions."""
    described = schema.SubmissionResult.model_json_schema(mode="serialization")
    _describe(described)
    for definition in described["$defs"].values():
        _describe(definition)
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
    return json.dumps(named, indent=1, sort_keys=True) + "\n"


def _describe(definition: dict[str, Any]) -> None:
    for field, text in _docstrings()[definition["title"]].items():
        definition["properties"][field]["description"] = text


def _docstrings() -> dict[str, dict[str, str]]:
    """Class -> field -> the string that stands below it."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(schema)).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                field.target.id: inspect.cleandoc(below.value.value)
                for field, below in zip(node.body, node.body[1:], strict=False)
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            }
    return found
