"""How good a run is: its tables against gold records made by hand."""
