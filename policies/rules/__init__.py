"""The catalogue: every rule, named here one by one."""

from policies.rule import Rule
from policies.rules import backup, circuits, cooling, networks, power_capacity, power_feeds, sites
from policies.waiving import waivers_in_force

RULES: tuple[Rule, ...] = (
    backup.copies,
    backup.immutability,
    backup.restore_tests,
    backup.rpo_vs_schedule,
    cooling.n1_cooling,
    cooling.cooling_on_ups,
    networks.management_isolation,
    networks.out_of_band_survives,
    power_feeds.dual_feed,
    power_capacity.path_capacity,
    power_capacity.ups_redundancy,
    power_capacity.generator_fuel,
    power_feeds.utility_diversity,
    power_feeds.switch_maintenance,
    sites.dr_separation,
    sites.sync_distance,
    circuits.circuit_diversity,
    circuits.fast_detection,
    waivers_in_force,
)
"""By id; `tests/policies` holds that each is named once."""
