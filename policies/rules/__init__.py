"""The catalogue: every rule, named here one by one."""

from policies.rule import Rule
from policies.rules import (
    backup,
    circuits,
    cooling,
    data,
    networks,
    power_capacity,
    power_feeds,
    recovery,
    sites,
    supply,
)
from policies.waiving import waivers_in_force

RULES: tuple[Rule, ...] = (
    supply.end_of_support,
    supply.spares_and_maintenance,
    backup.copies,
    backup.immutability,
    backup.restore_tests,
    backup.rpo_vs_schedule,
    cooling.n1_cooling,
    cooling.cooling_on_ups,
    data.key_escrow,
    data.residency,
    data.classification,
    recovery.rto_chain,
    recovery.dr_capacity,
    recovery.no_primary_dependency,
    recovery.single_points,
    recovery.quorum,
    recovery.cold_start,
    data.log_retention,
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
    supply.diverse_supply,
    circuits.circuit_diversity,
    circuits.fast_detection,
    waivers_in_force,
)
"""By id; `tests/policies` holds that each is named once, in order."""
