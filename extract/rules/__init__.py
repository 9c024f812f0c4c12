"""Loading of the data files under rules/: what a domain expert edits."""
