"""A group of commands whose files are imported when one of them runs, so that help stays light."""

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

ENTRY_POINTS = "assistant.commands"
"""Group of entry points by which other packages hang commands below `assistant`: name -> module:app."""


class LazyGroup(TyperGroup):
    """A group whose commands are names and lines of help until one is called."""

    package: ClassVar[str]
    """Where their modules are."""
    table: ClassVar[Mapping[str, tuple[str, str]]]
    """Name -> (module below the package, one line of help); the order is that of the help."""
    open_to_others: ClassVar[bool] = False
    """Whether entry points add to it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of the table, those of other packages last."""
        return [*self.table, *(name for name in self._others() if name not in self.table)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """What help needs to know of a command."""
        if cmd_name in self.table:
            return TyperCommand(name=cmd_name, help=self.table[cmd_name][1])
        other = self._others().get(cmd_name)
        if other is None:
            return None
        command = typer.main.get_command(other.load())
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        if name and name in self.table:
            module = importlib.import_module(f"{self.package}.{self.table[name][0]}")
            command = typer.main.get_command(module.app)
        if command is not None:
            command.name = name
        return name, command, rest

    def _others(self) -> dict[str, Any]:
        return {found.name: found for found in entry_points(group=ENTRY_POINTS)} if self.open_to_others else {}
