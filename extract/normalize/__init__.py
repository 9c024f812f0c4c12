"""The normalisation stage: undoes what page layout and conversion did to the text."""
