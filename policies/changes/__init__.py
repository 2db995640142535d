"""A change of an estate and what it does: elements, findings, services, and the lines responsible."""
