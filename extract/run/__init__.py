"""Batches: the work list, the article process, the workers."""
