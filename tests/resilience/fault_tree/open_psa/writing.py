"""Short Open-PSA models for tests."""

from resilience.fault_tree.failure_function import FailureFunction, compile_formula
from resilience.fault_tree.open_psa.reader import read_fault_tree
from resilience.fault_tree.tree import FaultTree

ABC = "".join(
    f'<define-basic-event name="{name}"><float value="{chance}"/></define-basic-event>'
    for name, chance in (("a", 0.1), ("b", 0.2), ("c", 0.3))
)


def read(content: str, mission_hours: float | None = None) -> FaultTree:
    """The tree of a model with that content."""
    return read_fault_tree(f"<opsa-mef>{content}</opsa-mef>".encode(), "model.xml", mission_hours)


def gate(formula: str, data: str = ABC) -> FaultTree:
    """The tree of one gate called top."""
    return read(
        f'<define-fault-tree name="t"><define-gate name="top">{formula}</define-gate></define-fault-tree>'
        f"<model-data>{data}</model-data>"
    )


def compiled(tree: FaultTree) -> FailureFunction:
    """Its natural top."""
    return compile_formula(tree.gates[tree.natural_top()])


def chance(expression: str, mission_hours: float | None = None, data: str = "") -> float:
    """What an expression gives as a basic event's probability."""
    tree = read(
        '<define-fault-tree name="t"><define-gate name="top"><basic-event name="e"/></define-gate>'
        f'<define-basic-event name="e">{expression}</define-basic-event></define-fault-tree>'
        f"<model-data>{data}</model-data>",
        mission_hours,
    )
    return tree.chances["e"]
