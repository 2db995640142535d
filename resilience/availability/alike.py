"""Services whose failure is one and the same function, by the shape of what they rest on."""

from collections.abc import Hashable, Mapping

from resilience.availability.failing import Failing, Failures, Level


def representatives(failures: Failures) -> list[Hashable]:
    """Of every node a value that is equal for nodes that are lost in the same cases.

    Gates of the same needs are one, a gate of a single need is that need; nodes of a ring and those that fail
    by themselves are what they are.
    """
    compiled = failures.logic.sweep.compiled
    events = {compiled.index[name] for name in failures.logic.events}
    found: list[Hashable] = list(range(len(compiled.names)))
    numbers: dict[Hashable, int] = {}
    for ring in compiled.order:
        node = ring[0]
        if len(ring) > 1 or node in events or any(child == node for child, _ in compiled.children[node]):
            continue
        threshold = compiled.threshold[node]
        parts = sorted((str(found[child]), times) for child, times in compiled.children[node])
        total = sum(times for _, times in parts)
        if threshold <= 1 or threshold == total:
            parts = sorted({(name, 1) for name, _ in parts})
        if len(parts) == 1 and parts[0][1] == 1:
            child = next(iter(compiled.children[node]))[0]
            found[node] = found[child]
            continue
        kind = "any" if threshold <= 1 else "all" if threshold == total else threshold
        key = (kind, tuple(parts), not compiled.children[node] and threshold > 0)
        found[node] = f"g{numbers.setdefault(key, len(numbers))}"
    return found


def alike(failures: Failures) -> Mapping[str, str]:
    """Of each service the first by id whose failure is the same."""
    shown = representatives(failures)
    first: dict[Hashable, str] = {}
    return {
        one.service: first.setdefault(_shape(one, shown, failures), one.service) for one in failures.services
    }


def _shape(one: Failing, shown: list[Hashable], failures: Failures) -> Hashable:
    def of(node: int) -> Hashable:
        return "never" if node in failures.calm else shown[node]

    def level(found: Level) -> Hashable:
        views = [(of(view), None if place is None else of(place)) for view, place in found.views]
        return (
            of(found.node) if not views or any(p for _, p in views) else None,
            tuple(sorted(views, key=str)),
        )

    return tuple(level(found) for found in one.owed)
