"""The figures that rules are judged by: each rule's defaults, with the organisation's own in their place."""

from collections.abc import Iterable, Mapping

from policies.rule import Parameter, Rule, Value
from specs.governance import Threshold
from specs.issues import Fault, FieldPath
from specs.text import did_you_mean
from specs.units import QuantityError, parse_quantity


def figures(rule: Rule, threshold: Threshold | None) -> Mapping[str, Value]:
    """The rule's figures in base units; what cannot be read keeps its default (`faults` tells)."""
    values = {parameter.name: parameter.default for parameter in rule.parameters}
    given = threshold.values if threshold is not None else {}
    for parameter in rule.parameters:
        if parameter.name in given:
            try:
                values[parameter.name] = _read(parameter, given[parameter.name])
            except ValueError:
                continue
    return values


def faults(thresholds: Mapping[str, Threshold], rules: Iterable[Rule]) -> tuple[Fault, ...]:
    """What is wrong with thresholds: no such rule, no such figure, a figure that cannot be read."""
    known = {rule.id: rule for rule in rules}
    found: list[Fault] = []
    for name, threshold in thresholds.items():
        rule = known.get(name)
        if rule is None:
            found.append(Fault("THR-001", ("thresholds", name), f"no rule {name}", did_you_mean(name, known)))
            continue
        parameters = {parameter.name: parameter for parameter in rule.parameters}
        for key, given in threshold.values.items():
            path: FieldPath = ("thresholds", name, "values", key)
            if key not in parameters:
                hint = did_you_mean(key, parameters)
                found.append(Fault("THR-002", path, f"{name} has no figure `{key}`", hint))
            else:
                try:
                    _read(parameters[key], given)
                except QuantityError as fault:
                    found.append(Fault("THR-003", path, str(fault), fault.hint))
                except ValueError as fault:
                    hint = f"the default is {parameters[key].shown}"
                    found.append(Fault("THR-003", path, str(fault), hint))
    return tuple(found)


def _read(parameter: Parameter, given: Value) -> Value:
    if parameter.dimension is not None:
        if (
            parameter.dimension == "fraction"
            and isinstance(given, int | float)
            and not isinstance(given, bool)
        ):
            return parse_quantity(str(given), "fraction")
        if not isinstance(given, str):
            raise QuantityError(f"`{given}` has no unit", f"write it as in {parameter.shown}")
        return parse_quantity(given, parameter.dimension)
    default = parameter.default
    if isinstance(default, bool | str):
        if type(given) is not type(default):
            raise ValueError(f"`{given}` is no {'truth value' if isinstance(default, bool) else 'text'}")
        return given
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"`{given}` is no number")
    if given < 0:
        raise ValueError(f"`{given}` is negative")
    return given
