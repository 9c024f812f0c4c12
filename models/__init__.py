"""The training project of the recogniser whose weights ship with the package; see models/README.md."""
