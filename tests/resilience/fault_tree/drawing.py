"""Random formulas over a few events, drawn by Hypothesis: shared gates, every kind, deep and flat."""

from hypothesis import strategies as st

from resilience.fault_tree.formulas import Formula, Formulas

EVENTS = tuple("abcdef")
CHANCES = st.sampled_from([0.0, 1e-6, 0.01, 0.1, 0.3, 0.5, 0.9, 1.0])


@st.composite
def formulas(draw: st.DrawFn, coherent: bool = False) -> Formula:
    """A formula of up to six events and twelve gates, any of which may be used again."""
    place = Formulas()
    events = EVENTS[: draw(st.integers(1, len(EVENTS)))]
    known = [place.event(name) for name in events]
    kinds = (
        ["all", "any", "least"] if coherent else ["all", "any", "least", "between", "odd", "choice", "not"]
    )
    for _ in range(draw(st.integers(1, 12))):
        inputs = draw(st.lists(st.sampled_from(known), min_size=1, max_size=5))
        kind = draw(st.sampled_from(kinds))
        if kind == "all":
            made = place.all_of(inputs)
        elif kind == "any":
            made = place.any_of(inputs)
        elif kind == "least":
            made = place.at_least(draw(st.integers(0, len(inputs) + 1)), inputs)
        elif kind == "between":
            least = draw(st.integers(0, len(inputs)))
            made = place.between(least, draw(st.integers(least, len(inputs))), inputs)
        elif kind == "odd":
            made = place.odd(inputs)
        elif kind == "choice":
            made = place.choice(inputs[0], inputs[-1], draw(st.sampled_from(known)))
        else:
            made = ~inputs[0]
        known.append(made)
    return known[-1]
