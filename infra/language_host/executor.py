"""Runs one Pulumi program or plugin in a child process of the language host, and ends when that host is gone.

It is started by its path with the Python of the project's own environment, in which nothing but `pulumi` is
taken for granted: it imports the standard library alone, and `pulumi` once it is known to be there.
"""

import argparse
import asyncio
import logging
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BAIL = 32
"""Exit code of a program whose error has been shown already: the engine stops without adding to it."""

INTERRUPTED = 130
"""Exit code after an interrupt."""

NO_SDK = (
    "The Pulumi SDK is not installed in {python}.\n"
    "Install the project's packages into that environment (in a checkout: make setup)."
)


def when_closed(descriptor: int, end: Callable[[], None]) -> None:
    """Call `end` from a thread of its own once the other side of a pipe is closed.

    The kernel closes a pipe however its owner ends, `kill -9` included, so no process outlives the one that
    it works for; and unlike a signal on the parent's death this does not depend on which thread started it.
    """

    def wait() -> None:
        try:
            while os.read(descriptor, 4096):
                pass
        except OSError:
            pass
        end()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def take_lifeline() -> None:
    """Take standard input for the host's lifeline, and give the program an empty one instead."""
    lifeline = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    when_closed(lifeline, lambda: os._exit(INTERRUPTED))


def own_frames(error: BaseException, program: Path) -> str:
    """The traceback of `error` from the program's first frame on, without the machinery above it."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = (at for at, frame in enumerate(frames) if Path(frame.filename).is_relative_to(program))
    first = next(inside, 0)
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames[first:])]
    return "".join([*lines, *traceback.format_exception_only(error)])


def run_program(arguments: argparse.Namespace) -> int:
    """Run a program against the engine; 0, 1, or 32 where its error has been shown."""
    try:
        import pulumi
        import pulumi.runtime as runtime
    except ImportError:
        print(NO_SDK.format(python=sys.executable), file=sys.stderr)  # noqa: T201
        return 1
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            project=arguments.project,
            stack=arguments.stack,
            monitor=arguments.monitor,
            engine=arguments.engine,
            parallel=arguments.parallel,
            dry_run=arguments.dry_run,
            organization=arguments.organization,
            root_directory=arguments.root,
        )
    )
    os.chdir(arguments.pwd)
    program = Path(arguments.pwd, arguments.program).resolve()
    sys.argv = [str(program), *arguments.rest]
    entry = program / "__main__.py" if program.is_dir() else program
    if not entry.is_file():
        pulumi.log.error(f"{program}: there is no Python program here (no __main__.py)")
        return BAIL
    # A program that fails leaves futures that nobody awaits; asyncio would complain about each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    workers = ThreadPoolExecutor(max_workers=max(arguments.parallel, 1) * 4)
    loop.set_default_executor(workers)

    async def run() -> None:
        runpy.run_path(str(program), run_name="__main__")
        # What the program registered begins before the SDK looks what it has to wait for: what it then
        # finds begun it awaits one by one, and all else in time with the square of the resources.
        await asyncio.sleep(0)

    try:
        loop.run_until_complete(runtime.run_in_stack(run))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return BAIL
    except Exception as error:
        home = program if program.is_dir() else program.parent
        pulumi.log.error("The program failed with an error of its own:\n" + own_frames(error, home))
        return BAIL
    workers.shutdown(wait=True)
    loop.close()
    return 0


def run_plugin(arguments: argparse.Namespace) -> int:
    """Run a plugin: a policy pack by the SDK's own server, anything else as a Python program."""
    sys.argv = [arguments.program, *arguments.rest]
    if arguments.kind == "analyzer":
        sys.argv = ["pulumi.policy", *arguments.rest, arguments.program]
        runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(arguments.program, run_name="__main__")
    return 0


def parser() -> argparse.ArgumentParser:
    """The arguments that the language host gives."""
    top = argparse.ArgumentParser(prog="pulumi-language-python-executor")
    modes = top.add_subparsers(dest="mode", required=True)
    program = modes.add_parser("program")
    for option in ("project", "root", "stack", "monitor", "engine", "organization", "pwd"):
        program.add_argument(f"--{option}", required=True)
    program.add_argument("--parallel", type=int, default=1)
    program.add_argument("--dry-run", action="store_true")
    plugin = modes.add_parser("plugin")
    plugin.add_argument("--kind", required=True)
    for mode in (program, plugin):
        mode.add_argument("program")
        mode.add_argument("rest", nargs=argparse.REMAINDER)
    return top


def main(given: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for."""
    arguments = parser().parse_args(given)
    take_lifeline()
    # Started by path, this file's folder heads the search path: its modules are not the program's to find.
    if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
        del sys.path[0]
    try:
        return run_program(arguments) if arguments.mode == "program" else run_plugin(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    if code:
        # Calls that the engine will not answer any more may hold threads; what had to be said has been said.
        os._exit(code)
