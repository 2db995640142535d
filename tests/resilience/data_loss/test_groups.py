"""Consistency groups: a common point in time, against every way that schedules can fall."""

from itertools import product
from math import inf
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.data_loss.groups import Schedules, group_losses, least_possible, sure_point
from resilience.data_loss.results import CopyAge, CopyKind, DatasetLoss, ScenarioLoss
from resilience.failover_flows.results import Bounds
from resilience.results import Tri


def copy(name: str, kind: CopyKind, age: float, outlives: Tri = "yes") -> CopyAge:
    return CopyAge(name, kind, "sites/b", Bounds(age, age), None, outlives, "", ())


def ages_held(one: CopyAge, interval: float, shift: float) -> list[float] | tuple[float, None]:
    """Which ages a copy holds once it is known how its schedule fell: a list, or all from one on."""
    age = one.age.low
    match one.kind:
        case "synchronous":
            return [0.0]
        case "asynchronous":
            return [age * shift]
        case "logged-backup":
            return (age * shift, None)
        case _:
            newest = age - interval + interval * shift
            return [newest + interval * count for count in range(12)]


def common(held: list[list[float] | tuple[float, None]]) -> float:
    """The least age that all hold."""
    lists = [one for one in held if isinstance(one, list)]
    least = max((one[0] for one in held if isinstance(one, tuple)), default=0.0)
    if not lists:
        return least
    ages = [
        age for age in lists[0] if all(any(abs(age - other) < 1e-9 for other in one) for one in lists[1:])
    ]
    return min((age for age in ages if age >= least - 1e-9), default=inf)


def fallen(members: list[tuple[CopyAge, ...]], intervals: dict[str, float], places: int) -> list[float]:
    """By how schedules may fall, the least common age of the best choice of copies."""
    copies = [one for member in members for one in member]
    found = []
    # Uneven places, so that schedules do not meet by chance; the last is nearly the worst.
    shifts_of = [
        [(0.999 - at / 991) * (place + 1) / places - (place % 2) / 8999 for place in range(places)]
        for at, _ in enumerate(copies)
    ]
    for shifts in product(*shifts_of):
        at = {one.copy: shift for one, shift in zip(copies, shifts, strict=True)}
        found.append(
            min(
                common([ages_held(one, intervals.get(one.copy, 0.0), at[one.copy]) for one in choice])
                for choice in product(*members)
            )
        )
    return found


def at_worst(members: list[tuple[CopyAge, ...]], intervals: dict[str, float], dice: Random) -> float:
    """The least common age of the best choice at the worst moment, for one way in which schedules lie."""
    begins = {one.copy: dice.choice([0.0, 1.0, 4.0]) for member in members for one in member}

    def held(one: CopyAge, moment: float) -> list[float] | tuple[float, None]:
        age, since = one.age.low, moment - begins[one.copy]
        match one.kind:
            case "synchronous":
                return [0.0]
            case "asynchronous":
                return [age]
            case "logged-backup":
                return (since % age, None)
            case _:
                interval = intervals[one.copy]
                newest = (since - (age - interval)) % interval + age - interval
                return [newest + interval * count for count in range(12)]

    return max(
        min(common([held(one, quarter / 4) for one in choice]) for choice in product(*members))
        for quarter in range(4 * 48)
    )


def random_members(seed: int, most: int) -> tuple[list[tuple[CopyAge, ...]], dict[str, float]]:
    dice = Random(seed)
    intervals: dict[str, float] = {}
    members = []
    for member in range(dice.randint(2, 3)):
        copies = []
        for number in range(dice.randint(1, most)):
            name = f"backups/{member}-{number}"
            kind: CopyKind = dice.choice(["synchronous", "asynchronous", "backup", "logged-backup"])
            age = 0.0
            if kind == "backup":
                intervals[name] = dice.choice([6.0, 13.0, 24.0])
                age = intervals[name] + dice.choice([1.0, 2.0])
            elif kind != "synchronous":
                age = dice.choice([1.0, 3.0, 10.0])
            copies.append(copy(name, kind, age))
        members.append(tuple(copies))
    return members, intervals


