"""A group of commands, one of which need not be named: ``casetab review DIR`` beside ``casetab review export DIR``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

DEFAULT = "open"


class GroupWithDefault(TyperGroup):
    """Runs its command ``open`` where the first argument names none of its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Typer has a context of its own, or Click's
        """Put the name of the command in front where it is left out."""
        if not args or args[0] not in self.commands:
            args = [DEFAULT, *args]
        return list(super().parse_args(ctx, args))
