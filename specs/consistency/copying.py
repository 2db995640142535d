"""Copies are made from where the data is, to somewhere else."""

from collections import defaultdict
from collections.abc import Iterator

from specs.issues import Fault
from specs.model import Estate


def faults_of_copies(estate: Estate) -> Iterator[Fault]:
    """A replication that has nothing to copy, or that copies onto its source."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for name, dataset in estate.datasets.items():
        held[name].add(dataset.home.platform)
    for copy in estate.replications.values():
        held[copy.dataset].add(copy.target)
    for name, copy in estate.replications.items():
        original = estate.datasets.get(copy.dataset)
        if original is None:
            continue
        at_home = copy.target == original.home.platform and copy.target_site == original.home.site
        if at_home or (copy.target == copy.source and copy.target != original.home.platform):
            message = f"`{name}` copies `{copy.dataset}` onto itself, at platform `{copy.target}`"
            yield Fault(
                "COPY-001", ("replications", name, "target"), message, "name another platform or site"
            )
        elif copy.source not in held[copy.dataset]:
            message = f"`{copy.dataset}` is not at platform `{copy.source}`, from which `{name}` copies it"
            hint = f"its home is `{original.home.platform}`"
            yield Fault(
                "COPY-002",
                ("replications", name, "source"),
                message,
                hint,
                (("datasets", copy.dataset, "home"),),
            )
