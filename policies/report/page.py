"""The report: one HTML file that needs nothing else, in English and Arabic, all that a spec says escaped."""

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from policies.facts import Facts
from policies.proof_words import binding_said, link_said, matter_said
from policies.report.elevations import elevations, total
from policies.report.purchases import phase_plans
from policies.report.rule_words import RULE_WORDS
from policies.report.topology import BOX_HEIGHT, BOX_WIDTH, WIDTH, topology
from policies.report.words import LANGUAGES, WORDS, Word
from policies.rules import RULES
from policies.translating import Marks, arabic, english
from resilience.analysis import Analysis
from resilience.proof import Proof
from resilience.proof_summary import Answer, Question, asked, by_service
from resilience.results import Link, Missing, SinglePoint
from specs.base import Text
from specs.findings import LONGEST_MESSAGE, Judgement, Severity, Verdict
from specs.loading import Loaded
from specs.model import Estate
from specs.sentences import Sentence, as_sentence
from specs.services import Service
from specs.text import plain
from specs.units import DIMENSIONS, DimensionName


@dataclass(frozen=True)
class Proved:
    """Deep proofs of the estate that the page shows."""

    proof: Proof
    answers: tuple[Answer, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Questions that any service has an answer to."""
        return asked(self.answers)

    @property
    def rows(self) -> Mapping[str, Mapping[Question, Answer]]:
        """By service, then question."""
        return by_service(self.answers)


def render(
    loaded: Loaded,
    estate: Estate,
    judgement: Judgement,
    analysis: Analysis,
    *,
    version: str,
    proved: Proved | None = None,
) -> str:
    """The whole page; `estate` is as of the judgement's phase, `version` is the tool's."""
    style, script = _asset("style.css"), _asset("script.js")
    environment = _environment(estate)
    return environment.get_template("page.html.j2").render(
        estate=estate,
        judgement=judgement,
        analysis=analysis,
        proved=proved,
        header=loaded.estate.estate,
        phase=_phase_name(loaded.estate, judgement.phase),
        plans=phase_plans(loaded.estate),
        rooms=elevations(estate),
        topology=topology(estate),
        canvas={"width": WIDTH, "box_width": BOX_WIDTH, "box_height": BOX_HEIGHT},
        rules={rule.id: rule for rule in RULES},
        sites=_sites(estate),
        services=sorted(estate.services.values(), key=_importance),
        standings=_standings(estate, analysis),
        severities=tuple(Severity),
        having={verdict.value: judgement.having(verdict) for verdict in Verdict},
        version=version,
        style=Markup(style),
        script=Markup(script),
        policy=_content_policy(style, script),
    )


def _environment(estate: Estate) -> Environment:
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
        "label": _labeller(estate),
        "who": _namer(estate),
        "question_word": question_word,
        "rule_words": RULE_WORDS,
    }
    environment.filters |= {
        "id": identifier,
        "told": told,
        "why": why,
        "matters": matters,
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


def _phase_name(estate: Estate, phase: str) -> Text | str:
    named = {one.id: one.name for one in estate.estate.phases}
    return named.get(phase) or phase


def _standings(estate: Estate, analysis: Analysis) -> Mapping[str, Mapping[str, Any]]:
    """By service: what of its own can fail alone, and what takes whole sites or every device of a kind."""
    of_sites = {f"hazards/{hazard}" for site in estate.sites.values() for hazard in site.hazards}
    return {
        standing.service.rpartition("/")[2]: {
            "proof": standing,
            "narrow": [point for point in standing.single_points if _is_narrow(point, of_sites)],
            "wide": [point for point in standing.single_points if not _is_narrow(point, of_sites)],
        }
        for standing in analysis.standings
    }


def _is_narrow(point: SinglePoint, of_sites: Collection[str]) -> bool:
    return point.category not in ("site", "common-cause") and point.event not in of_sites


def _importance(service: Service) -> tuple[float, str]:
    """Services that all stands on first; those of no declared tier last."""
    return float("inf") if service.tier is None else service.tier, service.id


def _sites(estate: Estate) -> tuple[Mapping[str, Any], ...]:
    rooms = {room.id: room.site for room in estate.rooms.values()}
    racks = {rack.id: rooms[rack.room] for rack in estate.racks.values()}
    at = Facts(estate).device_sites
    order = ("primary", "dr", "vault", "witness", "operations", "forensics", "pop", "other")
    return tuple(
        {
            "site": site,
            "rooms": sum(place == site.id for place in rooms.values()),
            "racks": sum(place == site.id for place in racks.values()),
            "devices": sum(place == site.id for place in at.values()),
            "load": total(estate, (device for device in estate.devices.values() if at[device.id] == site.id)),
        }
        for site in sorted(estate.sites.values(), key=lambda site: (order.index(site.role), site.id))
    )


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
