"""The few people worth meeting: one story each, as the README's tour and the screenshots show them.

Ages are days before now, so that the stories stay fresh.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from config.demo.acts import Act
from config.demo.business import CONSENT_WORDING, SHOP_ZONE
from config.demo.people import Person
from config.demo.sample_mail import BOUNCE
from consent.vocabulary import CHANNELS, Channel, Reason
from lists.values import LaterConsent

SMS, CALL, WHATSAPP = Channel.SMS, Channel.CALL, Channel.WHATSAPP
PRIYAS_NEW_NUMBER = "+14585550190"
TOUR = "maya"
"""Nothing stands for her: the tour switches her DND on and off, and lets her text STOP."""


def stories(people: Mapping[str, Person], *, now: datetime) -> Iterator[Act]:
    """Yield what happened to the cast."""

    def ago(days: float) -> datetime:
        """Return a moment so many days ago, in shop hours where that is long enough ago."""
        if days < 2:
            return now - timedelta(days=days)
        opening = (now - timedelta(days=int(days))).astimezone(SHOP_ZONE).replace(hour=9)
        return opening + timedelta(hours=10 * (1 - days % 1))

    maya, hannah, owen, lydia = people["maya"], people["hannah"], people["owen"], people["lydia"]
    ruth, dennis, stanley, priya = people["ruth"], people["dennis"], people["stanley"], people["priya"]
    marcus, lucia, imogen, victor = people["marcus"], people["lucia"], people["imogen"], people["victor"]
    jerome = people["jerome"]

    def texted(person: Person, body: str, days: float, *, stop: str = "", number: str = "", on: Channel = SMS) -> Act:
        return Act(
            ago(days),
            lambda desk, at: desk.door.text(
                number or person.number,
                body,
                at=at,
                channel=on,
                opt_out_type=stop,
                name=person.name,
                country=person.region,
            ),
        )

    yield texted(maya, "Hi, could I get a boot fitting on Friday?", 41)
    yield Act(ago(33), lambda desk, at: desk.switch_on(maya, [SMS], by="agent", at=at, note="Exams, wants quiet."))
    yield Act(ago(26), lambda desk, at: desk.clear(maya, [SMS], by="agent", at=at, note="Exams are over."))
    yield texted(maya, "Thanks, the boots are perfect!", 4.2)
    yield Act(
        ago(19.2),
        lambda desk, at: desk.leave_list("spring-offers", maya, by="nina", at=at, note="Asked at the counter."),
    )
    consent = LaterConsent(ago(8.1), "form at the counter", CONSENT_WORDING)
    yield Act(ago(8), lambda desk, at: desk.bring_back("spring-offers", maya, consent, by="marketing", at=at))

    yield texted(hannah, "STOP", 12.1, stop="STOP")
    yield texted(hannah, "Is my jacket ready?", 6.3)
    yield Act(ago(2.2), lambda desk, at: desk.clear(hannah, [SMS], by="agent", at=at, note="She asked about a jacket."))

    yield texted(owen, "Ridgeline needs 8 helmets for June, can you hold them?", 17)
    yield Act(ago(14.3), lambda desk, at: desk.door.mail(BOUNCE, owen.email, subject="Trail Notes", at=at))
    yield Act(ago(7.8), lambda desk, at: desk.door.failure(owen.number, "30003", at=at))

    yield Act(ago(18.4), lambda desk, at: desk.door.mail(BOUNCE, victor.email, subject="Trail Notes", at=at))
    yield Act(ago(15.2), lambda desk, at: desk.clear_bounce(victor, by="agent", at=at, note="His mailbox was full."))

    yield texted(ruth, "stop texting this phone please", 9.4)

    yield texted(dennis, "go to hell, all of you", 20.4)
    yield Act(ago(20.2), lambda desk, at: desk.block(dennis, on=True, by="tom", at=at, note=dennis.notes))
    yield texted(dennis, "START", 15.1)

    yield texted(stanley, "This is his son. He passed away in September", 6.6)

    yield texted(priya, "STOP", 40.3, stop="STOP")
    yield Act(ago(20.6), lambda desk, at: desk.change_number(priya, PRIYAS_NEW_NUMBER, by="agent", at=at))
    yield texted(priya, "START", 20.3, stop="START", number=PRIYAS_NEW_NUMBER)

    yield Act(
        ago(3.4),
        lambda desk, at: desk.switch_on(
            marcus, CHANNELS, by="agent", at=at, note=marcus.notes, until=now + timedelta(days=9)
        ),
    )

    yield texted(lucia, "no me manden más mensajes por favor", 15.6)

    yield texted(imogen, "STOP", 8.5, on=WHATSAPP)
    yield texted(imogen, "Could you post the gaiters to Keswick?", 2.7)

    yield Act(ago(18.7), lambda desk, at: desk.do_not_contact(jerome, on=True, by="tom", at=at, note=jerome.notes))

    yield Act(
        ago(11.3),
        lambda desk, at: desk.record_opt_out(
            lydia, [SMS, WHATSAPP], by="agent", at=at, note="On the phone: no more texts.", how="call"
        ),
    )

    yield Act(
        ago(1.2),
        lambda desk, at: desk.file_evidence(
            lydia, SMS, by="agent", at=at, note="Signed the form when she picked up her skis."
        ),
    )

    yield texted(victor, "STPO", 0.9)

    # Switched on, and cleared again, by the one who shall see both in the timeline.
    yield Act(
        ago(30.1), lambda desk, at: desk.switch_on(owen, [CALL], by="agent", at=at, note="In a valley, no signal.")
    )
    yield Act(
        ago(24.8),
        lambda desk, at: desk.clear(owen, [CALL], by="agent", at=at, note="Back.", reasons=[Reason.MANUAL]),
    )
