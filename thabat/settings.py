"""Settings, by flag, environment (`THABAT_*`), file (`thabat.toml`) or default, and where each came from."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from specs.text import did_you_mean
from thabat.exits import USAGE, Stop

FILE = "thabat.toml"


@dataclass(frozen=True)
class Setting:
    """Something that a user may settle once and for all."""

    name: str
    default: str
    """Empty: none."""
    what: str
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        return f"THABAT_{self.name.upper()}"


@dataclass(frozen=True)
class Settled:
    """A setting's value and who said so."""

    setting: Setting
    value: str
    origin: str


SETTINGS: tuple[Setting, ...] = (
    Setting("estate", "", "Estate to work on: a folder, a file, or the name of a bundled one."),
    Setting("phase", "", "Phase to look at it in; absent: the last."),
    Setting("date", "", "Day as at which rules judge (YYYY-MM-DD); absent: the estate's own, else today."),
    Setting("fail_on", "high", "Least severity that fails a check.", ("critical", "high", "medium", "low")),
    Setting("baseline", "", "Baseline that a check is held against; absent: none."),
    Setting("rules", "", "Folders of your own rules, with commas between, or `installed`; absent: none."),
    Setting("evidence_key", "", "Private key that signs evidence; absent: as --key or --agent says."),
    Setting("evidence_agent", "", "Key of the SSH agent that signs evidence, in its place; absent: none."),
    Setting("target", "register", "What `up` makes.", ("register",)),
    Setting("register", "", "Asset register: a file or a database URL; absent: `.thabat/register.sqlite`."),
    Setting("state", "", "Folder of the engine's state; absent: `.thabat/state`."),
    Setting("lock_timeout", "0", "Seconds to wait for somebody else's lock."),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}

EstateArgument = Annotated[
    str | None,
    typer.Argument(metavar="[ESTATE]", help="Folder, file, or name of a bundled estate.", show_default=False),
]
EstateOption = Annotated[
    str | None,
    typer.Option("--estate", metavar="ESTATE", help="The same as a flag; also THABAT_ESTATE, thabat.toml."),
]
PhaseOption = Annotated[
    str | None,
    typer.Option("--phase", metavar="PHASE", help="Phase to look at it in, or `today`; absent: the last."),
]

DateOption = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="Day to judge as at (YYYY-MM-DD).")
]
FailOnOption = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="SEVERITY", help="Least severity that fails: critical … low."),
]
AllowUnknownOption = Annotated[
    bool, typer.Option("--allow-unknown", help="Do not fail where a mandatory rule cannot be decided.")
]
SoftFailOption = Annotated[
    bool, typer.Option("--soft-fail", help="Tell all, and end with 0 whatever is found.")
]


def settle(name: str, flag: str | None = None) -> Settled:
    """The value of a setting, by flag, environment, file or default, in that order."""
    setting = _BY_NAME[name]
    if flag is not None:
        return _checked(Settled(setting, flag, "flag"))
    if (found := os.environ.get(setting.variable)) not in (None, ""):
        return _checked(Settled(setting, str(found), f"environment ({setting.variable})"))
    folder = _folder()
    if folder is not None and name in (filed := _file(folder / FILE)):
        return _checked(Settled(setting, filed[name], f"file ({folder / FILE})"))
    return Settled(setting, setting.default, "default")


def value(name: str, flag: str | None = None) -> str | None:
    """The value alone; None where nobody gave one."""
    return settle(name, flag).value or None


def estate(argument: str | None, flag: str | None = None) -> str:
    """The estate to work on; the current folder if it is one and none was named."""
    if argument is not None and flag is not None and argument != flag:
        raise Stop(USAGE, f"two estates are named: {argument} and {flag}", "name one")
    found = value("estate", argument if argument is not None else flag)
    if found is not None:
        return found
    if any(Path(name).is_file() for name in ("estate.yaml", "estate.yml")):
        return "."
    raise Stop(
        USAGE,
        "no estate is named, and there is no estate.yaml here",
        "name a folder or a bundled estate (`thabat check national`), or write one with `thabat init`",
    )


def _checked(settled: Settled) -> Settled:
    choices = settled.setting.choices
    if choices and settled.value not in choices:
        raise Stop(
            USAGE,
            f"{settled.setting.name} cannot be `{settled.value}` (from the {settled.origin})",
            did_you_mean(settled.value, choices),
        )
    return settled


def _folder() -> Path | None:
    """The nearest folder, from the current one upwards, that holds a settings file."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / FILE).is_file()), None)


@cache
def _file(path: Path) -> Mapping[str, str]:
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Stop(USAGE, f"{path}: {fault}", "see `thabat config show` for what it may hold") from fault
    for name, found in read.items():
        if name not in _BY_NAME:
            raise Stop(USAGE, f"{path}: no setting `{name}`", did_you_mean(name, _BY_NAME))
        if not isinstance(found, str | int) or isinstance(found, bool):
            raise Stop(USAGE, f"{path}: `{name}` is no text", f'write {name} = "…"')
    return {name: str(found) for name, found in read.items()}
