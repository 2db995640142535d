"""Sentences are said in Arabic by catalogues, every one of them, with plural forms and with ids set apart."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from policies.frameworks import FRAMEWORKS
from policies.frameworks import catalogue as frameworks
from policies.report.parity import NAMES
from policies.rules import RULES
from policies.translating import Marks, arabic, catalogue, english, plural_form
from specs.sentences import Sentence, listed, say, say_count

ROOT = Path(__file__).parents[2]
SAY_DATA = {"policies/frameworks/catalogue.py", "policies/waiving.py"}
"""Modules that say what data holds: lists of controls, and rules why nobody may waive them."""

ROOMS = ("specs", "resilience", "policies", "infra", "thabat")
CATALOGUES = tuple(sorted((ROOT / "policies" / "locale" / "ar").glob("*.po")))
TAKES = {"say": slice(0, 1), "phrase": slice(0, 1), "say_count": slice(1, 3)}
"""By function that makes sentences: which of its arguments are patterns."""

AS_IT_STANDS = ("{text}",)
"""Mere text: shown in English alone, so no catalogue may have it."""

MAKERS = {"specs.sentences", "policies.proof_words"}


@cache
def spoken() -> dict[tuple[str, ...], str]:
    """Patterns that the project says, that for one and that for many where it counts, and where first."""
    found: dict[tuple[str, ...], str] = {}
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            module = file.relative_to(ROOT).as_posix()
            for call in calls(ast.parse(file.read_text(encoding="utf-8")), module):
                place = f"{module}:{call.lineno}"
                patterns = [constant(one) for one in call.args[TAKES[called(call)]]]
                strings = tuple(text for text in patterns if text is not None)
                whole = len(strings) == len(patterns) > 0
                assert whole or module in SAY_DATA, f"{place}: a pattern is no constant"
                if whole:
                    found.setdefault(strings, place)
    for rule in RULES:
        if rule.never_waived:
            found.setdefault((rule.never_waived,), rule.id)
    for framework in FRAMEWORKS:
        for sentence in listed_in(framework):
            if sentence.pattern:
                found.setdefault((sentence.pattern,), f"the list of {framework}")
    return found


def listed_in(framework: str) -> Iterator[Sentence]:
    listing = frameworks.catalogue(framework)
    yield from listing.groups.values()
    for control in listing.controls.values():
        yield from (control.subject, control.part, control.beyond)


def calls(tree: ast.AST, module: str) -> Iterator[ast.Call]:
    """Calls of what makes sentences, imported or defined there."""
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MAKERS:
            known |= {name.asname or name.name for name in node.names}
        if isinstance(node, ast.FunctionDef) and module.removesuffix(".py").replace("/", ".") in MAKERS:
            known.add(node.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in known & TAKES.keys():
            yield node


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@cache
def translated() -> dict[tuple[str, ...], tuple[str, tuple[str, ...]]]:
    """By pattern: the catalogue that has it, and its forms."""
    found = {}
    for file in CATALOGUES:
        with file.open("rb") as stream:
            for message in read_po(stream, locale="ar", abort_invalid=True):
                ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                if ids != ("",):
                    found[ids] = file.name, forms
    return found


def names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


def test_every_sentence_is_translated() -> None:
    silent = {pattern: place for pattern, place in spoken().items() if pattern not in translated()}
    assert silent.pop(AS_IT_STANDS).startswith("specs/sentences.py")
    told = [f"{place}: {' | '.join(pattern)}" for pattern, place in silent.items()]
    assert not told, "\n".join([f"{len(told)} have none:", *told[:40]])


def test_the_catalogues_hold_nothing_that_nobody_says() -> None:
    assert not [(file, ids) for ids, (file, _) in translated().items() if ids not in spoken()]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.name)
def test_a_catalogue_says_nothing_twice_and_leaves_nothing_open(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    keys = re.findall(r'^msgid ("(?:[^"\\]|\\.)*"(?:\n"(?:[^"\\]|\\.)*")*)', text, re.MULTILINE)
    assert len(keys) == len(set(keys))
    with file.open("rb") as stream:
        for message in read_po(stream, locale="ar", abort_invalid=True):
            assert not message.fuzzy or message.id == ""
            forms = [message.string] if isinstance(message.string, str) else message.string or [""]
            assert all(form.strip() for form in forms), message.id


def test_a_translation_names_what_the_english_names() -> None:
    """All but a count of one and two, which Arabic says by the word's own form, and of none."""
    wrong = []
    for ids, (file, forms) in translated().items():
        named = set().union(*map(names, ids))
        for number, form in enumerate(forms):
            may_lack = {"count"} if len(forms) > 1 and number < 3 else set()
            if not named - may_lack <= names(form) <= named:
                wrong.append((file, ids[0], form))
    assert not wrong


