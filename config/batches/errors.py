"""Why something can't be done with a batch: a stable code, and a sentence that says the way out."""

from __future__ import annotations


class BatchRefusal(ValueError):
    """What was asked can't be done with this batch as it stands."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


NOBODY_CHOSEN = BatchRefusal("nobody_chosen", "No contact was chosen. Choose some in the list first.")
TOO_MANY = BatchRefusal(
    "too_many", "That is more than 100,000 contacts. Narrow the list down with search and filters, and go on in parts."
)
NOT_A_DRAFT = BatchRefusal(
    "not_a_draft", "This bulk action was started before, so it can't be changed any more. Start a new one."
)
NOT_FORESEEN = BatchRefusal("not_foreseen", "Fill in the form and look at the preview first.")
NOTHING_TO_RESUME = BatchRefusal(
    "nothing_to_resume", "This bulk action was not stopped by an error. Reload the page to see how far it is."
)
NOT_DONE = BatchRefusal("not_done", "Only a bulk action that has run can be undone. Wait until it has.")
UNDONE_BEFORE = BatchRefusal("undone_before", "This bulk action was undone before, or is being undone now.")
NOTHING_TO_UNDO = BatchRefusal("nothing_to_undo", "This bulk action changed nothing, so there is nothing to undo.")
UNDO_IS_FINAL = BatchRefusal("undo_is_final", "An undo can't be undone. Start the bulk action again instead.")
REASON_REQUIRED = BatchRefusal("reason_required", "Say why: the reason is kept with every change.")
