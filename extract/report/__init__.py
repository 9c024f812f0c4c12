"""The report of a run: pictures of its tables in one self-contained page, and a page of quotes for each article."""