few = settings(max_examples=80, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


@given(st.integers(0, 2**32))
@few
def test_with_one_copy_each_the_sure_point_is_the_worst_that_schedules_give(seed: int) -> None:
    members, intervals = random_members(seed, 1)
    sure = sure_point(members, Schedules(intervals))
    worst = max(fallen(members, intervals, 13))
    if sure is None:
        assert worst == inf
    else:
        # The moments tried lie about a second apart: the worst of them may be that much too small.
        assert sure.age == pytest.approx(worst, rel=0.1, abs=1.5)
        assert sure.age >= worst - 1e-9


@given(st.integers(0, 2**32))
@few
def test_no_schedules_give_worse_than_the_sure_point(seed: int) -> None:
    members, intervals = random_members(seed, 2)
    sure = sure_point(members, Schedules(intervals))
    assert max(fallen(members, intervals, 3)) <= (inf if sure is None else sure.age + 1e-9)


@given(st.integers(0, 2**32))
@few
def test_no_schedules_spare_the_worst_moment_more_than_is_possible(seed: int) -> None:
    members, intervals = random_members(seed, 2)
    possible = least_possible(members, Schedules(intervals))
    # Moments lie a quarter of an hour apart, so the worst is missed by no more.
    assert at_worst(members, intervals, Random(seed + 1)) >= (inf if possible is None else possible - 0.25)


def losses(name: str, *copies: CopyAge, objective: float = 300.0) -> DatasetLoss:
    best = min(copies, key=lambda one: one.age.low)
    scenario = ScenarioLoss("site", best.age, best.copy, objective, "services/s", "yes", None, copies, ())
    return DatasetLoss(f"datasets/{name}", "g", (scenario,), (), ())


def test_a_group_loses_what_its_worst_member_loses() -> None:
    a = losses("a", copy("replications/a", "asynchronous", 5.0))
    b = losses("b", copy("replications/b", "asynchronous", 30.0))
    (found,) = group_losses((b, a), Schedules())
    assert found.members == ("datasets/a", "datasets/b")
    assert (found.loss, found.worst) == (Bounds(30.0, 30.0), "datasets/b")
    # Nobody says that both are copied together, so whether they meet is open.
    assert (found.consistent, found.sure_loss, found.met) == ("unknown", None, "unknown")


def test_a_replica_of_this_moment_and_one_of_a_while_ago_do_not_meet() -> None:
    a = losses("a", copy("replications/a", "synchronous", 0.0), copy("backups/a", "logged-backup", 900.0))
    b = losses("b", copy("replications/b", "asynchronous", 30.0), copy("backups/b", "backup", 3000.0))
    (found,) = group_losses((a, b), Schedules({"backups/b": 1800.0}))
    assert (found.consistent, found.met) == ("no", "no")
    # The ledger is rolled by its logs to the copy of the files: at most 30 + 20 minutes ago.
    assert found.sure_loss == Bounds(3000.0, 3000.0)
    assert found.sure_copies == ("backups/a", "backups/b")


def test_logs_that_lag_behind_a_fresh_copy_take_the_one_before() -> None:
    a = losses("a", copy("backups/a", "logged-backup", 1500.0))
    b = losses("b", copy("backups/b", "backup", 660.0))
    (found,) = group_losses((a, b), Schedules({"backups/b": 600.0}))
    # Copies every 600 s: the newest older than 1500 s is at most 2100 s old.
    assert found.sure_loss == Bounds(2100.0, 2100.0)


def test_a_member_without_any_copy_loses_the_group() -> None:
    a = losses("a", copy("replications/a", "synchronous", 0.0))
    scenario = ScenarioLoss("site", None, "", 300.0, "services/s", "no", None, (), ())
    b = DatasetLoss("datasets/b", "g", (scenario,), (), ())
    (found,) = group_losses((a, b), Schedules())
    assert (found.loss, found.worst, found.met, found.sure_loss) == (None, "datasets/b", "no", None)


# One order of writes


def in_order(*names: str, intervals: dict[str, float] | None = None) -> Schedules:
    return Schedules(intervals or {}, orders=dict.fromkeys(names, "array"))


def test_replicas_that_keep_one_order_of_writes_meet_where_the_last_of_them_is() -> None:
    a = losses("a", copy("replications/a", "asynchronous", 5.0))
    b = losses("b", copy("replications/b", "asynchronous", 30.0))
    (found,) = group_losses((a, b), in_order("replications/a", "replications/b"))
    assert (found.consistent, found.sure_loss, found.met) == ("yes", Bounds(30.0, 30.0), "yes")
    assert found.sure_copies == ("replications/a", "replications/b")


def test_an_order_that_not_all_members_keep_proves_nothing() -> None:
    a = losses("a", copy("replications/a", "asynchronous", 5.0))
    b = losses("b", copy("replications/b", "asynchronous", 30.0))
    for schedules in (
        in_order("replications/a"),
        Schedules(orders={"replications/a": "one", "replications/b": "other"}),
    ):
        (found,) = group_losses((a, b), schedules)
        assert (found.consistent, found.sure_loss, found.met) == ("unknown", None, "unknown")


def test_snapshots_of_one_order_are_points_to_which_logs_roll_the_others() -> None:
    a = losses("a", copy("replications/a", "snapshot", 660.0))
    b = losses("b", copy("replications/b", "snapshot", 630.0))
    c = losses("c", copy("backups/c", "logged-backup", 1500.0))
    names = ("replications/a", "replications/b")
    schedules = in_order(*names, intervals=dict.fromkeys(names, 600.0))
    (found,) = group_losses((a, b, c), schedules)
    assert (found.consistent, found.sure_loss) == ("yes", Bounds(2100.0, 2100.0))
    # With intervals of their own they were not taken together, whatever their order is called.
    apart = in_order(*names, intervals={"replications/a": 600.0, "replications/b": 570.0})
    (found,) = group_losses((a, b, c), apart)
    assert found.sure_loss is None


@given(st.integers(0, 2**32))
@few
def test_with_orders_the_sure_point_is_never_better_than_what_is_held(seed: int) -> None:
    """Copies of one order fall together: whatever one holds all of them hold, once the last has it."""
    dice = Random(seed)
    kind: CopyKind = dice.choice(["asynchronous", "backup"])
    members: list[tuple[CopyAge, ...]] = []
    intervals: dict[str, float] = {}
    orders: dict[str, str] = {}
    age = dice.choice([14.0, 15.0])
    for number in range(dice.randint(2, 4)):
        name = f"backups/{number}"
        if dice.random() < 0.25:
            members.append((copy(name, "logged-backup", dice.choice([1.0, 10.0, 40.0])),))
            continue
        members.append((copy(name, kind, dice.choice([1.0, 8.0]) if kind == "asynchronous" else age),))
        if kind == "backup":
            intervals[name] = 13.0
        if dice.random() < 0.9:
            orders[name] = "o"
    sure = sure_point(members, Schedules(intervals, orders=orders))
    furthest = max((one.age.low for (one,) in members if one.copy in orders), default=0.0)

    def held(one: CopyAge, shift: float) -> list[float] | tuple[float, None]:
        if one.copy in orders and one.kind == "asynchronous":
            return [furthest * shift]
        return ages_held(one, intervals.get(one.copy, 0.0), shift)

    worst = 0.0
    for of_order, of_logs in product([0.9999 - at / 13.1 for at in range(13)], repeat=2):
        apart = iter(range(1, 9))
        ages = [
            held(
                one,
                of_order
                if one.copy in orders
                else of_logs
                if one.kind == "logged-backup"
                else of_order * 0.9 - next(apart) / 991,
            )
            for (one,) in members
        ]
        worst = max(worst, common(ages))
    if sure is None:
        assert worst == inf
    else:
        # The moments tried lie about a second apart: the worst of them may be that much too small.
        assert sure.age == pytest.approx(worst, rel=0.1, abs=1.5)
        assert sure.age >= worst - 1e-9
