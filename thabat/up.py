"""`thabat up`: bring every stack to what the estate says."""

import typer

from thabat import console, output, provisioning, settings


def up(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    target: provisioning.TargetOption = None,
    policy_pack: provisioning.PackOption = None,
    no_policies: provisioning.NoPoliciesOption = False,
    allow_unknown: provisioning.AllowUnknownOption = False,
    lock_timeout: provisioning.LockTimeoutOption = None,
    yes: provisioning.YesOption = False,
    outputs: output.Outputs = None,
) -> None:
    """Bring every stack to what the estate says: sites first, then what is national.

    The whole plan is judged first, and nothing is made when a policy stops it. Run it again after a
    failure or a kill: it goes on from there.

    \b
    Example:
      thabat up --estate national-cured --phase phase-1 --yes
    """
    from infra.stacks.ordering import preview_all, up_all
    from infra.stacks.telling import as_text

    wanted = output.outputs(outputs, provisioning.FORMS)
    inputs = provisioning.read(estate, estate_option, phase, target)
    running = provisioning.runner(inputs, lock_timeout)
    if not no_policies:
        running = provisioning.judged(running, policy_pack, allow_unknown=allow_unknown)
    with provisioning.working(), provisioning.alone(running, "up"):
        with provisioning.watching("preview", len(inputs.stacks)) as watch:
            planned = preview_all(running, watch)
        if planned.ending != "done":
            raise typer.Exit(provisioning.conclude(planned, inputs, wanted))
        if not yes:
            console.say(as_text(planned, inputs))
            provisioning.confirm("Make these changes?", yes=yes)
        with provisioning.watching("up", len(inputs.stacks)) as watch:
            run = up_all(running, planned, watch)
    raise typer.Exit(provisioning.conclude(run, inputs, wanted))
