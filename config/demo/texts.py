"""What people write to the shop, by what it does. A test reads every sentence and checks its class."""

from __future__ import annotations

ORDINARY = (
    "Hi, do you have the Solstice 45 pack in size M?",
    "What time do you open on Sunday?",
    "Running ten minutes late for my boot fitting, sorry!",
    "Is my bike ready?",
    "Thanks, see you Saturday",
    "Can I move my ski rental to the 14th?",
    "Do you repair tent poles?",
    "ok perfect",
    "Picked it up today, fits great. Thank you!",
    "Can I cancel my Tuesday 3pm and come Wednesday?",
    "Is there parking behind the store?",
    "I'll stop by at noon",
    "Do you still have used climbing shoes?",
    "My order says delivered but nothing is here",
    "Who do I ask about a group booking for 12?",
    "How much is a full bike service?",
    "Yes please hold it for me",
    "Could you send the invoice again?",
    "Great, thanks 😊",
    "When does the winter rental season begin?",
    "The zipper on my jacket broke after a week",
    "👍",
    "Which gaiters fit a size 46 boot?",
    "On my way",
    "Do you take returns without the box?",
    "Left my gloves at the fitting, did you find them?",
    "Can my daughter rent the kids' snowshoes too?",
    "What's the weather like on the trail this weekend?",
)

ORDINARY_IN = {
    "es": ("Hola, ¿a qué hora abren mañana?", "Gracias, nos vemos el sábado", "¿Tienen botas en talla 42?"),
    "fr": ("Bonjour, mon vélo est-il prêt ?", "Merci beaucoup, à samedi", "Avez-vous la veste en taille L ?"),
    "de": ("Ist mein Rad schon fertig?", "Danke, bis Samstag!", "Habt ihr die Jacke auch in Grün?"),
}
"""By the first two letters of the language."""

OPT_OUT_WORDS = (
    "STOP", "STOP", "STOP", "STOP", "Stop", "Stop", "stop", "stop", "STOP.", "Unsubscribe", "UNSUBSCRIBE", "END",
    "QUIT", "Cancel", "STOPALL", "Stop!", "opt out",
)  # fmt: skip

OPT_OUT_PHRASES = (
    "stop texting me",
    "Please take me off your list",
    "STOP please",
    "no more texts",
    "don't text me anymore",
    "Remove me from this list please",
    "Stop messaging me, thanks",
    "please stop contacting me",
    "do not contact me again",
    "pls stop",
)

OPT_IN_WORDS = ("START", "START", "START", "Start", "start", "UNSTOP", "Unstop")

OPT_IN_WORDS_OF_OURS = ("RESUBSCRIBE", "resubscribe")

HELP = ("HELP", "Help", "help", "INFO", "help?")

SOFT = (
    "Not interested",
    "already a customer",
    "not interested, thanks",
    "I already spoke to someone",
    "maybe in the future",
    "chose another option",
)

LIST_KEYWORD = ("NOSPRING", "nospring", "Nospring")
"""Offered in every spring offer: it leaves that list alone."""

AMBIGUOUS = ("STPO", "🛑", "enough", "please cancel", "stooop")

WRONG_NUMBER = ("Wrong number", "You have the wrong number", "wrong number sorry")

HOSTILE = ("go to hell", "Go to hell, all of you")

DECEASED = ("He passed away last year",)

FROM_STRANGERS = (
    "STOP",
    "Stop",
    "Hi, is this the outdoor store?",
    "STOP",
    "How late are you open?",
    "unsubscribe",
    "Do you rent kayaks?",
    "who is this?",
)
"""From numbers that no contact holds."""

SWITCHED_ON = (
    "Asked for a quiet week while moving house.",
    "Open complaint about a rental; call first.",
    "Contract talks, Nina writes herself.",
    "Two messages too many last week.",
    "Abroad until further notice.",
    "Number is being checked.",
)

CLEARED = ("Matter is settled.", "Back from the trip.", "Asked to hear from us again.", "Checked, all fine.")

SPOKEN_OPT_OUTS = (
    ("call", "Said on the phone that she wants no more texts."),
    ("call", "Asked not to be called at work any more."),
    ("in person", "Told us at the counter: no more offers, please."),
    ("letter", "Letter of the 3rd: wishes no further contact by phone."),
    ("voicemail", "Voicemail: please stop calling."),
)
"""How the contact said it, and staff's note."""

OFF_A_LIST = ("Asked at the counter.", "Replied to the newsletter: please not this one.", "Has moved away.")

BLOCKED = ("Kept calling the rental desk at night.", "Threatened a colleague.", "Sent forty pictures in an hour.")
