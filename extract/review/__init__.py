"""The review page: a person confirms every cell, and what came of it."""
