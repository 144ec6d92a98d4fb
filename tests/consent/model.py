"""A second opinion on who may be contacted, written from the law alone: nothing here is shared with consent.rules.

It never merges, strengthens or replaces anything. Every "no" is kept as it was said, for the address and for the
person it silences; every "yes" is kept too, and crosses out the parts of the noes that it ends, whichever of both
comes to our ears first. Whoever is named by a "no" with a part left is not contacted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from consent.vocabulary import Channel, EventKind, Purpose, Reason

PHONE_CHANNELS = (Channel.SMS, Channel.CALL, Channel.WHATSAPP)
REAL_CHANNELS = (*PHONE_CHANNELS, Channel.EMAIL, Channel.FACEBOOK, Channel.GMB)

OF_THE_ADDRESS_ALONE = {
    EventKind.HANDSET_UNREACHABLE: Reason.UNREACHABLE,
    EventKind.NUMBER_UNKNOWN: Reason.UNKNOWN_NUMBER,
    EventKind.NUMBER_LANDLINE: Reason.LANDLINE,
    EventKind.EMAIL_BOUNCE: Reason.BOUNCE,
    EventKind.EMAIL_BOUNCES_PERSIST: Reason.BOUNCE,
    EventKind.TEXT_WRONG_NUMBER: Reason.WRONG_NUMBER,
}
OF_EVERYONE_THERE = {
    EventKind.TEXT_OPT_OUT: Reason.OPT_OUT,
    EventKind.APP_OPT_OUT: Reason.OPT_OUT,
    EventKind.MARKETING_STOP: Reason.OPT_OUT,
    EventKind.TEXT_AMBIGUOUS: Reason.REVIEW_HOLD,
    EventKind.PROVIDER_OPT_OUT: Reason.PROVIDER_OPT_OUT,
    EventKind.CARRIER_BLOCK: Reason.CARRIER_BLOCK,
    EventKind.EMAIL_UNSUBSCRIBE: Reason.UNSUBSCRIBE,
    EventKind.EMAIL_COMPLAINT: Reason.SPAM_COMPLAINT,
    EventKind.PREFERENCE_NEVER: Reason.DO_NOT_CONTACT,
    EventKind.TEXT_DECEASED: Reason.DECEASED,
    EventKind.TEXT_HOSTILE: Reason.HOSTILE,
}
ON_ALL_CHANNELS = {Reason.DO_NOT_CONTACT, Reason.DECEASED, Reason.OBJECTION}
SPARING_TRANSACTIONAL = {EventKind.EMAIL_UNSUBSCRIBE, EventKind.PREFERENCE_NEVER, EventKind.MARKETING_STOP}

START_ENDS = {
    Reason.OPT_OUT,
    Reason.REVIEW_HOLD,
    Reason.PROVIDER_OPT_OUT,
    Reason.CARRIER_BLOCK,
    Reason.UNREACHABLE,
    Reason.UNKNOWN_NUMBER,
    Reason.LANDLINE,
    Reason.HOSTILE,
}
A_YES_ENDS = {
    EventKind.TEXT_OPT_IN: START_ENDS,
    EventKind.TEXT_OPT_IN_WORD: START_ENDS - {Reason.PROVIDER_OPT_OUT},
    EventKind.TEXT_ANY: START_ENDS - {Reason.PROVIDER_OPT_OUT, Reason.HOSTILE},
    EventKind.MARKETING_RESUME: {Reason.OPT_OUT},
}
THE_PAGE_ENDS = {Reason.UNSUBSCRIBE, Reason.DO_NOT_CONTACT, Reason.OBJECTION}
EVIDENCE_ENDS = {
    Reason.OPT_OUT,
    Reason.CARRIER_BLOCK,
    Reason.SPAM_COMPLAINT,
    Reason.DO_NOT_CONTACT,
    Reason.DECEASED,
    Reason.HOSTILE,
    Reason.IMPORTED,
}
TEMPORARY = {
    Reason.REVIEW_HOLD,
    Reason.UNREACHABLE,
    Reason.UNKNOWN_NUMBER,
    Reason.LANDLINE,
    Reason.BOUNCE,
    Reason.UNSUBSCRIBE,
    Reason.MANUAL,
    Reason.BLOCKED,
}


@dataclass
class No:
    """One refusal. `address` and `person` are the parts it silences; a part that was ended is None."""

    reason: Reason
    channel: Channel
    said_at: datetime
    address: int | None
    person: int | None
    permanent: bool
    spares_transactional: bool = False
    until: datetime | None = None
    came_with_block: bool = False

    @property
    def over(self) -> bool:
        return self.address is None and self.person is None

    @property
    def place(self) -> tuple[object, ...]:
        return self.reason, self.channel, self.address, self.person


@dataclass(frozen=True)
class Yes:
    """One opt-in: from which address, and who could have sent it."""

    kind: EventKind
    channel: Channel
    said_at: datetime
    address: int
    senders: frozenset[int]


@dataclass
class Model:
    """`own` says who holds which addresses of which channels: (person, channel) to addresses."""

    own: dict[tuple[int, Channel], set[int]] = field(default_factory=dict)
    noes: list[No] = field(default_factory=list)
    yeses: list[Yes] = field(default_factory=list)

    def allows(self, channel: Channel, purpose: Purpose, *, person: int | None, address: int | None) -> bool:
        people = self.people_at(address) if person is None else {person}
        return not any(
            no.channel in (channel, Channel.ALL)
            and (no.person in people or (address is not None and no.address == address))
            and not (no.spares_transactional and purpose is Purpose.TRANSACTIONAL)
            for no in self.noes
        )

    def people_at(self, address: int | None) -> set[int]:
        return {person for (person, _), addresses in self.own.items() if address in addresses}

    def addresses_of(self, person: int, channel: Channel) -> set[int]:
        channels = REAL_CHANNELS if channel is Channel.ALL else (channel,)
        return {address for each in channels for address in self.own.get((person, each), set())}

    # What the contact or a provider says

    def hears_no(
        self, kind: EventKind, channel: Channel, address: int, said_at: datetime, *, named: int | None = None
    ) -> None:
        """`named` is whom the link in a mail names, who need not hold the address any more."""
        if kind in OF_THE_ADDRESS_ALONE:
            reason = OF_THE_ADDRESS_ALONE[kind]
            for each in PHONE_CHANNELS if reason is Reason.WRONG_NUMBER else (channel,):
                self._keep(No(reason, each, said_at, address, None, reason not in TEMPORARY))
            return
        reason = OF_EVERYONE_THERE[kind]
        sparing = kind in SPARING_TRANSACTIONAL and not (kind is EventKind.MARKETING_STOP and channel != "whatsapp")
        where = Channel.ALL if reason in ON_ALL_CHANNELS else channel
        for person in self.people_at(address) | ({named} - {None}) or {None}:
            self._keep(No(reason, where, said_at, address, person, reason not in TEMPORARY, sparing))

    def hears_yes(self, kind: EventKind, channel: Channel, address: int, said_at: datetime) -> None:
        senders = frozenset(self.people_at(address))
        if any(no.reason is Reason.BLOCKED and no.person in senders for no in self.noes):
            return
        yes = Yes(kind, channel, said_at, address, senders)
        for no in self.noes:
            self._cross_out(no, yes, late=False)
        self.yeses.append(yes)
        self._forget_what_is_over()

    def objects(self, person: int, said_at: datetime) -> None:
        self._keep_for_person(Reason.OBJECTION, Channel.ALL, said_at, person, sparing=True)

    def comes_back(self, person: int, address: int, channel: Channel, said_at: datetime) -> None:
        """The preference page, opened by the link that one contact got at one address."""
        yes = Yes(EventKind.PREFERENCE_RETURN, channel, said_at, address, frozenset({person}))
        for no in self.noes:
            self._cross_out_by_page(no, yes)
        self.yeses.append(yes)
        self._forget_what_is_over()

    # What staff do

    def staff_hear_no(self, person: int, channel: Channel, said_at: datetime) -> None:
        self._keep_for_person(Reason.OPT_OUT, channel, said_at, person)

    def staff_set(self, reason: Reason, person: int, channel: Channel, at: datetime, until: datetime | None) -> None:
        sparing = reason is Reason.DO_NOT_CONTACT
        self._keep(No(reason, channel, at, None, person, False, sparing, until))

    def staff_block(self, person: int, at: datetime) -> None:
        self._keep(No(Reason.BLOCKED, Channel.SMS, at, None, person, False))
        self._keep(No(Reason.BLOCKED, Channel.CALL, at, None, person, False))
        self._keep(No(Reason.MANUAL, Channel.SMS, at, None, person, False, came_with_block=True))

    def staff_unblock(self, person: int) -> None:
        self.noes = [no for no in self.noes if not (no.reason is Reason.BLOCKED and no.person == person)]

    def staff_clear(
        self, person: int, channel: Channel, reasons: set[Reason] | None, *, noted: bool, attested: bool
    ) -> bool:
        """Return whether it was done: all that is named, or nothing where one of it is not theirs to end."""
        theirs = self.addresses_of(person, channel)
        named = [
            no
            for no in self.noes
            if no.channel is channel
            and (no.person == person or no.address in theirs)
            and (reasons is None or no.reason in reasons)
        ]
        blocked = any(no.reason is Reason.BLOCKED and no.person == person for no in self.noes)
        if any(not self._staff_may_end(no, named, blocked=blocked, noted=noted, attested=attested) for no in named):
            return False
        for no in named:
            self._free(no, people={person}, addresses=theirs)
        self._forget_what_is_over()
        return True

    def _staff_may_end(self, no: No, named: list[No], *, blocked: bool, noted: bool, attested: bool) -> bool:
        if no.permanent or no.reason in {Reason.REVIEW_HOLD, Reason.BLOCKED}:
            return False
        if no.reason in {Reason.BOUNCE, Reason.UNSUBSCRIBE}:
            return attested
        if no.came_with_block:
            return noted and not blocked
        return True

    def import_no(
        self,
        reason: Reason,
        channel: Channel,
        at: datetime,
        *,
        permanent: bool,
        person: int | None = None,
        address: int | None = None,
    ) -> None:
        """A file names a person or an address. An opt-out of everything is one on each channel: START is for one."""
        channels = REAL_CHANNELS if channel is Channel.ALL and reason in START_ENDS else (channel,)
        for each in channels:
            places: list[tuple[int | None, int | None]]
            if person is not None:
                places = [(own, person) for own in self.addresses_of(person, each)] or [(None, person)]
            else:
                places = [(address, who) for who in self.people_at(address) or {None}]
            if reason in OF_THE_ADDRESS_ALONE.values():
                places = [(own, None) for own, _ in places if own is not None]
            for own, who in places:
                self._keep(No(reason, each, at, own, who, permanent))

    def evidence_approved(
        self, person: int, address: int, channels: tuple[Channel, ...], given_at: datetime, *, reconsent: bool
    ) -> None:
        """Nothing of it ends what stands for somebody else who holds the address."""
        others = self.people_at(address) - {person}
        reasons = EVIDENCE_ENDS | ({Reason.PROVIDER_OPT_OUT} if reconsent else set())
        ended = [
            no
            for no in self.noes
            if no.reason in reasons
            and no.permanent
            and self._newest_at(no.place) < given_at
            and no.channel in (*channels, Channel.ALL)
            and (no.person == person or no.address == address)
            and no.person not in others
        ]
        for no in ended:
            if no.channel is Channel.ALL:
                self._keep_elsewhere(no, person, address, besides=channels)
            self._free(no, people={person}, addresses={address})
        self._forget_what_is_over()

    def _newest_at(self, place: tuple[object, ...]) -> datetime:
        """What was said twice in one place is one suppression, as new as the newer of both."""
        return max(no.said_at for no in self.noes if no.place == place)

    def _keep_elsewhere(self, no: No, person: int, address: int, *, besides: tuple[Channel, ...]) -> None:
        """What stood everywhere stands on the channels of which the evidence says nothing."""
        for channel in set(REAL_CHANNELS) - set(besides):
            there = address if no.address == address else None
            them = person if no.person == person else None
            self.noes.append(No(no.reason, channel, no.said_at, there, them, True, no.spares_transactional))

    def reviewer_dismisses(self, place: tuple[object, ...]) -> None:
        self.noes = [no for no in self.noes if no.place != place]

    def hold_becomes_opt_out(self, place: tuple[object, ...]) -> None:
        held = [no for no in self.noes if no.place == place]
        for no in held:
            self.noes.remove(no)
            # A yes from elsewhere that could end the hold has ended it. One that could not, because it was said before
            # the hold came to this person with a number, or by one of several, does not end what the hold becomes.
            here = [yes for yes in self.yeses if yes.address == no.address]
            self._keep(No(Reason.OPT_OUT, no.channel, no.said_at, no.address, no.person, True), weighing=here)

    def time_passes(self, now: datetime) -> None:
        self.noes = [no for no in self.noes if no.until is None or no.until > now]

    # Who holds which number

    def joins(self, person: int, address: int, channels: tuple[Channel, ...]) -> None:
        for channel in channels:
            self.own.setdefault((person, channel), set()).add(address)
        of_the_line = set(OF_THE_ADDRESS_ALONE.values())
        for no in list(self.noes):
            if no.address == address and no.person != person and no.reason not in of_the_line:
                self.noes.append(
                    No(
                        no.reason,
                        no.channel,
                        no.said_at,
                        address,
                        person,
                        no.permanent,
                        no.spares_transactional,
                        no.until,
                    )
                )

    def leaves(self, person: int, address: int) -> None:
        for (who, _), addresses in self.own.items():
            if who == person:
                addresses.discard(address)

    # How a "no" and a "yes" meet

    def _keep_for_person(
        self, reason: Reason, channel: Channel, said_at: datetime, person: int, *, sparing: bool = False
    ) -> None:
        for address in self.addresses_of(person, channel) or {None}:
            self._keep(No(reason, channel, said_at, address, person, True, sparing))

    def _keep(self, no: No, *, weighing: list[Yes] | None = None) -> None:
        for yes in self.yeses if weighing is None else weighing:
            self._cross_out(no, yes, late=True)
        if not no.over:
            self.noes.append(no)
            self._let_the_permanent_swallow()

    def _cross_out_by_page(self, no: No, yes: Yes) -> None:
        """Who returns is freed, and the address of the link; from what is about the person, at all their addresses."""
        everywhere = no.reason in {Reason.DO_NOT_CONTACT, Reason.OBJECTION}
        if no.reason not in THE_PAGE_ENDS or not (everywhere or no.channel is yes.channel):
            return
        if no.said_at >= yes.said_at or (no.reason is Reason.DO_NOT_CONTACT and not no.permanent):
            return
        (person,) = yes.senders
        own = self.addresses_of(person, Channel.ALL) if everywhere and no.person == person else set()
        self._free(no, people={person}, addresses={yes.address} | own)

    def _cross_out(self, no: No, yes: Yes, *, late: bool) -> None:
        if yes.kind is EventKind.PREFERENCE_RETURN:
            self._cross_out_by_page(no, yes)
            return
        if no.said_at >= yes.said_at or no.channel is not yes.channel or no.reason not in A_YES_ENDS[yes.kind]:
            return
        there = no.address == yes.address
        people = set(yes.senders) if there or len(yes.senders) == 1 else set()
        if there and late and no.person is not None:
            people.add(no.person)
        self._free(no, people=people, addresses={yes.address})

    @staticmethod
    def _free(no: No, *, people: set[int], addresses: set[int]) -> None:
        if no.person in people:
            no.person = None
        if no.address in addresses:
            no.address = None

    def _forget_what_is_over(self) -> None:
        self.noes = [no for no in self.noes if not no.over]
        self._let_the_permanent_swallow()

    def _let_the_permanent_swallow(self) -> None:
        """The same reason in the same place, once permanent, is permanent in place, as new as the newer of both."""
        permanent = {no.place: no for no in self.noes if no.permanent}
        swallowed = [no for no in self.noes if not no.permanent and no.place in permanent]
        for no in swallowed:
            self.noes.remove(no)
            permanent[no.place].said_at = max(no.said_at, permanent[no.place].said_at)
