"""Readers: one file in, one :class:`~extract.sources.model.SourceText` out."""
