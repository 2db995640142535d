"""What the Pulumi program does for one stack."""

import asyncio
import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi

from infra.components.resources import Plan
from infra.components.topics import TOPICS, TopicArgs
from infra.stacks.inputs import TARGET, Inputs, no_such_stack, read
from specs.issues import SpecError
from specs.tokens import NATIONAL

UNKNOWN_OUTPUT = "unknown"
"""What a site's stack has not told: it is known to nobody, which is not the same as nothing."""


def main() -> None:
    """Declare the stack that the engine runs, by its configuration; faults of the spec end it, each shown."""
    gc.disable()  # For the same reason as in `uncollected`: this process ends with its program.
    config = pulumi.Config()
    try:
        name = config.get("estate")
        if not name:
            raise pulumi.RunError(
                "no estate is named for this stack: pulumi config set estate national-cured\n"
                "(a bundled estate, or the path of your own from the folder of Pulumi.yaml)"
            )
        inputs = read(
            name, config.get("phase"), config.get("target") or TARGET, Path(pulumi.get_root_directory())
        )
        declare(inputs, pulumi.get_stack())
    except SpecError as fault:
        raise pulumi.RunError(told(fault)) from None


def told(fault: SpecError) -> str:
    """Every issue with its hint, as the engine shows a program's error."""
    count = len(fault.issues)
    return (
        "\n".join(map(str, fault.issues)) + f"\n{count} issue{'' if count == 1 else 's'}: nothing was planned"
    )


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's cyclic collector, which takes half of the time of planning a thousand resources.

    Nearly all that a program makes lives until its end; what it leaves is little.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def declare(inputs: Inputs, stack: str, *, together: bool = False) -> None:
    """Register everything that the stack is to hold, and what it tells other stacks.

    `together`: this preview is one over all stacks, so that what sites tell is what they will tell.
    """
    if stack not in inputs.stacks:
        raise no_such_stack(inputs, stack)
    if not os.environ.get("THABAT_DEBUG"):
        pulumi.log.debug = _unsaid
    record = Plan(stack, inputs.record(stack))
    for topic in TOPICS:
        elements = tuple(one for one in inputs.planned[stack] if one.collection in topic.collections)
        if elements:
            # Under the plan's record, so that provider and policies know of it before they see any element.
            topic(stack, TopicArgs(elements), pulumi.ResourceOptions(parent=record))
    for name, value in inputs.outputs(stack).items():
        pulumi.export(name, value)
    if stack == NATIONAL:
        pulumi.export(
            "sites", {site: _told_by(inputs, site, together) for site in inputs.stacks if site != NATIONAL}
        )


async def declared(inputs: Inputs, stack: str, *, together: bool = False) -> None:
    """The same, with every registration begun at its return: the SDK then waits for them one by one.

    For those that have not begun it waits by asking all of them again whenever one has ended, which takes
    time with the square of the resources.
    """
    declare(inputs, stack, together=together)
    await asyncio.sleep(0)


def _unsaid(*said: object, **more: object) -> None:
    """What the SDK would tell for debugging: four blocking calls a resource, a third of a plan's time."""


def _told_by(inputs: Inputs, site: str, together: bool) -> pulumi.Output[Mapping[str, Any]]:
    """What a site's stack exports; before it was made, a preview takes what the spec says it will export."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{site}"
    expected = inputs.outputs(site)
    previewed = pulumi.runtime.is_dry_run()
    missing = expected if previewed else dict.fromkeys(expected, UNKNOWN_OUTPUT)

    def settled(values: Mapping[str, Any]) -> Mapping[str, Any]:
        if together and previewed:
            return expected
        found = {name: missing[name] if values[name] is None else values[name] for name in expected}
        if found["phase"] != inputs.phase:
            pulumi.log.warn(f"site {site} stands at {found['phase']}, this stack at {inputs.phase}")
        return found

    async def told() -> Any:
        if not together and not await _is_there(name):
            pulumi.log.warn(f"site {site} has no stack yet: pulumi stack init {site}")
            return pulumi.Output.from_input(missing)
        reference = pulumi.StackReference(name)
        return pulumi.Output.all(**{each: reference.get_output(each) for each in expected}).apply(settled)

    return pulumi.Output.from_input(told())


async def _is_there(stack: str) -> bool:
    """Whether a stack can be referred to: a reference to one that is not there would end the program."""
    try:
        await pulumi.runtime.invoke_async("pulumi:pulumi:readStackOutputs", {"name": stack})
    except Exception:
        return False
    return True
