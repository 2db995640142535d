"""What platforms give against what workloads take, in quiet times and on the loss of a site, by hand."""

from typing import Any

from resilience.analysis import analyse
from resilience.results import CapacityBalance
from tests.resilience.sketch import BOX, estate, two_sites


def balances(lost: str | None, **more: Any) -> dict[tuple[str, str], CapacityBalance]:
    """Service s is active at a and waits at b; service t is active at b."""
    normal, dr = {"cores": 10, "memory": "40 GB"}, {"cores": 30, "memory": "90 GB"}
    collections = two_sites(
        services={"s": {}, "t": {}},
        workloads={
            "s-a": {"service": "s", "platform": "pa", "site": "a", "takes": {"normal": {"cores": 30}}},
            "s-b": {
                "service": "s", "platform": "pb", "site": "b", "role": "standby",
                "takes": {"normal": normal, "dr": dr},
            },
            "t-b": {"service": "t", "platform": "pb", "site": "b", "takes": {"normal": {"cores": 25}}},
        },
        platforms={
            "pa": {"kind": "compute", "nodes": ["da"]},
            "pb": {"kind": "compute", "nodes": ["db", "dc"], "needs_nodes": 1, "overcommit": 2.0},
        },
        devices={"dc": {"rack": "kb"}},
        models={"box": BOX | {"cores": 20, "memory": "100 GB"}},
    )  # fmt: skip
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = known | entries if isinstance(known, dict) else entries
    found = analyse(estate(**collections)).capacity_without(lost)
    return {(balance.platform, balance.product or balance.resource): balance for balance in found}


def test_in_quiet_times_a_standby_takes_what_it_takes_in_quiet_times() -> None:
    found = balances(None)
    assert found["platforms/pb", "cores"].takes == 10 + 25
    assert (found["platforms/pb", "cores"].gives, found["platforms/pb", "cores"].fits) == (40, "yes")
    assert found["platforms/pa", "cores"].fits == "no"


def test_on_the_loss_of_a_site_what_is_called_takes_its_share_of_dr_beside_all_the_rest() -> None:
    found = balances("a")
    cores = found["platforms/pb", "cores"]
    assert (cores.takes, cores.gives, cores.fits) == (55, 40, "no")
    assert cores.workloads == ("workloads/s-b", "workloads/t-b")
    assert not [platform for platform, _ in found if platform == "platforms/pa"]


def test_an_undeclared_demand_leaves_unknown_what_would_else_fit() -> None:
    memory = balances("a")["platforms/pb", "memory"]
    assert (memory.takes, memory.gives, memory.fits) == (90e9, 100e9, "unknown")
    assert [fact.element for fact in memory.missing] == ["workloads/t-b"]


def test_capacity_as_declared_counts_before_that_of_the_nodes() -> None:
    platforms = {"pb": {"kind": "compute", "nodes": ["db"], "capacity": {"cores": 60}}}
    assert balances("a", platforms=platforms)["platforms/pb", "cores"].fits == "yes"


def test_one_node_more_than_the_load_takes_is_a_spare() -> None:
    assert balances("a")["platforms/pb", "cores"].spare_node == "yes"
    assert balances(None)["platforms/pa", "cores"].spare_node == "no"
    unsaid = {"pb": {"kind": "compute", "sites": ["b"], "capacity": {"cores": 99}}}
    assert balances("a", platforms=unsaid)["platforms/pb", "cores"].spare_node == "unknown"


def test_a_licence_counts_after_a_loss_only_where_it_is_valid_then() -> None:
    def fits(lost: str | None, **licence: Any) -> str:
        platform = {
            "pb": {
                "kind": "compute",
                "nodes": ["db"],
                "licences": [{"product": "oracle", "quantity": 8} | licence],
            }
        }
        workload = {
            "s-b": {
                "service": "s",
                "platform": "pb",
                "site": "b",
                "role": "standby",
                "licences": {"oracle": 8},
            }
        }
        return balances(lost, platforms=platform, workloads=workload)["platforms/pb", "oracle"].fits

    assert fits("a", valid_at_dr=True) == "yes"
    assert fits("a", valid_at_dr=False) == "no"
    assert fits("a") == "unknown"
    assert fits(None, valid_at_dr=False) == "yes"
