"""What proofs say in a few English words, as sentences that another language can say too."""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

from resilience.results import Link
from specs.sentences import NOTHING, Sentence, Value, as_sentence, say


@dataclass(frozen=True)
class Phrase:
    """A pattern, and the words of proofs that it is said for."""

    pattern: str
    words: re.Pattern[str]

    def said(self, words: str, **values: Value) -> Sentence | None:
        """The sentence of these words; None where they are others."""
        found = self.words.fullmatch(words)
        if found is None:
            return None
        return Sentence(self.pattern, tuple(sorted({**found.groupdict(), **values}.items())))


def phrase(pattern: str, *around: str) -> Phrase:
    """The words are the pattern's but for the names `around` it, which are given apart.

    >>> found = phrase("{source} runs firmware {target}", "source", "target")
    >>> str(found.said("runs firmware", source="devices/fw-1", target="firmware/stonewall"))
    'devices/fw-1 runs firmware firmware/stonewall'
    """
    words = ""
    for text, name, _, _ in string.Formatter().parse(pattern):
        words += re.escape(text.strip() if name in around or not words else text)
        if name is not None and name not in around:
            words += f"(?P<{name}>.+)"
    return Phrase(pattern, re.compile(words, re.DOTALL))


def link_said(link: Link) -> Sentence:
    """One need on the way from a service to what is lost."""
    return _first(_LINKS, link.why, source=link.source, target=link.target) or say(
        "{source} {why} {target}", source=link.source, why=as_sentence(link.why), target=link.target
    )


def why_said(link: Link) -> Sentence:
    """Why the one needs the other, both left out."""
    return _first(_WHYS, link.why) or as_sentence(link.why)


def matter_said(matters: str) -> Sentence:
    """What cannot be told without a fact."""
    return _first(_MATTERS, matters) or as_sentence(matters)


def binding_said(step: str) -> Value:
    """One of the things that a recovery waits for; a step is told by its name."""
    return _first(_BINDINGS, step) or step


def arrows(steps: Iterable[Value]) -> Sentence:
    """Steps in a row.

    >>> str(arrows(["a", "b"]))
    'a → b'
    """
    found = NOTHING
    for step in steps:
        found = (
            say("{before} → {after}", before=found, after=step) if found.pattern else say("{name}", name=step)
        )
    return found


def _first(phrases: Iterable[Phrase], words: str, **values: Value) -> Sentence | None:
    return next((said for one in phrases if (said := one.said(words, **values)) is not None), None)


_ENDS = ("source", "target")

_LINKS = (
    phrase("{source} runs on {target}", *_ENDS),
    phrase("{source} stands in {target}", *_ENDS),
    phrase("{source} stands at {target}", *_ENDS),
    phrase("{source} component {component} runs as {target}", *_ENDS),
    phrase("{source} lies in {target}", *_ENDS),
    phrase("{source} needs {target}", *_ENDS),
    phrase("{source} needs, to start, {target}", *_ENDS),
    phrase("{source} needs, to recover, {target}", *_ENDS),
    phrase("{source} needs, to administer, {target}", *_ENDS),
    phrase("{source} runs firmware {target}", *_ENDS),
    phrase("{source} cooled by {target}", *_ENDS),
    phrase("{source} fed by {target}", *_ENDS),
    phrase("{source} fed, once its tie is closed, by {target}", *_ENDS),
    phrase("{source} reads {target}", *_ENDS),
    phrase("{source} has its authoritative copy on {target}", *_ENDS),
    phrase("{source} has a replica on {target}", *_ENDS),
    phrase("{source} exposed to {target}", *_ENDS),
    phrase("{source} burns with {target}", *_ENDS),
    phrase("{source} ends at {target}", *_ENDS),
    phrase("{source} comes in by {target}", *_ENDS),
    phrase("{source} carried by {target}", *_ENDS),
    phrase("{source} runs through {target}", *_ENDS),
    phrase("{source} runs over {target}", *_ENDS),
    phrase("{source} over {target}", *_ENDS),
    phrase("{source} led by a majority of {target}", *_ENDS),
    phrase("{source} is cabled to {target}", *_ENDS),
    phrase("{source} is reached from {place} over {target}", *_ENDS),
    phrase("{source} serves {place} with {target}", *_ENDS),
    phrase("{source} is reached at {target}", *_ENDS),
    phrase("{source} is used from {target}", *_ENDS),
    phrase("{source} is made of {target}", *_ENDS),
    phrase("{source} is at {target}", *_ENDS),
    phrase("{source} is {target}", *_ENDS),
    phrase("{source} administered by {target}", *_ENDS),
    phrase("{source} logs in by {target}", *_ENDS),
    phrase("{source} reached by {target}", *_ENDS),
    phrase("{source} reached by {means} {target}", *_ENDS),
    phrase("{source} does not work without {target}", *_ENDS),
    phrase("{source} depends on {target}", *_ENDS),
)

_WHYS = (
    phrase("runs on"),
    phrase("stands in"),
    phrase("stands at"),
    phrase("component {component} runs as"),
    phrase("lies in"),
    phrase("needs"),
    phrase("needs, to start,"),
    phrase("needs, to recover,"),
    phrase("needs, to administer,"),
    phrase("runs firmware"),
    phrase("cooled by"),
    phrase("fed by"),
    phrase("fed, once its tie is closed, by"),
    phrase("reads"),
    phrase("has its authoritative copy on"),
    phrase("has a replica on"),
    phrase("exposed to"),
    phrase("burns with"),
    phrase("ends at"),
    phrase("comes in by"),
    phrase("carried by"),
    phrase("runs through"),
    phrase("runs over"),
    phrase("over"),
    phrase("led by a majority of"),
    phrase("is cabled to"),
    phrase("is reached from {place} over"),
    phrase("serves {place} with"),
    phrase("is reached at"),
    phrase("is used from"),
    phrase("is made of"),
    phrase("is at"),
    phrase("is"),
    phrase("administered by"),
    phrase("logs in by"),
    phrase("reached by"),
    phrase("reached by {means}"),
    phrase("does not work without"),
    phrase("depends on"),
)

_MATTERS = (
    phrase("what it is made of"),
    phrase("where it runs and what carries it"),
    phrase("from where it must be reached"),
    phrase("how many cooling units it can lose"),
    phrase("which cooling units it cannot lose"),
    phrase("which power path it stops with"),
    phrase("whether what it needs is there"),
    phrase("whether it survives the loss of a switch"),
    phrase("whether it survives the loss of a power path"),
    phrase("what joins the devices within the site"),
    phrase("what joins {one} and {other}"),
    phrase("which ducts and exchanges it shares"),
    phrase("which others fail with its carrier"),
    phrase("which device takes it"),
    phrase("how {service} runs at all: this never does, with nothing failed"),
)

_BINDINGS = (
    phrase("detection"),
    phrase("decision"),
    phrase("stays up"),
    phrase("callout {team}"),
    phrase("busy {step}"),
    phrase("nowhere {service}"),
)
