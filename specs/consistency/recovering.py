"""Orders that can be followed: recovery steps, and access zones one within another."""

from collections.abc import Iterator

from specs.consistency.loops import loops
from specs.expanding import ID
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.services import Service
from specs.text import did_you_mean


def faults_of_orders(estate: Estate) -> Iterator[Fault]:
    """Steps that wait for each other or for nothing that exists, and zones within themselves."""
    for service in estate.services.values():
        yield from _steps(service)
    within = {
        name: [safeguard.within]
        if safeguard.within in estate.safeguards and safeguard.within is not None
        else []
        for name, safeguard in estate.safeguards.items()
    }
    for loop in loops(within):
        if len(loop) > 1:
            around = " within ".join(f"`{name}`" for name in (*loop, loop[0]))
            yield Fault(
                "LOOP-003",
                ("safeguards", loop[0], "within"),
                f"access zones in a loop: {around}",
                "leave one out",
            )


def _steps(service: Service) -> Iterator[Fault]:
    path: FieldPath = ("services", service.id, "recovery")
    names = [step.id for step in service.recovery]
    for place, step in enumerate(service.recovery):
        if not ID.fullmatch(step.id):
            message = f"`{step.id}` cannot be the name of a step"
            yield Fault("KEY-005", (*path, place, "id"), message, "use letters, digits and . _ -")
        if step.id in names[:place]:
            first: FieldPath = (*path, names.index(step.id), "id")
            message = f"the step `{step.id}` of `{service.id}` is declared twice"
            yield Fault("KEY-004", (*path, place, "id"), message, "rename one", (first,))
        for number, before in enumerate(step.after):
            if before not in names:
                message = f"`{step.id}` comes after `{before}`, which is no step of `{service.id}`"
                yield Fault("STEP-001", (*path, place, "after", number), message, did_you_mean(before, names))
    for loop in loops(
        {step.id: [before for before in step.after if before in names] for step in service.recovery}
    ):
        around = " after ".join(f"`{name}`" for name in (*loop, loop[0]))
        at = names.index(loop[0])
        yield Fault(
            "LOOP-002",
            (*path, at, "after"),
            f"recovery steps wait for each other: {around}",
            "break the loop",
        )
