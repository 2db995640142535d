"""`thabat destroy`: take everything out of service; the register keeps it as retired."""

import typer

from thabat import console, output, provisioning, settings


def destroy(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    target: provisioning.TargetOption = None,
    lock_timeout: provisioning.LockTimeoutOption = None,
    yes: provisioning.YesOption = False,
    outputs: output.Outputs = None,
) -> None:
    """Take everything in every stack out of service, what is national first. Nothing is erased.

    \b
    Example:
      thabat destroy --estate national-cured --yes
    """
    from infra.stacks.ordering import destroy_all, preview_destroy_all
    from infra.stacks.telling import as_text

    wanted = output.outputs(outputs, provisioning.FORMS)
    inputs = provisioning.read(estate, estate_option, phase, target)
    running = provisioning.runner(inputs, lock_timeout)
    with provisioning.working(), provisioning.alone(running, "destroy"):
        if not yes:
            with provisioning.watching("preview", len(inputs.stacks)) as watch:
                planned = preview_destroy_all(running, watch)
            console.say(as_text(planned, inputs))
            provisioning.confirm("Retire all of this?", yes=yes)
        with provisioning.watching("destroy", len(inputs.stacks)) as watch:
            run = destroy_all(running, watch)
    raise typer.Exit(provisioning.conclude(run, inputs, wanted))
