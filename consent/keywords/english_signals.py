"""What English messages tell about the person or the number, and soft disinterest.

Spelt as english.py spells ("do not" is "dont", "i am" is "im").
"""

from __future__ import annotations

from consent.keywords.language import lines
from consent.vocabulary import Disposition, Signal

SIGNALS = {
    Signal.WRONG_NUMBER: lines("""
        wrong number|person|phone|guy|girl|lady|man|woman|recipient|individual|dude|digits
        ^ wrong one|party|contact $
        you have|are? have|got|reached|texted|texting|called|calling|messaging the? wrong _
        must|may|might|probably have|got|texted|reached the? wrong number|person|phone|guy|girl|lady
        mistaken identity
        not my number|phone anymore
        not the right number|person
        ^ not _ number|phone|cell $
        no longer his|her|their number|phone
        number is no longer
        number|phone no longer|not belongs|belong to
        number|phone isnt|doesnt belong|his|hers
        this|thats|its isnt|not _ _? number|phone|cell|mobile|line
        this isnt|not the person|one you
        im not the person|one you
        isnt|not who you are? think|want|looking
        doesnt|dont|no longer? belong|belongs to _ anymore
        doesnt|no longer? have|has|own|owns|use|uses this number|phone
        no|nobody _? at|on|with this number
        no _ lives|living here
        no|nobody person|body? here? by|named|called that|this|the name
        nobody _? here named|called|by
        nobody named|called _
        dont|not know anyone|anybody by|named|called|with
        dont|not know this person|guy|man|woman|lady|name
        doesnt live here|there|at
        no longer lives here|there|at
        changed|switched his|her|their number
        just got|received this number
        new owner of this number|phone
        number was|got|has been? reassigned|recycled
        used to be _ number|phone
        looking for someone|somebody else
        someone|somebody elses number|phone
        have me confused|mistaken
        confused me with
    """),
    Signal.DECEASED: lines("""
        passed away
        deceased
        <person> .. died
        has|have|had|just died
        died in|on|last|this|from|of|a|about|two|three|yesterday|recently|suddenly|#
        died $
        hes|shes|been dead for?
        the? <person> is|has|was been|now? dead
        is|has been? dead $
        <person> passed last|recently|yesterday|suddenly|unexpectedly|peacefully
        <person> passed in|on <month>
        hes|shes gone to heaven
        no longer with us
        no longer alive|living $
        lost my|our <person>
        estate of
        rest in peace
        death certificate
        death of my|the|our
        buried him|her|my
        committed suicide
        was|were killed in
    """),
    Signal.HOSTILE: lines("""
        fuck|fck|fuk|fk|phuck|eff|f off|you|your|yourself|yourselves|these|yall
        fuck|fck right|all off|of|you
        fucking|fuckin asshole|assholes|idiot|idiots|bitch|moron|morons|scammers|bastards|pricks
        ^ fu|fuckoff|fuckyou|stfu|gfy|kys $
        go fuck|screw|die|kill
        go to hell
        burn|rot in hell
        screw|damn you|yourself
        piss|sod|naff|bugger|screw off
        eat a? shit|dick|crap|dicks
        pissoff
        are scum|vermin|pathetic|parasites|leeches|garbage|trash
        suck my|a dick|cock|ass|balls
        kiss my ass|arse
        up yours
        drop dead
        shove it
        shove|stick it|this|that|them|your up
        shut up
        shut the _ up
        kill yourself|yourselves|you
        hope you die|rot|choke|burn
        will|ill hunt|kill you
        find you and kill|hurt
        piece|pieces of shit|crap|garbage|trash
        asshole|assholes|motherfucker|motherfuckers|mfer|bitch|bitches|bastard|bastards|cunt|cunts|scumbag|scumbags
        dickhead|dickheads|wanker|wankers|douchebag|douchebags|jackass|dipshit|shithead|fucker|fuckers|twat|dumbass
        ^ idiot|idiots|moron|morons|loser|losers $
        you are a? fucking? idiot|idiots|moron|morons|disgusting|pathetic|vermin|trash
    """),
}

