"""The what-if part of the page: its markup with the embedded results, its style and its script."""

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from policies.report.what_if.data import what_if
from policies.report.what_if.words import WHAT_IF_WORDS
from resilience.analysis import Analysis


def what_if_section(analysis: Analysis) -> Markup:
    """The part as one `<section id="what_if">`; the page's script has to hold `what_if_script()`."""
    environment = Environment(
        loader=PackageLoader("policies.report.what_if", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    data = what_if(analysis)
    written = htmlsafe_json_dumps(data, separators=(",", ":"), ensure_ascii=False)
    return Markup(
        environment.get_template("what_if.html.j2").render(wi=_word, order=data["order"], data=written)
    )


def what_if_script() -> str:
    """The script that looks results up and shows them; it does nothing in a page without the part."""
    return _asset("what_if.js")


def what_if_style() -> str:
    """The part's own style, on top of the page's."""
    return _asset("what_if.css")


def _asset(name: str) -> str:
    return files("policies.report.what_if").joinpath("templates", name).read_text("utf-8")


def _word(key: str) -> Markup:
    word = WHAT_IF_WORDS[key]
    return Markup('<span class="en" lang="en">{}</span><span class="ar" lang="ar">{}</span>').format(
        word.en, word.ar
    )
