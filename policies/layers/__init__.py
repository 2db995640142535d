"""One rule on three layers: what is declared, what is planned, what was observed; unknown is never a pass."""
