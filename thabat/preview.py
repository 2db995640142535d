"""`thabat preview`: what `up` would make, and what policies say against it."""

import typer

from thabat import output, provisioning, settings


def preview(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    target: provisioning.TargetOption = None,
    policy_pack: provisioning.PackOption = None,
    no_policies: provisioning.NoPoliciesOption = False,
    allow_unknown: provisioning.AllowUnknownOption = False,
    outputs: output.Outputs = None,
) -> None:
    """Show what `up` would make in every stack, judged by every rule. Nothing is made.

    Exits with 1 when a rule or policy stops the plan.

    \b
    Example:
      thabat preview national-cured
      thabat preview --estate my-estate --phase phase-2 -o json=plan.json
    """
    from infra.stacks.ordering import preview_all

    wanted = output.outputs(outputs, provisioning.FORMS)
    inputs = provisioning.read(estate, estate_option, phase, target)
    running = provisioning.runner(inputs)
    if not no_policies:
        running = provisioning.judged(running, policy_pack, allow_unknown=allow_unknown)
    with provisioning.working(), provisioning.watching("preview", len(inputs.stacks)) as watch:
        run = preview_all(running, watch)
    raise typer.Exit(provisioning.conclude(run, inputs, wanted))