def test_english_names_the_same_for_one_and_for_many() -> None:
    for ids in spoken():
        assert names(ids[0]) - {"count"} == names(ids[-1]) - {"count"}, ids


def test_what_counts_has_all_six_forms_of_arabic() -> None:
    assert {len(forms) for ids, (_, forms) in translated().items() if len(ids) == 2} == {6}
    assert {len(forms) for ids, (_, forms) in translated().items() if len(ids) == 1} == {1}


def test_arabic_has_latin_words_only_for_fields_and_for_a_few_names() -> None:
    foreign = {}
    for _, forms in translated().values():
        for form in forms:
            words = re.sub(r"`[^`]*`|\{\w+\}", " ", form)
            left = set(re.findall(r"[A-Za-z]{2,}", words)) - NAMES
            if left:
                foreign[form] = left
    assert not foreign


def test_arabic_has_the_figures_that_the_english_words_hold() -> None:
    wrong = []
    for ids, (file, forms) in translated().items():
        for form in forms:
            if figures(form) not in [figures(pattern) for pattern in ids]:
                wrong.append((file, ids[0], form))
    assert not wrong


def figures(pattern: str) -> list[str]:
    return sorted(re.findall(r"\d+", re.sub(r"`[^`]*`|\{\w+\}", " ", pattern)))


def test_ids_are_set_apart_from_the_direction_of_text() -> None:
    assert arabic(listed(["a", "b"])) == "\u2066a\u2069 و\u2066b\u2069"


def test_fields_that_a_pattern_names_are_set_apart_too() -> None:
    assert "\u2066`logs_to`\u2069" in (arabic(say("Declare `logs_to`.")) or "")


def test_a_pattern_without_translation_is_not_said() -> None:
    assert arabic(say("Nobody translated this.")) is None
    assert arabic(listed([say("Nobody translated this.")])) is None


def test_what_stands_in_a_sentence_is_marked_and_words_too() -> None:
    marks = Marks(lambda value: f"[{value}]", str.upper)
    assert english(listed(["x", "y"]), marks) == "[x] AND [y]"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "لم تُعلن أي نسخة منها"),
        (1, "أُعلنت نسخة واحدة منها"),
        (2, "أُعلنت نسختان منها"),
        (3, "أُعلنت \u20663\u2069 نسخ منها"),
        (11, "أُعلنت \u206611\u2069 نسخة منها"),
        (100, "أُعلنت \u2066100\u2069 نسخة منها"),
        (102, "أُعلنت \u2066102\u2069 نسخة منها"),
        (103, "أُعلنت \u2066103\u2069 نسخ منها"),
    ],
)
def test_copies_are_counted_as_arabic_counts_them(count: int, said: str) -> None:
    copies = say_count(count, "{count} copy of it is declared", "{count} copies of it are declared")
    assert arabic(copies) == said


def test_plural_forms_are_those_that_the_catalogues_declare() -> None:
    """gettext's formula in their headings and CLDR agree."""
    for count in range(200):
        tail = count % 100
        declared = count if count < 3 else 3 if 3 <= tail <= 10 else 4 if tail >= 11 else 5
        assert plural_form(count) == declared
    for file in CATALOGUES:
        assert "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5" in file.read_text(
            encoding="utf-8"
        )


def test_no_two_catalogues_say_the_same_otherwise() -> None:
    """`catalogue` raises where they do."""
    assert catalogue().keys() == {ids[0] for ids in translated()}
