"""What proofs say in a few English words, as sentences that another language can say too."""

import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from resilience.results import Link
from specs.sentences import NOTHING, Sentence, Value, as_sentence, say


@dataclass(frozen=True)
class Phrase:
    """A pattern, and the words of proofs that it is said for."""

    pattern: str
    words: re.Pattern[str]
    within: Mapping[str, Callable[[str], Value]]
    """By name: how what stands there is said, where it is words too."""

    def said(self, words: str, **values: Value) -> Sentence | None:
        """The sentence of these words; None where they are others."""
        found = self.words.fullmatch(words)
        if found is None:
            return None
        told = {name: self.within.get(name, str)(text) for name, text in found.groupdict().items()}
        return Sentence(self.pattern, tuple(sorted({**told, **values}.items())))


def phrase(pattern: str, *around: str, **within: Callable[[str], Value]) -> Phrase:
    """The words are the pattern's but for the names `around` it, which are given apart.

    >>> found = phrase("{source} runs firmware {target}", "source", "target")
    >>> str(found.said("runs firmware", source="devices/fw-1", target="firmware/stonewall"))
    'devices/fw-1 runs firmware firmware/stonewall'
    """
    bare = pattern
    for name in around:
        bare = bare.replace(f"{{{name}}}", "")
    words = ""
    for text, held, _, _ in string.Formatter().parse(bare.strip()):
        words += re.escape(text) + (f"(?P<{held}>.+)" if held is not None else "")
    return Phrase(pattern, re.compile(words, re.DOTALL), within)


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
    """One of the things that a result is bound by; an element or a step of recovery is told by its name."""
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


def _ring(words: str) -> Value:
    """Elements that need each other in a ring: `a needs b needs a`."""
    first, *rest = words.split(" needs ")
    told: Value = first
    for element in rest:
        told = say("{before} needs {after}", before=told, after=element)
    return told


def _links(words: str) -> Value:
    """Needs one after the other: `a runs on b, b stands in c`."""
    first, *rest = map(_link, words.split(", "))
    for link in rest:
        first = say("{names}, {name}", names=first, name=link)
    return first


def _link(words: str) -> Sentence:
    source, _, rest = words.partition(" ")
    why, _, target = rest.rpartition(" ")
    return _first(_LINKS, why, source=source, target=target) or as_sentence(words)


def _reasons(words: str) -> Value:
    """Why copies are of no use, one kind after the other."""
    first, *rest = (_first(_REASONS, one) or as_sentence(one) for one in words.split("; "))
    for reason in rest:
        first = say("{before}; {after}", before=first, after=reason)
    return first


_REASONS = (
    phrase("{copies}: not kept until older than an intruder's dwell time"),
    phrase("{copies}: within reach of what was lost or of the intruder"),
    phrase("{copy}: nothing is left that opens copies under {domain}"),
    phrase("{copy}: {domain} needs {quorum} shares and has {custodians} custodians"),
    phrase("{copy}: closed"),
)

_BINDINGS = (
    phrase("detection"),
    phrase("decision"),
    phrase("stays up"),
    phrase("callout {team}"),
    phrase("busy {step}"),
    phrase("nowhere {service}"),
    phrase("active workloads elsewhere carry it"),
    phrase("its component {component} has nowhere to run"),
    phrase("component {component}"),
    phrase("it waits for {element}, which is never back"),
    phrase("it waits for a ring that cannot begin: {ring}", ring=_ring),
    phrase("it waits for itself: {ring}", ring=_ring),
    phrase("it waits for itself through others"),
    phrase("it waits for services that wait for themselves"),
    phrase("it needs {element}, which is not brought back"),
    phrase("it is below the level it owes with every standby at work: {chain}", chain=_links),
    phrase("something that it needs to start never begins"),
    phrase("no copy of {dataset} can be used: none is made"),
    phrase("no copy of {dataset} can be used ({reasons})", reasons=_reasons),
    phrase("{element} cores"),
    phrase("{element} memory"),
    phrase("{element} storage"),
    phrase("{element} iops"),
    phrase("{element} throughput"),
    phrase("{element} requests"),
    phrase("{element} licence"),
    phrase("{element} power"),
    phrase("{element} leg"),
    phrase("{element} heat"),
    phrase("{element} limit"),
    phrase("{element} bandwidth"),
    phrase("{element} placement"),
    phrase("{element} traffic"),
)
