"""Power and cooling as limits of what runs: nodes that nothing needs are off, and draw nothing then."""

from dataclasses import dataclass

from resilience.dr_capacity.loss import Loss
from resilience.dr_capacity.question import Question, SiteLimit, Switching
from resilience.dr_capacity.results import Balance
from resilience.loads import draw_of
from specs.equipment import Device

MENDABLE = ("limit", "heat")
"""What falls with every device that is off, whichever feeds it hangs on: the load that a rack, room or site
is built for, and the heat of a room."""


@dataclass(frozen=True)
class Mending:
    """Limits that shedding can keep."""

    limits: tuple[SiteLimit, ...]
    switching: tuple[Switching, ...]
    mended: frozenset[tuple[str, str]]
    """Element and resource of each."""


def mending(loss: Loss, question: Question, sites: tuple[Balance, ...], *, reserve: bool) -> Mending:
    """Of what does not fit the limits that switching nodes off can keep.

    A node can be off if it belongs to one cluster alone whose instances are placed one by one; all else goes
    on drawing what is planned for it. Where that alone is too much, or nobody knows the limit, nothing that
    is shed mends it. Losses in power elements are taken as they are with everything on.
    """
    devices = loss.estate.devices
    where = loss.analysis.graph.where
    uses: dict[str, int] = {}
    for platform in loss.estate.platforms.values():
        for node in platform.nodes:
            uses[node] = uses.get(node, 0) + 1
    nodes = {
        name: tuple(node for node in loss.nodes_left[name] if node in devices and uses[node] == 1)
        for name, _ in question.nodes
    }
    limits: list[SiteLimit] = []
    draws: dict[str, list[tuple[int, float]]] = {}
    mended: set[tuple[str, str]] = set()
    for balance in sites:
        gives = balance.gives_in_reserve if reserve else balance.gives
        fits = balance.fits_in_reserve if reserve else balance.fits
        if balance.resource not in MENDABLE or fits != "no" or gives is None:
            continue
        here = {
            node: draw_of(devices[node], where) or 0.0
            for names in nodes.values()
            for node in names
            if balance.element in _places(loss, node, devices[node])
        }
        takes = balance.takes_in_reserve if reserve else balance.takes
        left = gives - (takes - sum(here.values()))
        if left < 0.0 or not here:
            continue
        for node, watts in here.items():
            draws.setdefault(node, []).append((len(limits), watts))
        limits.append(SiteLimit(balance.element, balance.resource, left))
        mended.add((balance.element, balance.resource))
    switching = tuple(
        Switching(name, int(reserve), tuple(tuple(draws.get(node, ())) for node in loss.nodes_left[name]))
        for name, names in sorted(nodes.items())
        if any(node in draws for node in names)
    )
    return Mending(tuple(limits), switching, frozenset(mended))


def _places(loss: Loss, name: str, device: Device) -> tuple[str, ...]:
    where = loss.analysis.graph.where
    return (
        f"racks/{device.rack}",
        f"rooms/{where.device_rooms.get(name)}",
        f"sites/{where.device_sites.get(name)}",
    )
