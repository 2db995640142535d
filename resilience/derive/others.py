"""Networks, vaults, safeguards, people: elements that others may name among their needs."""

from resilience.derive.declared import Seen
from resilience.needs import Needs
from resilience.whereabouts import by_id
from specs.model import Estate


def derive_others(needs: Needs, estate: Estate, seen: Seen) -> None:
    """What stands behind elements that run by themselves or are no machines at all."""
    _networks(needs, estate, seen)
    for name, safeguard in by_id(estate.safeguards):
        here = needs.element(f"safeguards/{name}", "component")
        needs.need(here, f"sites/{safeguard.site}", "stands in", ("safeguards", name, "site"))
        if safeguard.feeds:
            gate = needs.gate(f"{here}#power", "any")
            needs.need(here, gate, "fed by", ("safeguards", name, "feeds"))
            for position, feed in enumerate(safeguard.feeds):
                needs.need(gate, f"power/{feed}", "fed by", ("safeguards", name, "feeds", position))
    for name, vault in by_id(estate.vaults):
        here = needs.element(f"vaults/{name}", None)
        needs.need(here, f"sites/{vault.site}", "stands at", ("vaults", name, "site"))
        if vault.platform is not None:
            platform = seen.from_place(f"platforms/{vault.platform}", f"sites/{vault.site}")
            needs.need(here, platform, "is made of", ("vaults", name, "platform"))
    for name, domain in by_id(estate.admin_domains):
        here = needs.element(f"admin_domains/{name}", None)
        for reference, fact in ((domain.identity, "identity"), (domain.bastion, "bastion")):
            found = next(
                (c for c in ("platforms", "services", "devices") if estate.element(f"{c}/{reference}")), None
            )
            if reference is not None and found is not None:
                target = seen.from_place(f"{found}/{reference}", None)
                needs.need(here, target, "logs in by", ("admin_domains", name, fact), kind="administer")
    for name, team in by_id(estate.teams):
        here = needs.element(f"teams/{name}", None)
        if team.contacts:
            gate = needs.gate(f"{here}#contacts", "any")
            needs.need(here, gate, "reached by", ("teams", name, "contacts"), kind="recover")
            for position, contact in enumerate(team.contacts):
                means = needs.gate(f"{here}#contacts.{position}")
                path = ("teams", name, "contacts", position)
                needs.need(gate, means, f"reached by {contact.means}", path, kind="recover")
                for number, reference in enumerate(contact.depends_on):
                    target = seen.from_place(reference, None)
                    where = (*path, "depends_on", number)
                    needs.need(means, target, "does not work without", where, kind="recover")


def _networks(needs: Needs, estate: Estate, seen: Seen) -> None:
    for name, network in by_id(estate.networks):
        here = needs.element(f"networks/{name}", None)
        if network.site is not None:
            needs.need(here, f"sites/{network.site}", "is at", ("networks", name, "site"))
        if network.over:
            gate = needs.gate(f"{here}#over", "any")
            needs.need(here, gate, "runs over", ("networks", name, "over"))
            for position, circuit in enumerate(network.over):
                needs.need(gate, f"circuits/{circuit}", "runs over", ("networks", name, "over", position))
        for position, reference in enumerate(network.depends_on):
            place = f"sites/{network.site}" if network.site is not None else None
            needs.need(
                here,
                seen.from_place(reference, place),
                "depends on",
                ("networks", name, "depends_on", position),
            )
