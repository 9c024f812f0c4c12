"""casetab: published medical case reports in, tables for a systematic review out."""

__version__ = "0.1.0"
