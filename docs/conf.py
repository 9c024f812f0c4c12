"""How Sphinx builds the documentation: ``make site`` writes it to out/site."""

from extract import __version__

project = "casetab"
author = "The casetab authors"
copyright = author
release = version = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["worked-example"]
html_theme = "furo"
html_title = f"casetab {__version__}"
html_copy_source = False
html_show_sourcelink = False
