"""A finished run in the formats of annotation tools and of GA4GH Phenopackets."""
