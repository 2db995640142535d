"""What only one may have: refused with both sides named, handed over when places are swapped, given back."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from infra.register import Actor, CollisionError, Element, ImpossibleError, Register
from infra.register.opening import open_engine
from tests.infra.register.things import device, element, network, rack, rack_of, urn


def told(act: Callable[[], object]) -> list[str]:
    """What a refused act says, without the moment."""
    with pytest.raises(CollisionError) as refused:
        act()
    return [collision.message.partition(", since")[0] for collision in refused.value.collisions]


def test_a_unit_of_another_stacks_rack_is_refused_and_both_sides_are_named(register: Register) -> None:
    register.create(rack("r1", a=7))
    assert told(lambda: register.create(rack("r1", stack="dr", b=7))) == [
        "unit 7 (front) of rack r1 is wanted for device b by racks/r1 (stack dr) "
        "and held for device a by racks/r1 (stack ndc"
    ]
    assert [row.stack for row in register.planned()] == ["ndc"]


def test_an_address_given_twice_is_refused_and_both_sides_are_named(register: Register) -> None:
    register.create(network("n1", {"192.0.2.7": "a"}))
    assert told(lambda: register.create(network("n2", {"192.0.2.7": "b"}, stack="dr"))) == [
        "address 192.0.2.7 (routing table default) is wanted for device b by networks/n2 (stack dr) "
        "and held for device a by networks/n1 (stack ndc"
    ]


def test_the_same_address_in_two_routing_tables_is_two_addresses(register: Register) -> None:
    register.create(network("n1", {"192.0.2.7": "a"}, vrf="red"))
    register.create(network("n2", {"192.0.2.7": "b"}, vrf="blue"))
    assert len(register.planned()) == 2


def test_a_port_used_twice_is_refused_and_both_sides_are_named(register: Register) -> None:
    register.create(device("d", {"eth0": "cables/c1"}))
    assert told(lambda: register.create(device("d", {"eth0": "cables/c2"}, stack="dr"))) == [
        "port eth0 of device d is wanted for cable cables/c2 by devices/d (stack dr) "
        "and held for cable cables/c1 by devices/d (stack ndc"
    ]


def test_a_device_in_two_racks_is_refused_and_both_racks_are_named(register: Register) -> None:
    register.create(rack("r1", a=1))
    assert told(lambda: register.create(rack("r2", a=1))) == [
        "the place of device a is wanted for racks/r2 (stack ndc) and held for racks/r1 (stack ndc"
    ]


def test_a_feed_over_its_rating_is_refused(register: Register) -> None:
    feed = element("power", "pdu", {"rating": "1 kW", "outlets": {"a": 600, "b": 600}})
    with pytest.raises(
        ImpossibleError, match=r"outlets: 1.2 kW hang on pdu, which bears 1 kW: a 600 W, b 600 W"
    ):
        register.create(feed)
    assert register.planned() == ()


def test_what_is_refused_leaves_nothing_behind(register: Register) -> None:
    register.create(network("n1", {"192.0.2.7": "a"}))
    made = register.create(network("n2", {"192.0.2.8": "b"}))
    with pytest.raises(CollisionError):
        register.change(made.token, network("n2", {"192.0.2.7": "b", "192.0.2.9": "c"}))
    assert register.row(made.token) == made
    assert len(register.history()) == 2
    register.create(network("n3", {"192.0.2.9": "d"}))


def test_places_within_a_rack_are_swapped_by_one_change(register: Register) -> None:
    made = register.create(rack("r1", a=1, b=2))
    register.change(made.token, rack("r1", a=2, b=1))
    assert register.unsettled() == ()


def test_ports_and_addresses_are_swapped_by_one_change(register: Register) -> None:
    switch = register.create(device("d", {"eth0": "cables/c1", "eth1": "cables/c2"}))
    register.change(switch.token, device("d", {"eth0": "cables/c2", "eth1": "cables/c1"}))
    net = register.create(network("n", {"192.0.2.1": "a", "192.0.2.2": "b"}))
    register.change(net.token, network("n", {"192.0.2.1": "b", "192.0.2.2": "a"}))
    assert register.unsettled() == ()


def test_two_devices_are_swapped_between_racks_by_two_changes(register: Register) -> None:
    one = register.create(rack("r1", a=1))
    two = register.create(rack("r2", b=1))
    register.change(two.token, rack("r2", a=1), taking_from=[one.urn])
    assert [(half.thing, half.listed_by, half.held_by) for half in register.unsettled()] == [
        ("the place of device a", "racks/r1", "racks/r2")
    ]
    register.change(one.token, rack("r1", b=1))
    assert register.unsettled() == ()


def test_an_address_moves_between_networks_by_two_changes(register: Register) -> None:
    old = register.create(network("n1", {"192.0.2.7": "a"}))
    register.create(network("n2", {"192.0.2.7": "a"}), taking_from=[old.urn])
    assert [(half.listed_by, half.held_by) for half in register.unsettled("ndc")] == [
        ("networks/n1", "networks/n2")
    ]
    assert register.unsettled("dr") == ()
    register.retire(old.token)
    assert register.unsettled() == ()


def test_what_was_taken_is_given_back_when_the_taker_goes(register: Register) -> None:
    old = register.create(network("n1", {"192.0.2.7": "a"}))
    new = register.create(network("n2", {"192.0.2.7": "a"}), taking_from=[old.urn])
    register.retire(new.token)
    assert register.unsettled() == ()
    with pytest.raises(CollisionError, match="held for device a by networks/n1"):
        register.create(network("n3", {"192.0.2.7": "b"}))
    assert [change.action for change in register.history("networks/n1")] == ["created", "yielded", "regained"]


def test_what_was_taken_can_be_taken_back(register: Register) -> None:
    old = register.create(network("n1", {"192.0.2.7": "a"}))
    new = register.create(network("n2", {"192.0.2.7": "a"}), taking_from=[old.urn])
    register.change(old.token, network("n1", {"192.0.2.7": "a"}), taking_from=[new.urn])
    assert [(half.listed_by, half.held_by) for half in register.unsettled()] == [
        ("networks/n2", "networks/n1")
    ]


def test_one_look_at_the_holdings_finds_what_a_write_would(register: Register) -> None:
    register.create(rack("r1", a=1, b=2))
    taker = register.create(network("n1", {"192.0.2.7": "a"}))
    lister = register.create(network("n2", {"192.0.2.7": "b"}), taking_from=[taker.urn])
    holdings = register.holdings()
    from infra.register.claims import claims_of

    for asked in (
        rack("r2", a=3),
        rack("r1", stack="dr", c=2),
        network("n1", {"192.0.2.7": "a"}),
        rack("r9", z=1),
    ):
        claims = claims_of(asked.collection, asked.key, asked.properties).claims
        try:
            register.create(asked)
            refused: tuple[Any, ...] = ()
        except CollisionError as fault:
            refused = fault.collisions
        assert holdings.collisions(asked, claims) == refused
    assert lister.urn == urn("networks", "n2")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO claims (urn, kind, thing, place, holder, yielded) "
        "VALUES (:other, 'unit', 'r1', 'front/1', 'x', false)",
        "INSERT INTO claims (urn, kind, thing, place, holder, yielded) "
        "VALUES (:other, 'rocket', 'r1', 'front/9', 'x', false)",
        "INSERT INTO claims (urn, kind, thing, place, holder, yielded) "
        "VALUES ('nobody', 'unit', 'r1', 'front/9', 'x', false)",
        "INSERT INTO loads (urn, limit_watts, watts) VALUES (:other, 100, 100.5)",
        "INSERT INTO loads (urn, limit_watts, watts) VALUES (:other, 100, -1)",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(
    register: Register, location: str, statement: str
) -> None:
    register.create(rack("r1", a=1))
    other = register.create(device("d", {}))
    engine = open_engine(location)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement), {"other": other.urn})
    engine.dispose()


def _race(location: str, name: str, barrier: Barrier, results: Any) -> None:
    with Register.open(location, Actor(name, name)) as register:
        barrier.wait(60)
        won: list[int] = []
        for unit in range(1, 21):
            try:
                register.create(rack_of(f"{name}-{unit}", {f"dev-{unit}": unit}))
                won.append(unit)
            except CollisionError:
                continue
        results.put((name, won))


@pytest.mark.slow
def test_of_two_processes_that_want_the_same_exactly_one_has_it(location: str) -> None:
    Register.open(location).close()
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    racers = [context.Process(target=_race, args=(location, name, barrier, results)) for name in ("x", "y")]
    for racer in racers:
        racer.start()
    won = dict(results.get(timeout=120) for _ in racers)
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0]
    assert sorted(won["x"] + won["y"]) == list(range(1, 21))
    with Register.open(location) as register:
        assert len(register.planned()) == 20


RACKS = ("r1", "r2", "r3")
DEVICES = ("a", "b", "c", "d")
Layout = dict[str, tuple[str, int]]
LAYOUTS: st.SearchStrategy[Layout] = st.lists(
    st.tuples(st.sampled_from(RACKS), st.integers(1, 3)), min_size=4, max_size=4, unique=True
).map(lambda places: dict(zip(DEVICES, places, strict=True)))


def _racks(layout: Layout) -> dict[str, Element]:
    holds = {key: {d: unit for d, (where, unit) in layout.items() if where == key} for key in RACKS}
    return {key: rack_of(key, positions) for key, positions in holds.items()}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    layouts=st.lists(LAYOUTS, min_size=2, max_size=4),
    orders=st.lists(st.permutations(RACKS), min_size=4, max_size=4),
)
def test_any_move_among_racks_settles_in_any_order_of_their_changes(
    tmp_path_factory: pytest.TempPathFactory, layouts: list[Layout], orders: list[list[str]]
) -> None:
    location = tmp_path_factory.mktemp("moves") / "register.sqlite"
    with Register.open(location, Actor("w", "u")) as register:
        tokens = {key: register.create(one).token for key, one in _racks(layouts[0]).items()}
        everybody = [urn("racks", key) for key in RACKS]
        for layout, order in zip(layouts[1:], orders, strict=False):
            wanted = _racks(layout)
            for key in order:
                register.change(tokens[key], wanted[key], taking_from=everybody)
            assert register.unsettled() == ()
            held = register.holdings()._held.values()
            stands = {row.thing: row.holder for row in held if row.kind == "stand"}
            assert stands == {name: where for name, (where, _) in layout.items()}
            units = {row.holder: f"{row.thing}/{row.place}" for row in held if row.kind == "unit"}
            assert units == {name: f"{where}/front/{unit}" for name, (where, unit) in layout.items()}
