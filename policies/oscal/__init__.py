"""A judged estate in NIST's OSCAL 1.2.1: component definition, assessment plan, results, plan of action.

Ids follow from what they name and times from the judged day, so the same judgement gives the same bytes. What
rules show of a control is told of an objective of Thabat's own, which is the part of it that they look at:
the word `satisfied` is never said of a control.
"""
