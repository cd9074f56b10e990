"""Where in a user's file something is wrong: file, line and column in words."""

from gazetteer.messages import Message, message


def describe_position(file: str, line: int = 0, column: str = "") -> Message | str:
    """The position as a parameter of a message.

    Args:
        file: The name of the file.
        line: The line, from 1 with the header; 0 is the file as a whole.
        column: The column of the cell; empty where the whole line is wrong.
    """
    if not line:
        return file
    if not column:
        return message("ingest.at_line", file=file, line=line)
    return message("ingest.at_cell", file=file, line=line, column=column)