SOFT = {
    Disposition.NOT_INTERESTED: lines("""
        not|isnt|arent|never|no really|at|very|currently|longer|particularly? all? interested|intrested|intersted|
            interrested
        uninterested
        no|zero interest
        dont have any? interest
        lost interest
        ^ no thanks $
        ^ thanks but no $
        ^ ill pass $
        ^ hard pass $
        going to pass on
        not|isnt for me|us $
        dont|no longer? want|need it|this|one|any|that|your $
        dont|no longer? want|need your|this|the|any service|services|product|products|help
        no longer needed|need $
        ^ changed my mind $
        not looking to buy|sell|switch|change
        not looking right|anymore? now? $
        not|longer in the market
        not interested right now
    """),
    Disposition.ALREADY_CUSTOMER: lines("""
        already a|an|your? customer|client|patient|member|subscriber|user
        already am|are one|customers|clients|members|patients
        already have an account|membership|policy|subscription
        already have your|this|it|one|service|insurance|coverage $
        already have service with
        already signed up|on
        already enrolled|purchased|registered|subscribed
        already bought $
        already got|own|have one|it $
        one of your customers|clients|patients|members
        been a customer|client|patient|member for|since|of
        a customer|client|patient|member already
        already bought from|one|it|this
        already use|using|with you|your
        existing|current customer|client|patient|member
    """),
    Disposition.ALREADY_SPOKE: lines("""
        already speaking|spoke|spoken|talked|talking|chatted|met|dealing|working to|with
        already spoke|spoken|talked $
        already been contacted|called|helped
        spoke|spoken|talked|talking|speaking with|to .. already
        someone|somebody|rep|agent already called|contacted|helped|spoke|reached|texted
        already in touch|contact with
        already have someone|somebody
    """),
    Disposition.CHOSE_OTHER: lines("""
        chose|choosen|chosen|picked|selected|hired|found|using|took a? another|other|different <provider>
        have|use|got|with a? another|different <business>
        chose|chosen|picked|selected|found|hired|using|use|with|from|bought someone|somebody|something|somewhere else
        already with another|someone|somebody
        went|going|gone|go|signed|decided with|on another $
        went|going|gone|go|signed|decided with|on another <provider>
        went|going|gone|go|signed|decided with|on a? different|competing <provider>
        with|chose|from a|your|the competitor|competitors
        went|gone|going|bought|purchased elsewhere
        went|going|go in? a|another other|different? direction|route|way
        decided on another|something|someone else|<provider>?
        already have a|an|my|another own? <business>
        already hired|chose|picked someone|somebody|another|a
    """),
    Disposition.NOT_REQUESTED: lines("""
        didnt|never|havent request|requested|ask|asked $
        didnt|never|havent request|requested any|this|info|information|anything|it|these|your|a
        didnt|never|havent ask|asked for|about any|this|info|information|anything|it|these|your|that
        didnt|never|havent ask|asked to be|receive|get
        didnt|never|havent sign|signed|opt|opted up|in $
        didnt|never|havent sign|signed|opt|opted up|in for|to this|these|your|any|anything|that|it|texts|messages|
            receive
        didnt|never|havent inquire|inquired|enquire|enquired|apply|applied|subscribe|subscribed|register|registered
        didnt|never|havent fill|filled|submit|submitted out|in? any|a|this|the form|forms|application|request
        didnt|never|havent contact|contacted|reach|reached out? you|to
        didnt|never|havent give|gave|given you|anyone my number
    """),
    Disposition.FUTURE_INTEREST: lines("""
        maybe|perhaps|possibly .. future
        future maybe|perhaps
        not now maybe|perhaps
        maybe|perhaps later this|next year
        maybe|perhaps next|in year|spring|summer|fall|autumn|winter|quarter
        maybe|perhaps in a? few|couple|six|# of? months|years
        maybe|perhaps|possibly some|another other|different? time|day $
        ^ maybe|perhaps later $
        interested in|for the? near? future
        not right|just now|yet $
        ^ not now $
        not at this|the time|moment
        not ready yet|to buy|sell|right|now? now? $
        not until next year|spring|summer|fall|winter
        check|circle|reach|touch|follow|try|ask|contact|call|text back|out|base|up|me|us|again .. next year|spring|
            summer|fall
        check|circle|reach|touch|follow|try back|out|base|up|with|in .. the spring|summer|fall|winter
        in a? few|couple|# years|months maybe|perhaps
        check|circle|reach|touch|follow|try|ask|contact back|out|base|up|me|us|again with|again|me|us? me|us|
            again? in a? few|couple|six|# of? months|years
        down the road
        ^ some|another other? time|day $
        ^ someday $
        ^ in the future $
        keep me in mind
        future interest
    """),
    Disposition.LOCATION: lines("""
        too far $
        too far away|from|for|to
        far away from
        live|im|were|located too|so far
        not in your|that|this|my|the service? area|region
        not in your|that city|state|town|market
        outside|out of? your|the|my service? area|region|range
        live|lives|living|moved out of state|town|area|range
        dont live|reside there|here|near|nearby|in|around|close|anywhere
        no longer live in|there|here|near|nearby
        live in another|a different? state|city|country|area
        relocated
        moved away
        moved out of
        moved to another|a different? state|city|country|town|area
        ^ wrong|bad area|location|city|state|town $
        location issue|issues|problem
        location doesnt|isnt|wont
        not local
        dont serve|service|deliver to? my|our area|city|town
        no location|locations|office|store near
    """),
    Disposition.UNQUALIFIED: lines("""
        not|isnt|never|arent qualified|eligible
        dont|doesnt|didnt|wont|cant qualify
        unqualified|disqualified|ineligible
        dont meet the|your|those requirements|criteria|qualifications
        cant|couldnt afford
        bad|poor credit
        credit|score is too? bad|low|poor
        dont own a|my|the home|house|property
        not a homeowner|owner
        i just|only rent
        im a renter
        under 18|age
        underage
        im too young
        not in my|the budget
        no|any budget $
    """),
}
