"""Numbers that cannot be: more needed than there are, an end before its beginning."""

from collections.abc import Iterator

from specs.issues import Fault
from specs.model import Estate
from specs.units import format_quantity


def faults_of_amounts(estate: Estate) -> Iterator[Fault]:
    """Figures of one element that contradict each other."""
    yield from _platforms(estate)
    for name, load in estate.workloads.items():
        if load.needed is not None and load.needed > load.instances:
            message = f"`{name}` needs {load.needed} instances of only {load.instances}"
            yield Fault(
                "COUNT-001", ("workloads", name, "needed"), message, "raise `instances` or lower `needed`"
            )
    for name, domain in estate.admin_domains.items():
        keys = domain.keys
        if (
            keys is not None
            and keys.quorum is not None
            and keys.custodians is not None
            and keys.quorum > keys.custodians
        ):
            message = f"{keys.quorum} custodians restore the keys of `{name}`, and it has {keys.custodians}"
            yield Fault(
                "COUNT-001", ("admin_domains", name, "keys", "quorum"), message, "correct one of the two"
            )
    for name, contract in estate.contracts.items():
        if contract.begins is not None and contract.ends is not None and contract.ends < contract.begins:
            message = f"contract `{name}` ends before it begins"
            yield Fault("COUNT-002", ("contracts", name, "ends"), message, "correct one of the dates")
    for name, drill in estate.drills.items():
        if drill.kind != "tabletop":
            continue
        for service, result in drill.services.items():
            if result.rta is not None or result.rpa is not None:
                message = f"`{name}` was only talked through, and gives times of `{service}`"
                hint = "say how far it went in `kind`, or leave the times out"
                yield Fault("COUNT-002", ("drills", name, "services", service), message, hint)
    for name, dataset in estate.datasets.items():
        writes = dataset.writes
        if writes is not None and writes.peak is not None and writes.peak < writes.average:
            peak, average = (format_quantity(rate, "bandwidth") for rate in (writes.peak, writes.average))
            message = f"the busiest minutes of `{name}` write {peak}, less than the average of {average}"
            yield Fault("COUNT-002", ("datasets", name, "writes", "peak"), message, "correct one of the two")


def _platforms(estate: Estate) -> Iterator[Fault]:
    for name, platform in estate.platforms.items():
        nodes = len(platform.nodes)
        if platform.nodes and platform.needs_nodes is not None and platform.needs_nodes > nodes:
            message = f"`{name}` needs {platform.needs_nodes} nodes of only {nodes}"
            yield Fault(
                "COUNT-001", ("platforms", name, "needs_nodes"), message, "add nodes, or lower `needs_nodes`"
            )
        full = platform.needs_nodes if platform.needs_nodes is not None else nodes
        if platform.minimum_nodes is not None and full and platform.minimum_nodes > full:
            message = (
                f"the minimum of `{name}` takes {platform.minimum_nodes} nodes, its full load only {full}"
            )
            yield Fault("COUNT-001", ("platforms", name, "minimum_nodes"), message, "lower `minimum_nodes`")
        seen: set[str] = set()
        for place, node in enumerate(platform.nodes):
            if node in seen:
                message = f"`{node}` is listed twice among the nodes of `{name}`"
                yield Fault("COUNT-003", ("platforms", name, "nodes", place), message, "list it once")
            seen.add(node)
