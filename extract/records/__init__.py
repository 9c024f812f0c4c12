"""One module per table: a model whose fields are the table's columns, and the component that fills it."""
