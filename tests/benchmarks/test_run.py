"""The benchmark's measuring and its tables, on the smallest estates."""

import pytest

from benchmarks import measure, run
from benchmarks.run import Figure, Goal


@pytest.mark.slow
@pytest.mark.parametrize("stage", run.ALL_STAGES)
def test_every_stage_can_be_measured_in_a_process_of_its_own(stage: str) -> None:
    figure = run.best("starter", stage, "starter", 1)
    assert figure.elements > 100
    assert 0 < figure.processor < 60
    assert 20 < figure.megabytes < 2_000


def test_every_stage_does_its_work() -> None:
    from specs.bundled import folder_of
    from specs.loading import load

    loaded = load(folder_of("starter"))
    assert all(work(loaded) for work in measure.STAGES.values())


def test_growth_in_proportion_has_the_exponent_one() -> None:
    figures = [
        Figure("1,000", "load", 1_000, 1.0, 1.0, 10.0),
        Figure("10,000", "load", 10_000, 10.0, 10.0, 20.0),
        Figure("1,000", "check", 1_000, 1.0, 1.0, 10.0),
        Figure("10,000", "check", 10_000, 100.0, 100.0, 20.0),
        Figure("national", "load", 3_000, 1.0, 1.0, 10.0),
    ]
    lines = run.growth(figures).splitlines()
    assert [line.split()[0] + " " + line.split()[-1] for line in lines[2:]] == ["load 1.00", "check 2.00"]


def test_a_goal_is_met_or_missed() -> None:
    text = run.verdicts([Goal("fast", 1.0, 5.0), Goal("small", 9.0, 5.0)])
    assert [line.split()[-1] for line in text.splitlines()[2:]] == ["met", "MISSED"]


def test_a_command_that_fails_is_no_figure() -> None:
    import subprocess
    import sys

    with pytest.raises(subprocess.CalledProcessError):
        run.best_seconds([sys.executable, "-c", "raise SystemExit(3)"], 1)


def test_help_is_measured_against_python_alone() -> None:
    help_, nothing = run.start_seconds(1)
    assert help_ > nothing > 0
