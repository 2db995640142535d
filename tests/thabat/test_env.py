"""`thabat env`: what it prints is read back by the shell it is for, and plain pulumi then works."""

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.engine import Engine, environment
from infra.engine.versions import VERSION
from thabat.env import Shell, exports

AWKWARD = ["plain", "with space", "o'clock", 'say "x"', "$HOME `id` \\", "a?b#c%d", "عربي"]


@pytest.mark.parametrize("name", AWKWARD)
def test_sh_reads_the_exports_back_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "bin"
    engine = Engine(binary=folder / "pulumi", folder=folder, version=VERSION, origin="modules")
    wanted = environment(engine, tmp_path / name / ".thabat", variables={"PATH": "/usr/bin:/bin"})
    script = exports(wanted, Shell.sh) + "".join(f'printf "%s\\0" "${each}"\n' for each in sorted(wanted))
    read = subprocess.run(["sh", "-eu"], input=script.encode(), capture_output=True, check=True).stdout
    assert read.decode().split("\0")[:-1] == [wanted[each] for each in sorted(wanted)]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_fish_quotes_leave_no_letter_with_a_meaning(value: str) -> None:
    written = exports({"HOME": value}, Shell.fish).removeprefix("set -gx HOME '").removesuffix("'\n")
    read, letters = "", iter(written)
    for letter in letters:
        assert letter != "'"
        read += next(letters) if letter == "\\" else letter
    assert read == value


@given(st.lists(st.text("ab'\\ $`\"\n", min_size=1), min_size=1))
def test_what_sh_is_told_splits_into_three_words_a_line(values: list[str]) -> None:
    named = {f"V{number}": value for number, value in enumerate(values)}
    words = shlex.split(exports(named, Shell.bash))
    expected = [word for name, value in sorted(named.items()) for word in ("export", f"{name}={value}")]
    assert words == expected
