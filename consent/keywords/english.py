"""English: its words, their spellings, and the groups that its phrases name.

Phrases are written in the one spelling that `spellings` leads to ("do not" is "dont", "u" is "you").
"""

from __future__ import annotations

from consent.keywords.english_doubts import INSTEAD, LIMITS, NEAR_MISSES
from consent.keywords.english_harmless import HOMONYMS, NEGATIONS
from consent.keywords.english_requests import PHRASES
from consent.keywords.english_signals import SIGNALS, SOFT
from consent.keywords.language import Language

GROUPS = {
    "stop": "stop stopall quit cease discontinue halt",
    "fill": """all any anymore more the these those this that your of my such further future unsolicited unwanted random
        auto robo bulk mass sales damn fucking freaking bloody stupid annoying with ever please constantly automated
        promotional marketing promo spam daily other weekly""",
    "contacting": """texting messaging contacting calling emailing sending writing bothering harassing harrassing
        spamming bugging pestering soliciting annoying disturbing communicating advertising phoning ringing
        notifying smsing dming pinging blowing bombarding stalking reaching mailing""",
    "contact": """text message contact call email write bother harass spam bug pester solicit annoy disturb phone ring
        sms dm ping""",
    "message": """text texts message messages sms mms alert alerts notification notifications promo promos promotion
        promotions promotional offer offers ad ads advert adverts advertisement advertisements advertising
        marketing email emails call calls spam newsletter newsletters reminder reminders communication
        communications contact correspondence solicitation solicitations campaigns texting messaging calling""",
    "texts": """texts messages sms mms alerts notifications promos promotions promotional ads adverts newsletters
        communications solicitations spam marketing texting messaging emails""",
    "leaving": "unsubscribe unsub optout",
    "ask": "said texted replied sent typed wrote asked responded say",
    "want": "want like wish wanted",
    "provider": """option company provider dentist doctor agent realtor broker lawyer attorney contractor plumber vendor
        supplier service place solution plan route direction insurer clinic gym school program one business firm
        lender bank team offer product""",
    "business": """company provider dentist doctor agent realtor broker lawyer attorney contractor plumber vendor
        supplier insurer clinic gym lender bank firm insurance""",
    "person": """he she husband wife mother father mom mum mama dad daddy son daughter brother sister parents
        grandmother grandfather grandma grandpa uncle aunt spouse partner friend person owner patient client customer
        member account""",
    "month": """january february march april may june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday""",
    "plan": "want like wish need mean meant intend plan have going trying try ask asked",
}

ENGLISH = Language(
    code="en",
    groups=GROUPS,
    strong="stop stopall unsubscribe unsub revoke optout",
    everyday="cancel end quit",
    filler="""please now thanks me us all this it that these those everything anything immediately asap ok okay k yes
        yeah yep yup no nope nah hi hello hey hiya dear sir madam maam mam dude bro man guys team folks god omg omfg
        jesus christ
        just kindly already today forever permanently completely entirely really seriously again rn haha hahaha xo xoxo right at once for
        good bye goodbye sorry my phone number and much very lol lmao ffs smh wtf damn goddamn fucking freaking
        ugh argh um uh oh well so thanks appreciate appreciated friend buddy mate so too totally from list""",
    buttons=(
        "stop promotions",
        "stop promotion",
        "stop marketing",
        "stop messages",
        "stop offers",
        "stop updates",
        "stop notifications",
        "stop all promotions",
    ),
    spellings={
        "do not": "dont",
        "donot": "dont",
        "dnt": "dont",
        "dony": "dont",
        "dint": "didnt",
        "does not": "doesnt",
        "did not": "didnt",
        "can not": "cant",
        "cannot": "cant",
        "will not": "wont",
        "is not": "isnt",
        "aint": "isnt",
        "are not": "arent",
        "was not": "wasnt",
        "have not": "havent",
        "has not": "hasnt",
        "would not": "wouldnt",
        "should not": "shouldnt",
        "could not": "couldnt",
        "i am": "im",
        "i will": "ill",
        "ive": "i have",
        "weve": "we have",
        "youve": "you have",
        "youre": "you are",
        "2 stop": "to stop",
        "2 unsubscribe": "to unsubscribe",
        "w the": "with the",
        "txtn": "texting",
        "txtng": "texting",
        "textn": "texting",
        "opting me out": "optout",
        "i would": "id",
        "it is": "its",
        "he is": "hes",
        "she is": "shes",
        "u": "you",
        "y all": "yall",
        "ur": "your",
        "pls": "please",
        "plz": "please",
        "plse": "please",
        "pleas": "please",
        "pleae": "please",
        "plase": "please",
        "pleaseee": "please",
        "pleasee": "please",
        "plzz": "please",
        "thank you": "thanks",
        "thank u": "thanks",
        "thankyou": "thanks",
        "thank": "thanks",
        "thx": "thanks",
        "thnx": "thanks",
        "thanx": "thanks",
        "tx": "thanks",
        "ty": "thanks",
        "tnx": "thanks",
        "txt": "text",
        "txts": "texts",
        "text messages": "texts",
        "text message": "text",
        "text msgs": "texts",
        "txting": "texting",
        "textin": "texting",
        "textting": "texting",
        "texing": "texting",
        "txtin": "texting",
        "msg": "message",
        "msgs": "messages",
        "msging": "messaging",
        "messageing": "messaging",
        "messege": "message",
        "messeges": "messages",
        "mesages": "messages",
        "callin": "calling",
        "contactin": "contacting",
        "sendin": "sending",
        "any more": "anymore",
        "any longer": "anymore",
        "no one": "nobody",
        "wanna": "want to",
        "gonna": "going to",
        "opt out": "optout",
        "opt me out": "optout",
        "opt us out": "optout",
        "opting out": "optout",
        "opted out": "optedout",
        "un subscribe": "unsubscribe",
        "un sub": "unsub",
        "e mail": "email",
        "e mails": "emails",
        "e mailing": "emailing",
        "phone number": "number",
        "telephone number": "number",
        "cell number": "number",
        "mobile number": "number",
        "phone num": "number",
        "num": "number",
        "cell phone": "phone",
        "mobile phone": "phone",
        "wait list": "waitlist",
        "sent from my iphone": "",
        "sent from my android": "",
        "sent from my phone": "",
        "sent from my ipad": "",
        "sent from my mobile": "",
        "sent from my samsung": "",
        "sent from my galaxy": "",
        "sent from outlook": "",
        "get outlook for ios": "",
        "get outlook for android": "",
    },
    phrases=PHRASES,
    limits=LIMITS,
    instead=INSTEAD,
    homonyms=HOMONYMS,
    negations=NEGATIONS,
    signals=SIGNALS,
    soft=SOFT,
    near_misses=NEAR_MISSES,
)
