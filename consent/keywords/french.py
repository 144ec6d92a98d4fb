"""How people say no in French, Canada's second language of STOP."""

from __future__ import annotations

from consent.keywords.language import Language, lines
from consent.vocabulary import Disposition, Signal

FRENCH = Language(
    code="fr",
    opt_out="""arreter, arretez, arretes, desabonner, me desabonner, desabonnement, desabonnez moi, desinscrire,
        me desinscrire, desinscription, desinscrivez moi, annuler""",
    strong="arret arrete arrett arretes arreter arretez desabonner desabonnement desinscrire desinscription",
    everyday="annuler",
    filler="""svp stp merci maintenant tout tous toutes toute bonjour bonsoir salut moi ca cela immediatement desormais
        definitivement alors bien oui non d ok mon numero""",
    buttons=("arreter les promotions", "arreter la promotion", "stop promotions", "ne plus recevoir"),
    spellings={
        "sil vous plait": "svp",
        "darreter": "arreter",
        "sil te plait": "svp",
        "tout de suite": "immediatement",
        "une fois pour toutes": "definitivement",
        "envoye de mon iphone": "",
        "envoye depuis mon iphone": "",
        "desabonnez moi": "desabonnement",
        "me desabonner": "desabonnement",
        "desinscrivez moi": "desabonnement",
        "me desinscrire": "desabonnement",
        "se desabonner": "desabonnement",
        "se desinscrire": "desabonnement",
    },
    groups={
        "cease": "arretez arrete arreter arretes cessez cesse cesser stop stopper stoppez stoppe",
        "to": "mecrire menvoyer mappeler mharceler mecrivez mimportuner ecrire envoyer appeler contacter harceler",
        "to_me": "contacter texter deranger envoyer ecrire appeler harceler spammer solliciter importuner relancer",
        "messages": """messages message sms texto textos pub publicite publicites pubs promos promotions appels mails
            courriels spam""",
    },
    phrases=lines("""
        <cease> de|d|avec me|nous <to_me>
        <cease> de|d|denvoyer <to>|<to_me>
        <cease> denvoyer|decrire|dappeler
        <cease> vos|les|ces|tous|tes|avec vos|les|ces|tes? <messages>
        <cease> immediatement
        <cease> aux|avec <messages>
        mecrivez|menvoyez|mappelez|mecris|menvoie|mappelle|mimportunez plus|jamais
        ne mecrivez|mappelez|mecris|mappelle|mimportunez pas
        ne me|nous contactez|textez|derangez|ecrivez|envoyez|appelez|contacte|texte|relancez|sollicitez plus|pas|jamais
        ne plus recevoir|etre|me|mecrire|menvoyer
        plus de|aucun|aucune <messages>
        plus jamais de <messages>
        ^ pas de <messages> $
        stop|stopper <messages>
        lachez|lache moi|nous $
        veux|souhaite|desire plus|pas recevoir
        veux|souhaite|desire plus|pas de? vos|ces|tes|votre? <messages>
        veux|souhaite|desire plus|pas etre contacte|contactee|derange|derangee|sollicite|sollicitee|appele
        veux plus que vous
        veux|voudrais|souhaite|desire|aimerais arreter|desabonnement|resilier
        retirez|enlevez|supprimez|effacez|rayez|otez moi
        retirez|enlevez|supprimez|effacez|retirer|supprimer|enlever mon|ce|notre numero|nom|contact
        laissez|laisse|fichez|fiche|foutez|fous moi|nous tranquille|tranquilles|la
        retire|revoque|annule mon consentement
        comment .. desabonnement|desinscription
        pas interesse|interessee par vos <messages>
    """),
    limits=lines("""
        si|trop|aussi|autant souvent|tot|tard|de
        autant|tant de
        le|la|les|pendant soir|nuit|dimanche|week|matin|weekend
        avant|apres #
    """),
    homonyms=lines("""
        arret de|du|maladie|cardiaque|bus|metro
        un|mon|l|cet|prochain|premier|dernier arret
        sans arret
        stop ou|encore
        narrete|narretes|narretez|narreter pas|jamais|plus
        annuler mon|le|notre|ma|la|un|une _
        mort|morte|morts de rire|fatigue|faim|froid|soif|peur|honte
        telephone|portable|batterie|pile|ordinateur|voiture|chien|chat|ligne est mort|morte
        donne|note|ecrit|saisi|compose|mis le|un mauvais|faux numero
        mauvais|faux numero de facture|commande|compte|dossier|rue|carte|suivi
        assez bien|de|bon|loin|tot|tard|grand
    """),
    negations=lines("""
        ne|pas|jamais <cease>
        ne pas|veux|souhaite|voulais pas? <cease>|desabonnement|annuler
        ne me desabonnez|desinscrivez|supprimez|retirez pas
    """),
    signals={
        Signal.WRONG_NUMBER: lines("""
            mauvais numero
            faux numero
            erreur de numero|personne|destinataire
            trompez|trompe de numero|personne
            tromper de numero
            pas le bon numero
            mauvaise personne
            plus le|son numero de
            ne connais pas cette personne
        """),
        Signal.DECEASED: lines("""
            decede|decedee|decedes
            est mort|morte
            nous a quittes
            a quitte ce monde
        """),
        Signal.HOSTILE: lines("""
            va|allez te|vous faire|etc foutre|voir|enculer
            allez vous faire foutre|voir
            ta|vos|vos|fermez|ferme gueule|gueules|la
            connard|connards|connasse|salaud|salauds|encule|encules|enfoire|enfoires
            fils de pute|putes
            nique|niquez ta|vos|votre mere|meres
            casse|cassez toi|vous
            allez|va au|en diable|enfer
        """),
    },
    soft={
        Disposition.NOT_INTERESTED: lines("""
            pas|plus interesse|interessee|interesses
            ca|cela ne|minteresse minteresse? pas
            non merci $
            aucun interet
            pas dinteret
        """),
        Disposition.ALREADY_CUSTOMER: lines("""
            deja client|cliente|abonne|abonnee|membre
        """),
        Disposition.ALREADY_SPOKE: lines("""
            deja parle|discute|echange a|avec
            deja en contact
        """),
        Disposition.CHOSE_OTHER: lines("""
            choisi un|une autre
            choisi quelquun dautre
            deja un|une autre|mon _
            trouve ailleurs
        """),
        Disposition.NOT_REQUESTED: lines("""
            nai|jamais rien|pas|jamais? demande
            pas demande dinformation|dinformations|dinfos
        """),
        Disposition.FUTURE_INTEREST: lines("""
            peut etre plus tard $
            plus tard peut etre
            pas pour le moment|linstant $
            a lavenir peut etre
        """),
        Disposition.LOCATION: lines("""
            trop loin $
            trop loin de|pour
            pas dans votre region|secteur|zone
            jai demenage
        """),
        Disposition.UNQUALIFIED: lines("""
            pas|non eligible|admissible|qualifie|qualifiee
            ineligible|inadmissible
        """),
    },
    near_misses=lines("""
        ^ <cease>
        ^ ca suffit $
        ^ annulez|annule $
        ^ stp $
        ^ assez|basta|stoppez|stopper|resilier|supprimer|desabonne|marre $
        jen ai assez|marre
        trop de <messages>
        harcelement
        mon avocat
        porter|vais plainte|porter
        desabonnement|desinscription|desabonner|desinscrire
        resilier mon|labonnement|abonnement
    """),
)
