"""The report: one HTML file for decision-makers, reviewers and engineers."""
