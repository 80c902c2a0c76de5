"""Pieces as plain text, so that what is judged is what somebody would read."""

from assistant.records import Piece


def as_text(piece: Piece) -> str:
    """A piece as somebody would paste it elsewhere: fields with their labels, facts filled in."""
    if len(piece.fields) == 1:
        return piece.fields[0].text
    return "\n".join(f"{field.field.replace('_', ' ').capitalize()}: {field.text}" for field in piece.fields)
