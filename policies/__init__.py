"""Judges the estate: rules, control frameworks, waivers, verdicts, evidence, reports, the policy pack."""
