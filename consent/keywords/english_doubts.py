"""English messages that may be a no: partial requests and near misses. A reviewer decides.

Spelt as english.py spells ("do not" is "dont", "i am" is "im").
"""

from __future__ import annotations

from consent.keywords.language import lines

# After a request in the same clause: only some messages are unwanted.
LIMITS = lines("""
    so|too|this|that|as|quite many|much|often|early|late|frequently|fast|soon
    every|each day|hour|week|morning|night|minute|time|single|few|other|# hour|minute?
    on|during|over the? weekend|weekends|sunday|sundays|saturday|saturdays|holidays|weekdays
    at night|work|midnight|dinner|#
    before|after|past|until|till #|noon|midnight|dark|work|hours|seven|eight|nine|ten|then|tomorrow|monday|next
    in the morning|middle|evening|night
    while|during|unless|except|until|till
    when im|i|we|its
    if you|i|its
    by|via mail|post|email|phone|fax|voicemail
    invoice|invoices|statement|statements|bill|bills|letters|paper|receipts|catalog|catalogs
    to my old|work|other|home|office|wife|wifes|husband|husbands
    in all? caps|spanish|english|french
""")

# Said beside a "no" to calls or e-mails: texting is welcome.
INSTEAD = lines("""
    text|message|texting instead
    text|message me|us
    just|please|only|rather text|message
    text|texts|texting|messaging is|are|works|would fine|better|ok|okay|best|easier|preferred|good|great|be
    prefer|want text|texts|texting|messages
    text|texts|texting only|please|preferred|works
""")

NEAR_MISSES = lines("""
    unsubscribe|unsub|optout|revoke
    ^ stop
    stop $
    ^ unsubscribed|unsubscribing|revoked $
    ^ cancel|end|quit $
    ^ exit|unjoin|unscribe|unsubscription|discontinue $
    what|which|where .. text|reply|send|type|say to cancel|quit $
    do|should|can|must i|we just? text|reply|send|type|say <leaving>|stop|end|cancel|quit to? end|stop|cancel|quit? _?
    ^ i|we quit|stop $
    <want> to cancel|quit $
    how do|can|to i|we? cancel|quit|stop $
    cancel|end my|our|this|the? subscription|membership|subscriptions|service|services|plan|account
    dont call|phone|ring|email me|us? just|only|please? text|message
    dont text|message|call so|too|this|that late|early|often|much
    no more? texts|messages|calls after|before|at|on|during|past
    text|message|email me|us less
    leave me|us out
    ^ reported|illegal $
    didnt|never consent|consented|agree|agreed to? $
    didnt|never consent|consented|agree|agreed to this|these|any|receive|be|get|your|texts|messages
    who gave you permission|consent
    get out of my phone|life|inbox
    ^ this isnt _ $
    has|have passed $
    <person> passed $
    hes|shes passed $
    dont know who _ is
    you <contact>|texting me|us? so|too often|much|many
    ^ rip $
    dont know who that|he|she is
    ^ no|there|theres no? _ here $
    no longer works here|there
    doesnt work here|there anymore
    fuck this|it
    bullshit
    you|they|still|texts|messages|he|she|people dont|doesnt|wont|never|didnt|havent|cant stop|quit <contacting>
    texts|messages|calls|these wont|dont|never stop|end
    wont|doesnt|havent stop|quit <contacting>
    when will you|this|these|it|texts stop|end $
    cant|couldnt stop <fill>? <message>|getting|receiving|these
    unable to stop|unsubscribe|optout
    did you remove|delete|take|<leaving> me|us|my
    ^ enough $
    ^ enough already|now $
    enough is enough
    thats|had enough $
    enough <message>
    enough with|of this|the|your|these|all|already
    too|so many <message>
    too|so much texting|spam|messaging|marketing
    fewer|less texts|messages|texting
    only text|message|contact me|us if|when|for|in|on|during|between|weekdays
    spam|spammer|spammers|spamming|spammed
    scammer|scammers|scam
    junk text|texts|message|messages
    harass|harassing|harassment|harrassment|harrassing
    report|reporting|reported this|you|your|as
    ill|will|going to? report this|you|your|it|as|number
    ill|will|going to? sue|block $
    ill|will|going to? sue|block you|this|your|all
    blocking|blocked|block you|this|your|number
    ^ block|blocked|delete|unenroll|dnc|dnd|leave $
    ^ lawyer|attorney|police|lawsuit $
    my|our lawyer|attorney|solicitor|lawyers|attorneys will be|contact|call|sue|hear|deal|know|see|send
    my|a|our|the lawyer|attorney|solicitor|lawyers|attorneys involved|know|about you|this|these?
    call|calling|contact|contacting|from|hear|get|getting|see|involve|sue|tell|talk|speak|to my|a|our|the lawyer|
        attorney|lawyers|attorneys
    lawyer up
    see you in court
    sue|suing you|your|them
    tcpa|ftc|fcc
    file|filing a lawsuit|complaint|suit
    lawsuit against
    class action
    legal action|complaint|recourse
    call|calling|contact|contacting|notify|report the|to police|cops|authorities|attorney
    better business bureau
    dont call|contact list|registry
    on dont call
    against the law
    this|thats is? illegal
    illegal to text|contact|call|message
    violation|violating of|the my|law|consent
    never gave|give|given you|anyone|any|my? permission|consent
    didnt give you|any|my? permission|consent
    no consent|permission
    unwanted|unsolicited text|texts|message|messages|sms
    annoying me|text|texts|message|messages
    you|this|these|texts|messages are|is so|very|getting|really? annoying|harassing|bothering|intrusive
    knock|cut it off|out
    give it a rest
    get off my phone|line|back
    no means no
    said|told you? no $
    not anymore $
    delete|erase my|our|all my|our|of? data|information|account
    gdpr
    right to be forgotten
    invasion of privacy
    ^ shut it $
    dont want these|this|them anymore
    dont want these|this $
    ^ dont want $
    sign me|us off|out
    turn|switch|shut this|these|it off
    dnc list
    ^ stop it|that
    dont want <fill>? <message>
    unfollow
    withdraw me|my
    jog|clear off
""")
