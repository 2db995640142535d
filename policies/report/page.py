"""The report: one HTML file that needs nothing else, in English and Arabic, all that a spec says escaped."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from policies.frameworks import FRAMEWORKS
from policies.proof_words import binding_said, link_said, matter_said
from policies.report.readers import Proved, Reader, Subject, facts_for
from policies.report.rule_words import RULE_WORDS
from policies.report.what_if.section import what_if_script, what_if_section, what_if_style
from policies.report.words import LANGUAGES, WORDS, Word
from policies.rule import Rule
from policies.rules import RULES
from policies.translating import Marks, arabic, english
from resilience.analysis import Analysis
from resilience.proof_summary import Question
from resilience.results import Link, Missing
from specs.base import Text
from specs.findings import LONGEST_MESSAGE, Judgement
from specs.loading import Loaded
from specs.model import Estate
from specs.sentences import Sentence, as_sentence
from specs.text import plain
from specs.units import DIMENSIONS, DimensionName

Language = Literal["en", "ar"]


def render(
    loaded: Loaded,
    estate: Estate,
    judgement: Judgement,
    analysis: Analysis,
    *,
    version: str,
    proved: Proved | None = None,
    rules: Sequence[Rule] = RULES,
    reader: Reader = "engineer",
    language: Language = "en",
    printed: bool = False,
) -> str:
    """The page for that reader, in both languages, `language` shown first.

    `estate` is as of the judgement's phase, `version` is the tool's, `rules` are what it was judged
    by. Printed, it is laid out for sheets of paper and has no script; `policies.report.pdf` makes it a PDF.
    """
    style, script = _asset("print.css" if printed else "style.css"), "" if printed else _asset("script.js")
    asks_what_if = reader == "engineer" and not printed
    if asks_what_if:
        style, script = style + what_if_style(), script + what_if_script()
    facts = facts_for(reader, Subject(loaded, estate, judgement, analysis, version, proved, tuple(rules)))
    environment = _environment(None if reader == "partner" else estate)
    return environment.get_template(f"{reader}.html.j2").render(
        **facts,
        reader=reader,
        language=language,
        printed=printed,
        what_if=what_if_section(analysis) if asks_what_if else None,
        style=Markup(style),
        script=Markup(script),
        policy=_content_policy(style, script),
    )


def _environment(estate: Estate | None) -> Environment:
    environment = Environment(
        loader=PackageLoader("policies.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "w": word,
        "arrow": _both(Word("→", "←")),
        "say": spec_words,
        "question_word": question_word,
        "rule_words": RULE_WORDS,
        "framework_titles": {key: framework.title for key, framework in FRAMEWORKS.items()},
    }
    if estate is not None:
        environment.globals |= {"label": _labeller(estate), "who": _namer(estate)}
    environment.filters |= {
        "id": identifier,
        "told": told,
        "why": why,
        "matters": matters,
        "brief": brief,
        "binding": binding,
        "quantity": quantity,
        "percent": percent,
        "plain": plain,
    }
    return environment


def question_word(question: Question) -> str:
    """Key of the question's words.

    >>> question_word("RTO site")
    'q_rto_site'
    """
    return f"q_{question.lower().replace(' ', '_')}"


def word(key: str) -> Markup:
    """A word of the report in both languages, of which the page shows one."""
    return _both(WORDS[key])


def spec_words(text: Text | str | None) -> Markup:
    """Words of the spec, in whatever languages it has them."""
    if text is None:
        return word("not_declared")
    if isinstance(text, str):
        return Markup("<bdi>{}</bdi>").format(plain(text))
    here = [plain(text.reading(language)) for language in LANGUAGES]
    if len(set(here)) == 1:
        return Markup("<bdi>{}</bdi>").format(here[0])
    return Markup(
        '<span class="en" lang="en"><bdi>{}</bdi></span><span class="ar" lang="ar"><bdi>{}</bdi></span>'
    ).format(*here)


def brief(text: Text | str, longest: int = 60) -> Text | str:
    """Words of the spec, cut to fit where room is short.

    >>> brief("A name that does not end", 10)
    'A name th…'
    """
    if isinstance(text, Text):
        return Text({language: str(brief(said, longest)) for language, said in text.root.items()})
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def identifier(value: object) -> Markup:
    """An id or another text that reads from left to right whatever stands around it."""
    return Markup('<bdi class="id" dir="ltr">{}</bdi>').format(plain(str(value)))


def told(sentence: Sentence | str) -> Markup:
    """A sentence in both languages; in English alone, and marked so, where no catalogue has its Arabic."""
    whole = as_sentence(sentence)
    if len(str(whole)) > LONGEST_MESSAGE:
        whole = whole.mapped(_shortened)
    en, ar = Markup(english(whole, MARKS)), arabic(whole, MARKS)
    if ar is None:
        return Markup('<span lang="en" dir="ltr" class="told">{}</span>').format(en)
    return Markup('<span class="en" lang="en">{}</span><span class="ar" lang="ar">{}</span>').format(
        en, Markup(ar)
    )


def why(link: Link) -> Markup:
    """What joins the two ends of a need, in both languages."""
    return told(link_said(replace(link, source="", target="")))


def matters(fact: Missing) -> Markup:
    """What cannot be told without a fact, in both languages."""
    return told(matter_said(fact.matters))


def binding(step: str) -> Markup:
    """What binds a result: an id, or a few words in both languages."""
    said = binding_said(step)
    return told(said) if isinstance(said, Sentence) else identifier(said)


def quantity(value: float | None, dimension: DimensionName) -> Markup:
    """A quantity in the largest unit that it fills, rounded to three digits for people."""
    if value is None:
        return word("unknown")
    kind = DIMENSIONS[dimension]
    sizes = [(symbol, float(size)) for symbol, size in kind.units if symbol not in kind.never_written]
    symbol, size = max(
        ((symbol, size) for symbol, size in sizes if size <= abs(value)),
        key=lambda unit: unit[1],
        default=(kind.base, 1.0),
    )
    return Markup('<bdi class="num" dir="ltr">{:g} {}</bdi>').format(float(f"{value / size:.3g}"), symbol)


def percent(value: float | None, digits: int = 0) -> Markup:
    """A share as per cent."""
    if value is None:
        return word("unknown")
    return Markup('<bdi class="num" dir="ltr">{} %</bdi>').format(f"{100 * value:.{digits}f}")


def _both(text: Word) -> Markup:
    return Markup('<span class="en" lang="en">{}</span><span class="ar" lang="ar">{}</span>').format(
        text.en, text.ar
    )


def _shortened(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


_LONGEST_VALUE = 120
"""Characters of a value in a sentence that is longer than a message may be."""


def _value(value: str) -> Markup:
    return identifier(value) if value else Markup("")


MARKS = Marks(
    value=_value,
    words=lambda words: escape(plain(words)),
    field=identifier,
    count=lambda count: Markup('<bdi class="count" dir="ltr">{}</bdi>').format(count),
    counted=lambda count, said: Markup('<data value="{}">{}</data>').format(count, Markup(said)),
)
"""How the page writes the pieces of a sentence: ids apart from the direction of text, counts by number."""


def _labeller(estate: Estate) -> Callable[[str], Markup]:
    def label(reference: str) -> Markup:
        """What people call the element that `collection/id` names."""
        element = estate.element(reference)
        if element is None or element.name is None:
            return identifier(reference.rpartition("/")[2] or reference)
        return spec_words(element.name)

    return label


def _namer(estate: Estate) -> Callable[[str], Markup]:
    def who(reference: str) -> Markup:
        """The element's `collection/id`, after its name where it has one."""
        element = estate.element(reference)
        name = (
            Markup("{} ").format(spec_words(element.name))
            if element is not None and element.name is not None
            else ""
        )
        return Markup("{}{}").format(name, identifier(reference))

    return who


def _asset(name: str) -> str:
    return files("policies.report").joinpath("templates", name).read_text("utf-8")


def _content_policy(style: str, script: str) -> str:
    """Nothing is fetched, and nothing runs but what this file came with."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
