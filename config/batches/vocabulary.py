"""The words of bulk actions. Values are stored: changing one needs a migration. A label is what staff read."""

from __future__ import annotations

from contacts.vocabulary import Word


class Action(Word):
    """What a batch does to each of its contacts."""

    SET_DND = "set_dnd", "Set DND"
    LIFT_DND = "lift_dnd", "Lift temporary DND"
    ADD_TO_LIST = "add_to_list", "Add to list"
    REMOVE_FROM_LIST = "remove_from_list", "Remove from list"
    BLOCK = "block", "Block"
    UNDO = "undo", "Undo"


class Status(Word):
    """Where a batch stands. `undone` is one whose undo has run to its end."""

    DRAFT = "draft", "Not started"
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped by an error"
    UNDONE = "undone", "Undone"


CHANGED = "changed"
"""The outcome of a contact for whom everything was done that the batch is for."""

PARTLY = "partly"
"""The outcome of a contact for whom some of it was done, and some stays."""

GONE = "gone"
"""The outcome of a contact who was deleted after the batch was made."""
