"""Generated estates: exactly as large as asked, the same for the same seed, sound, and of a realistic mix."""

from pathlib import Path

import pytest

from benchmarks import generate
from specs.loading import load
from specs.model import ELEMENT_COLLECTIONS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("elements", [generate.SMALLEST, 1_000, 1_777])
def test_an_estate_has_exactly_as_many_elements_as_asked_and_loads(elements: int, tmp_path: Path) -> None:
    generate.write(tmp_path, elements)
    assert sum(1 for _ in load(tmp_path).estate.elements()) == elements


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert generate.generate(1_000, 7) == generate.generate(1_000, 7)
    assert generate.generate(1_000, 7) != generate.generate(1_000, 8)


def test_nearly_every_collection_is_in_it_in_the_proportions_of_a_real_one(tmp_path: Path) -> None:
    generate.write(tmp_path, 2_000)
    estate = load(tmp_path).estate
    counts = {name: len(estate.collection(name)) for name in ELEMENT_COLLECTIONS}
    answered_for = ["drills", "waivers", "attestations", "applicability", "risks", "actions"]
    assert [name for name, count in counts.items() if not count] == answered_for
    assert 4 < counts["devices"] / counts["racks"] < 8
    assert 1 < counts["cables"] / counts["devices"] < 3
    assert counts["services"] > 20


def test_some_of_it_enters_with_a_phase(tmp_path: Path) -> None:
    generate.write(tmp_path, 2_000)
    estate = load(tmp_path).estate
    assert len(estate.as_of("today").racks) < len(estate.as_of(None).racks)


def test_too_small_an_estate_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        generate.generate(generate.SMALLEST - 1)
