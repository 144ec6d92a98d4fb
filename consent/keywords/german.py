"""How people say no in German. Umlauts are folded: "hören" is looked for as "horen" and "hoeren"."""

from __future__ import annotations

from consent.keywords.language import Language, lines
from consent.vocabulary import Disposition, Signal

GERMAN = Language(
    code="de",
    opt_out="stopp, stoppen, abmelden, abmeldung, abbestellen, abbestellung, austragen",
    strong="stopp stoppen abmelden abmeldung abbestellen abbestellung austragen",
    everyday="beenden",
    help="hilfe",
    filler="""bitte danke jetzt sofort alles alle das hallo mich nun endlich ja nein gerne vielen dank meine nummer
        moin guten tag tschuss""",
    buttons=("werbung stoppen", "angebote stoppen", "werbung beenden", "aktionen stoppen"),
    spellings={
        "von meinem iphone gesendet": "",
        "hoeren": "horen",
        "hoer": "hor",
        "moechte": "mochte",
        "loeschen": "loschen",
        "loesche": "losche",
        "kuendigen": "kundigen",
        "kuendige": "kundige",
        "fuer": "fur",
        "spaeter": "spater",
        "aufhoeren": "aufhoren",
    },
    groups={
        "messages": "nachrichten nachricht sms werbung texte anrufe mails emails angebote newsletter mitteilungen spam",
        "verb": """schreiben kontaktieren anschreiben anrufen senden schicken belastigen nerven zuspammen texten
            zuschicken zusenden melden""",
        "imperative": """schreib schreibt schreiben kontaktiert kontaktieren ruf ruft rufen sende sendet senden schick
            schicken""",
    },
    phrases=lines("""
        keine weiteren|mehr|eure|ihre|solche|diese? <messages>
        keine <messages> mehr
        keinerlei <messages>
        nicht mehr|langer|weiter <verb>
        nie|niemals wieder|mehr <verb>
        <imperative> sie? mir|mich|uns nicht|nie|keine
        <imperative> sie? mir|mich nie wieder
        hor|hort|horen sie? auf mir|mich|uns|zu|mit|damit
        hor|hort|horen sie? auf $
        ^ aufhoren $
        melde|meldet|melden|meld sie? mich|uns .. ab
        melde mich .. ab
        mochte|will|wurde mich? abmelden|austragen|abbestellen
        mochte|will keine <messages>
        keine .. mehr erhalten|bekommen
        nicht mehr|langer kontaktiert|angeschrieben|angerufen|belastigt
        nehmt|nehmen|nimm|tragen|tragt sie? mich|uns .. liste|verteiler|runter|raus|aus
        streichen|streicht|loschen|loscht|losch|entfernen|entfernt sie? mich|uns
        loschen|loscht|losche|losch|entfernen|entfernt|streichen|streicht sie? bitte? meine|diese nummer|telefonnummer|
            handynummer|kontakt
        nummer loschen|entfernen|streichen
        lassen|lasst|lass sie? mich|uns in ruhe
        von|aus der|ihrer|eurer|dieser|dem liste|verteiler|newsletter abmelden|loschen|streichen|nehmen|austragen
        widerrufe .. einwilligung|zustimmung
        widerspreche der|dem|einer jeder|weiteren? nutzung|verwendung|werbung|kontaktaufnahme
        stoppen|stoppt sie? das|dies|es $
        unterlassen .. <messages>|kontaktaufnahme|anrufe
        stopp|stoppen|stoppt sie|mit|die|diese|alle die|den|diese|alle? <messages>
        wie .. abmelden|abbestellen $
    """),
    limits=lines("""
        so viele|oft|haufig|fruh|spat
        am wochenende|sonntag|abend
        nach|vor # uhr?
        in der nacht
        nachts|abends|morgens
    """),
    homonyms=lines("""
        nachste|letzte|erste|kurzer|kurzen stopp
        zwischen stopp
        stopp bei|an|in|am|fur|auf
        handy|akku|telefon|batterie|auto|laptop|internet|leitung|hund|katze ist tot|gestorben|verstorben
        falsche|falschen nummer angegeben|eingetragen|gegeben|geschrieben|aufgeschrieben|gewahlt
        termin|vertrag abmelden
    """),
    negations=lines("""
        nicht stopp|stoppen|abmelden|abbestellen|aufhoren|austragen
        nicht .. abmelden|abbestellen|austragen
        hor|hort|horen sie? nicht auf
        nie aufhoren
    """),
    signals={
        Signal.WRONG_NUMBER: lines("""
            falsche|falschen nummer|person|rufnummer|handynummer|kontakt
            verwahlt
            falsch verbunden
        da sind|seid|bist sie|ihr|du? falsch
            nicht mehr? die|seine|ihre nummer von
            kenne ich nicht $
            kenne diese person nicht
        """),
        Signal.DECEASED: lines("""
            verstorben|verstarb|gestorben
            ist tot $
            lebt nicht mehr
        """),
        Signal.HOSTILE: lines("""
            fick|fickt dich|euch
            arschloch|arschlocher|wichser|hurensohn|drecksau
            verpiss|verpisst dich|euch
            leck|leckt mich
            halt|haltet die|dein|deine|eure fresse|maul|klappe
            fahr|fahrt zur holle
        """),
    },
    soft={
        Disposition.NOT_INTERESTED: lines("""
            kein interesse
            nicht interessiert
            nein danke $
            keinen bedarf
            kein bedarf
        """),
        Disposition.ALREADY_CUSTOMER: lines("""
            bin|sind bereits|schon kunde|kundin|kunden|mitglied|patient
            bereits|schon kunde|kundin
        """),
        Disposition.ALREADY_SPOKE: lines("""
            schon|bereits mit .. gesprochen|telefoniert
        """),
        Disposition.CHOSE_OTHER: lines("""
            anders entschieden
            anderen anbieter
            anderweitig entschieden|vergeben
            fur einen|eine anderen|andere
        """),
        Disposition.NOT_REQUESTED: lines("""
            nichts|nie|nicht angefordert|bestellt|angefragt
            keine informationen|infos angefordert|angefragt
        """),
        Disposition.FUTURE_INTEREST: lines("""
            vielleicht spater $
            vielleicht in zukunft|der
            momentan|derzeit|aktuell|zurzeit nicht|kein $
            spater vielleicht
        """),
        Disposition.LOCATION: lines("""
            zu weit weg|entfernt|fur
            zu weit $
            nicht in ihrer|der nahe|gegend|region
        """),
        Disposition.UNQUALIFIED: lines("""
            nicht qualifiziert|berechtigt
            erfulle die .. nicht
        """),
    },
    near_misses=lines("""
        ^ stopp
        ^ ende|kundigen|kundigung|stornieren|abbrechen|schluss|genug|loschen|aus|halt $
        ^ schluss damit|jetzt $
        ^ ruhe|widerruf|widerrufe|widerrufen|widerspreche|widerspruch $
        ich widerspreche|widerrufe $
        es reicht
        das reicht
        zu viele <messages>
        belastigung
        mein|meinem|meinen anwalt
        anwalt ein|einschalten
        anzeige erstatten
        abmelden|abbestellen
        kundige|kundigen mein|meinen|das|den abo|vertrag
    """),
)
