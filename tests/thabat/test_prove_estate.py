"""`thabat prove ESTATE`: its forms and exit codes, and the same bytes whatever the hash seed."""

import json

import pytest

from tests import published
from tests.thabat.calling import thabat

QUICK = ("--only", "recovery-plans", "--only", "data-loss")


def test_it_ends_with_1_where_an_answer_does_not_hold_or_is_unknown_and_says_how_many() -> None:
    ended = thabat("prove", "starter", *QUICK)
    assert ended.returncode == 1
    assert "unknown" in ended.stderr
    assert "registry" in ended.stdout
    assert "What to find out first" in ended.stdout


def test_unknowns_may_pass_and_everything_may() -> None:
    data = thabat("prove", "starter", "--only", "data-loss", "--allow-unknown", "-o", "json")
    refuted = [one for one in json.loads(data.stdout)["answers"] if one["holds"] == "no"]
    assert data.returncode == (1 if refuted else 0)
    assert thabat("prove", "starter", *QUICK, "--soft-fail").returncode == 0


@pytest.mark.slow
def test_its_json_is_as_published_and_the_same_whatever_the_hash_seed() -> None:
    made = [
        thabat("prove", "starter", "--simulate", "100", "-o", "json", variables={"PYTHONHASHSEED": seed})
        for seed in ("0", "7")
    ]
    assert made[0].stdout == made[1].stdout
    published.hold(made[0].stdout, "prove")
    document = json.loads(made[0].stdout)
    assert all(document["proof"][part] is not None for part in document["proof"])
    assert {one["service"] for one in document["answers"]} == {
        "services/archive", "services/portal", "services/registry",
    }  # fmt: skip


def test_markdown_has_a_table_of_all_services() -> None:
    made = thabat("prove", "starter", *QUICK, "-o", "markdown").stdout
    assert made.startswith("# Starter estate")
    assert "| service | " in made
    assert "| registry | " in made


@pytest.mark.slow
def test_simulated_years_stand_beside_the_static_figures_and_hang_on_the_seed_alone() -> None:
    words = (
        "prove",
        "starter",
        "--only",
        "availability",
        "--simulate",
        "2000",
        "--crews",
        "1",
        "--soft-fail",
    )
    made = [thabat(*words, "--seed", seed).stdout for seed in ("7", "7", "8")]
    assert made[0] == made[1]
    assert "Simulated: 2000 years in 20 blocks, 1 crew, seed 7" in made[0]
    assert made[0].replace("seed 7", "seed 8") != made[2]
    assert "portal: away" in made[0]
    assert "## Simulated: 2000 years" in thabat(*words, "-o", "markdown").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "data-los"), "did you mean `data-loss`?"),
        (("-o", "sarif"), "no output form"),
        (("--between", "a", "b"), "goes with --graphml"),
        (("--seed", "7"), "goes with --simulate"),
        (("--open-psa", "x.xml"), "several things"),
    ],
)
def test_a_call_that_cannot_be_meant_ends_with_2_and_says_why(words: tuple[str, ...], said: str) -> None:
    ended = thabat("prove", "starter", *words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
