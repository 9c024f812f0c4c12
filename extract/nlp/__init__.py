"""The spaCy pipeline: each component is registered as ``casetab_*`` and can be added to any pipeline."""
