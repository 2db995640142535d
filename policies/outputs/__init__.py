"""A judgement in each form that people and programs read, every word of a spec made safe for that form."""

from collections.abc import Callable, Mapping

from policies.outputs import github, json_document, junit, markdown, sarif
from policies.outputs.origin import Origin
from specs.findings import Judgement

DATA_FORMS: Mapping[str, Callable[[Judgement, Origin], str]] = {
    "json": json_document.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "github": github.render,
}
"""Forms besides `terminal`, which needs to know about width and colour."""
