"""What only looks like an English opt-out. Spelt as english.py spells ("do not" is "dont")."""

from __future__ import annotations

from consent.keywords.language import lines

# The word is there, and means something else.
HOMONYMS = lines("""
    stop by|over|off|in|past|round|around|into|at|on|along|near|outside|inside|sign|signs|light|lights|watch|gap|motion
    stop loss|order|orders|payment|words|shop
    stop for # minutes|mins|min|seconds|sec|hours?
    stop for a|an|the|gas|coffee|lunch|dinner|breakfast|food|groceries|petrol|fuel|directions|some
    stop and say|see|get|pick|grab|smell|think|look|chat|talk|ask|visit|drop|buy|eat|check|rest
    stop to see|say|pick|grab|think|look|chat|eat|buy|visit|smell|rest|drop|fill
    stop taking|using|smoking|drinking|eating|wearing|brushing|chewing|bleeding|hurting|working|worrying|crying|laughing
    stop thinking|being|playing|joking|kidding|raining|snowing|flossing|coughing|itching|running|driving|moving|growing
    stop saying|talking|wondering|apologizing|watching|reading|charging|paying
    stop the car|bus|train|music|presses|bleeding|medication|medicine|meds|pain|clock|treatment|show
    stop my|your|his|her meds|medication|medicine|car|treatment|pills|heart|card|direct
    bus|truck|pit|rest|train|tram|metro|subway|next|last|first|second|third|final|quick|short|full|non|tour stop
    door|whistle|dead|hard|fuel|gas|coffee|lunch|emergency|traffic|shuttle|trolley|taxi|cab|station|layover stop
    my|a|the|each|every|another|our|his|her|their|one stop
    bus|truck|pit|rest|tram|next|last|first|full|emergency stops
    reply|text|send|type|respond|answer|say stop|quit|cancel|end|unsubscribe|optout|help to|for|if|at <leaving>|end|
        cancel|quit|stop|be?
    why did|would|do|was|were|am|are you|i|we|they <leaving>|remove|delete|stop me|us?
    good enough
    get|got enough of
    check|checked your|the|my spam|junk
    stop to <leaving>|end|cancel|quit|stop|be
    to <leaving>|end|cancel|quit|stop reply|text|send|type
    optout deadline|date|period|form|forms|window|clause|fee|policy|provision|plan|test|tests|testing|process|rate|
        season
    optout of .. insurance|plan|plans|class|trip|dental|vision|benefits|xray|xrays|test|tests|school|treatment|procedure
    week|month|year|day|front|back|dead|high|low|deep|book|tail|far|rear|east|west|north|south end
    quit claim
    off hold
    off the|my|your|his|her hook|table|clock|menu|shelf|couch
    remove|take me|us|it off|from .. schedule|calendar|waitlist|waiting|appointment|slot|rotation|rota|booking
    if|when|once you|they|we|i dont|never <contact>
    i|ill have|just|must|may? have? texted|messaged|called|dialed|sent|got|have|text|messaging the wrong
    do|did i have|get|got|text|call|dial the wrong
    oops|whoops wrong _
    died his|her|my hair
    thats enough for|time|of
    did you lose|delete|get|have|save my number
    this isnt _? good|right|fair|funny|working|true|ok|okay|it|correct|possible|acceptable|over|urgent|me|mine|great
    this isnt cool|helpful|necessary|enough|easy|bad|spam|important|new|clear|done|happening|loading|appropriate
    deadline|date|time|day|moment|storm|bill|inspection has|have passed
    gave|give|wrote|typed|entered|put|have|had|listed|changed _? the wrong
    wrong number of
    is this the? wrong
    phone|battery|car|dog|cat|puppy|pet|hamster|fish|plant|tree|computer|laptop|engine|internet|wifi|call|it|
        connection|tv|printer|screen died
    dog|cat|pet|puppy|horse passed away
    phone|phones|battery|car|line|computer|laptop|tooth|nerve|tree|plant|remote|it|its|chat|market|internet|wifi|
        signal|printer|screen|tv|watch|deal|lawn|grass is|was? dead
    died laughing|down|out|off|again
    its|thats dead
    almost|nearly|basically|literally died|dead
    hes|shes|im|are dead tired|serious|wrong|on|asleep|right|beat
    death in the|our|my family
    spam folder|folders|filter|box
    in|to|into my|the? spam|junk
    is this a? spam|scam
    not|isnt|was|wasnt|be a? spam|scam
    optedout|unsubscribed by|on|accidentally accident|mistake?
    i|plants|flowers died
    you have|got the? wrong date|time|day|address|insurance|price|size|email|info|order|item|amount|bill|spelling|
        birthday
    cancel my|the|our? service appointment|visit|call
    too far out|along|behind|gone|ahead|apart|in
    what if|happens|about i dont|cant qualify
    if i|we dont|cant qualify
    no problem|problems|parking|pain|worries|issues|complaints|rush|change|changes|snow|rain here
    this isnt a|the number|phone|line
""")

# The word is there, and is taken back. "You" before it makes a statement, not a demand.
NEGATIONS = lines("""
    dont|never|didnt|doesnt|wouldnt|shouldnt|havent|hasnt|not ever|just|please|really|even? stop|quit|end|cancel|revoke
    dont|never|didnt|doesnt|wouldnt|shouldnt|havent|not please|ever? <leaving>|remove|delete|unlist
    dont|never|didnt please|ever? take|get|kick me|us off
    dont|didnt|never|not|doesnt <plan> to stop|quit|end|cancel|revoke|<leaving>|be|leave|remove
    dont|didnt|never <want> you|it|this|these|them|us|messages|texts to stop|end|quit|cancel|<leaving>
    dont|didnt|never|not <ask> stop|unsubscribe|quit|cancel|optout
    cant|wont|couldnt stop|quit
    no need|reason to stop|<leaving>|cancel|quit
    without stop
    why|did|do|does|was|were you|i|we|they|it remove|delete|<leaving>|stop|cancel|end
    i|ill|we|they|he|she|people dont|never|didnt|wont <contact>
    you|yall dont|never|didnt|wont <contact>
    i|ill|we stop|quit <contacting>
    i|we can|could|should|will|might|must|have|need|had|gotta|got to? stop|quit <contacting>
    should|shall|can|could|let i|we|me stop|quit <contacting>
    why dont|didnt you <contact>
    does|did|where|what .. stop $
    when does|do|did .. stop $
    when will the|my _ stop $
    i|ill|we wont|never|cant stop <contacting>
    do you|they|we|i stop $
    to stop $
    i|ill|we|they|he|she|it|bus|train|tram|pain|bleeding|rain stop $
""")
