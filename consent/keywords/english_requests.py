"""How people ask in English to be left alone. Spelt as english.py spells ("do not" is "dont").

Source: 47 CFR 64.1200(a)(10): words by which a reasonable person understands a request to revoke consent.
"""

from __future__ import annotations

from consent.keywords.language import lines

PHRASES = lines("""
    <stop> <fill>? <fill>? <fill>? <contacting>
    <stop> <fill>? <fill>? <fill>? <message>
    <stop> receiving|getting <fill>? <fill>? <fill>? <message>|anything|stuff|these|this
    stop to send|text|message|contact|call|receive|get|write
    <stop> it|this with <fill>? <fill>? <message>
    turn|switch|shut <fill>? <fill>? <message> off
    turn|switch|shut off <fill>? <fill>? <message>
    disable|decline|refuse <fill>? <fill>? <message>
    refuse|decline to receive|get
    to stop <fill>? <fill>? <texts>|these|receiving|getting
    add|put|place me|us|my|this number? on|to your|the? dnc
    get these|this|them|texts|messages to stop
    how .. remove|delete|unsubscribe myself|me|my
    can|could|may i|we please? be removed|taken|unsubscribed|deleted
    let me <leaving>
    stop with <fill>? these|this|all|crap|bullshit|shit|stuff
    stop these $
    stop at once
    stop for good|ever
    stop for the love
    for the love .. stop
    stop right now|away|there
    stop <fill>? nonsense|crap|shit|bs|bullshit|madness|harassment|garbage
    stop trying to contact|call|text|reach|sell|message|email|get
    stop using|selling|sharing my number|phone|info|information|data|name
    ^ <message> stop $
    appreciate it? if you stop|stopped|quit|removed|took|would|could stop|quit|remove|take|<contacting>?
    stop in future
    stop signing me up
    stop|cease and desist
    ^ cease|desist $
    stop|quit hitting me|us up
    said no more
    leave my|our _ alone
    end|cancel|terminate <fill>? <fill>? text|sms|email? <texts>
    end|cease|terminate all? communication|contact|correspondence
    refrain from <contacting>
    dont|never please|you|ever? ever|fucking|freaking? <contact> me|us|here|anymore|again|ever
    dont|never ever? <contact> my|this|the|that number|phone|cell|mobile
    dont|never ever? text|message|contact|call|email|sms|write $
    dont|never ever? <contact> or|and <contact>
    dont|never ever? reach out
    dont|never ever? hit me|us up
    dont|never ever? get in touch
    dont|never ever? market|advertise|sell|reach|write|speak|talk to me|us
    dont accept|want|allow texts|messages|solicitations
    dont use my|this number
    text|message|call|contact me|us again and|or
    object to .. <message>|contacted
    no calls|texts|emails|messages|contact no|or|and|nor calls|texts|emails|messages
    no more from you
    you dont ever? <contact> me|us again|ever
    if you <contact> me|us again
    never again text|contact|message|call
    dont|never ever? send me|us <fill>? <fill>? <fill>? <message>|anything|stuff|crap|shit
    dont|never ever? send me|us anymore|again|more|this|these|any
    dont|never ever? send <fill>? <fill>? <texts>
    dont|never ever? send anymore|any|more|these|anything $
    dont|never ever? send anymore|any|more of these|this|those
    dont|never ever? send these|those|anything to me|us
    may|must|shall not <contact> me|us
    shouldnt <contact> me|us
    prefer|rather you not|didnt|dont <contact>
    prefer not to receive|get|be
    remove|delete|erase|unlist me|us
    remove|delete|erase|lose|scrub|drop|forget|block|unlist|discard|strike my|our|this name|number|contact|info|
        information|details|phone|cell|digits
    remove|delete|erase|lose name|number
    remove|delete .. from <fill>? list|lists|database|system|contacts
    take|get|leave|keep me|us|name off
    take|get|leave|keep my|this|our name|number|phone|info|cell off|out
    take|get number off
    take|get|keep me|us|my|this number? out of your|this|the <fill>? system|list|lists|group|thread|chat|contacts|
        database
    my name|number|contact removed|deleted|off|out
    name|number|info needs|need|must|should to? be removed|deleted|taken
    remove|delete # #? #? #? $
    ^ off list|lists $
    take|get|remove off|from <fill>? contact|text|texting|mailing|marketing|calling|call|phone? list
    interested|number|person please? remove|optout|unsub|unsubscribe|stop $
    remove im? not interested
    dont|never ever? send me|us .. again|anymore|ever
    ^ remove|removed|deregister|unregister $
    leave me|us alone|be
    leave me|us _ _? alone
    let me|us alone
    let me|us be $
    <want>|need|trying|tried|asked|asking to <leaving>
    <want> to stop $
    <want> to stop receiving|getting|hearing
    <want>|id|wants|ask|asking|asked to be removed|taken|unsubscribed|optedout|deleted|left
    <want> be? removed|unsubscribed $
    want out|off $
    <want> off|out of? this|your|the list|group|service
    request to be? <leaving>|removed|stop
    request|requesting removal
    <leaving> me|us|my|from|this|now|all|immediately|and|number
    <leaving> to|of|from this|these|it|everything|all|your|here
    im|we unsubscribing|removing
    unsubscribing from
    consider me|us|this unsubscribed|removed|optedout|optout
    <leaving> of? <fill>? <fill>? <message>|list|lists|service|program|everything|it|communication
    how|where|what .. unsubscribe|unsub
    what|which|where .. text|reply|send|type|say to <leaving>|stop|end $
    how|where|what .. optout $
    how .. get|be removed|unsubscribed
    how .. get|be taken? off|out <fill>? list
    how .. stop|end|cancel <fill>? <fill>? <texts>
    how .. stop|end <fill>? <fill>? <message>
    how .. stop|end these|receiving|getting
    how .. stop|end this|it $
    way to <leaving>|stop
    can|could|may|will|would i|we|you|someone please? unsubscribe|unsub
    can|could|may i|we|you please? optout $
    can|could|will you please? optout me|us
    please|im|ill|id|i|we optout $
    <want>|choose|chose|elect|decided|prefer to optout $
    already unsubscribed|optedout
    i|we have? already? optedout twice|again|already|before?
    unsubscribed|optedout already
    typed|texted|sent|replied stop
    stop isnt|doesnt|didnt|not working|work
    revoke|withdraw|rescind|retract|cancel|revoking|withdrawing .. consent|permission|authorization|authorisation
    dont authorize|allow|permit you to
    you arent authorized|allowed|permitted to <contact>|send
    dont you dare
    consent|permission|authorization is|has? been? revoked|withdrawn|rescinded|denied
    dont have my|our? consent|permission|authorization
    dont give you|anyone my|any? consent|permission|authorization
    dont consent|agree to? $
    dont consent|agree to <fill>? <message>|receive|receiving|being
    no more|further <fill>? <fill>? <message>|contacting
    no more of? this|these|those|it $
    ^ no more $
    ^ no <texts> $
    ^ no text|contact|contacting|soliciting|solicitation $
    no longer want|wish|like|care to receive|get|hear|be
    no longer want|wish|need|like <fill>? <fill>? <texts>
    not|no longer? interested in <fill>? receiving|getting|hearing
    not|no longer? interested in <fill>? <fill>? <texts>
    dont|never|not want|wish|like|care|need to receive|hear
    dont|never|not want|wish|like to be contacted|texted|called|messaged|emailed|bothered|disturbed|notified|spammed|on
    dont|never|not want|wish|like|need to get|see <fill>? <fill>? <fill>? <message>
    dont|never want to get|see|receive these|this|them|it|anymore $
    dont want any|no|none part? of this|these|it|your
    dont want this|your crap|shit|bs|bullshit|garbage|junk
    dont want to be part of
    no longer want|need these|them $
    dont|never|not want|wish|need|like|appreciate|welcome <fill>? <fill>? <fill>? <texts>
    dont|never|not want you|anyone|anybody|yall to? <contact>|<contacting>
    dont want anything from you
    want nothing from|to
    <want> not to be|receive
    <want>|need|told|tell|telling|ask|asked|asking|begging|demand you|them|people|guys|yall people|guys|folks|all|
        nicely|kindly|politely|again|repeatedly? to? stop|quit|cease
    <want>|need this|these|texts|messages|calls texts|messages|calls? to stop|end $
    <want> it to stop $
    told|asked you .. not to <contact>
    i|already|we have? already|just|also|even|keep|kept? <ask> stop|unsubscribe|unsub|optout|quit
    told you stop
    you|yall|guys|people|this|these|texts|messages|calls need|needs|have|has|must|should|better|gotta|got to? stop|
        quit|cease|end $
    you|yall|guys|people need|have|must|should|better|gotta to? stop|quit it|this|that|now|<contacting>
    can|could|will|would|wont|cant|why dont? you just|please|kindly? stop|quit $
    can|could|will|would|wont|cant you just|please|kindly? stop|quit this|it|these $
    can|could|will|would you please|kindly|just? not <contact> me|us
    why not stop <contacting>
    make|get these|them|the texts|messages|calls? stop
    make|making it|this stop $
    what .. to stop this|it $
    get me|us out of <fill>? text|group|message thread|chat|list
    put a|an stop|end to <fill>? this|these|<message>
    interested|thanks|but|so|just|please|said|number|person|no|texting|enough|now|already stop|unsubscribe $
    ^ reply|text|send|texting|sending stop|unsubscribe|quit|end|cancel $
    put|place|add me|us|my|this|our|it number? on|to .. dont call|contact|text
    block me from
    ^ go away $
    ^ get lost $
    ^ buzz|bug|back off $
    ^ dont disturb $
    dont disturb|bother|bug me|us
    consider this my|a <leaving>
    unsubscribing $
    let me out of this list
""")
