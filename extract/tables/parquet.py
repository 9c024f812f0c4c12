"""Parquet: one file for each table, written in row groups."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic.fields import FieldInfo

from extract.records.common import Table, columns
from extract.tables.csv import whole_path
from extract.tables.schema import Models, Rows

_GROUP = 20_000  # rows held in memory (with their columns about 100 MB), and what a reader takes on at once
_TYPES: dict[type, pa.DataType] = {str: pa.string(), float: pa.float64(), int: pa.int64()}


class ParquetTables:
    """Files ``TABLE.parquet``: the row groups are the partitions that Dask, Spark and DuckDB read in parallel."""

    def __init__(self, folder: Path, stack: ExitStack, tables: Models) -> None:
        self._tables = {name: _OneTable(folder / f"{name}.parquet", model, stack) for name, model in tables.items()}

    def write(self, rows: Rows) -> None:
        """Append the rows of one article."""
        for name, records in rows.items():
            self._tables[name].extend(records)


class _OneTable:
    def __init__(self, path: Path, model: type[Table], stack: ExitStack) -> None:
        self._schema = pa.schema([_field(name, model.model_fields[name]) for name in columns(model)])
        temporary = stack.enter_context(whole_path(path))
        self._writer = stack.enter_context(pq.ParquetWriter(temporary, self._schema, compression="zstd"))
        stack.push(self._flushed)
        self._rows: list[Table] = []

    def extend(self, records: Any) -> None:
        self._rows.extend(records)
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flushed(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays = [pa.array([getattr(row, field.name) for row in self._rows], type=field.type) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


def _field(name: str, info: FieldInfo) -> pa.Field:
    return pa.field(name, _type(info.annotation), metadata={"description": info.description or ""})


def _type(annotation: Any) -> pa.DataType:
    """Return the type of a column; a closed list of words is text."""
    if get_origin(annotation) is not None:
        kinds = [kind for kind in get_args(annotation) if isinstance(kind, type) and kind is not type(None)]
        return _TYPES[kinds[0]] if kinds else _TYPES[str]
    return _TYPES[annotation]
