"""How people say no in Spanish."""

from __future__ import annotations

from consent.keywords.language import Language, lines
from consent.vocabulary import Disposition, Signal

SPANISH = Language(
    code="es",
    opt_out="""alto, baja, dar de baja, darme de baja, deme de baja, dame de baja, denme de baja, parar, pare, paren,
        detener, salir, desuscribir, desuscribirme, desuscribirse, cancelar, cancelar suscripcion, no mas""",
    strong="alto baja parar pare paren detener desuscribir desuscribirme desuscribirse",
    everyday="salir cancelar cancela cancele cancelen",
    help="ayuda",
    filler="""favor por gracias ya ahora hola buenas buenos dias tardes todo todos esto eso inmediatamente si no senor
        senora mi numero muchas""",
    buttons=("detener promociones", "detener las promociones", "parar promociones", "no recibir promociones"),
    spellings={
        "dar de baja": "baja",
        "doy de baja": "baja",
        "darme de baja": "baja",
        "deme de baja": "baja",
        "dame de baja": "baja",
        "denme de baja": "baja",
        "darse de baja": "baja",
        "darnos de baja": "baja",
        "dado de baja": "dadodebaja",
        "enviado desde mi iphone": "",
        "porfavor": "favor",
        "porfa": "favor",
        "mensages": "mensajes",
        "msj": "mensajes",
        "msjs": "mensajes",
        "q": "que",
    },
    groups={
        "cease": "deje dejen deja dejar dejad pare paren para parar parad basta",
        "to_me": """escribirme mandarme enviarme molestarme llamarme contactarme textearme escribir mandar enviar
            molestar llamar contactar fastidiar acosar acosarme fastidiarme spamear mensajearme""",
        "verb": """escriba escriban escribas escribir mande manden mandes envie envien envies llame llamen llames
            moleste molesten molestes contacte contacten contactes textee texteen acose acosen""",
        "messages": "mensajes mensaje textos sms llamadas promociones publicidad anuncios correos ofertas spam",
        "off": """quitenme quiteme quitame borrenme borreme borrame eliminenme elimineme eliminame saquenme saqueme
            sacame remuevanme remuevame retirenme retireme""",
    },
    phrases=lines("""
        <cease> de <to_me>
        <cease> los|sus|estos|esos|con|tus los|sus|estos|tus? <messages>
        no me|nos <verb>
        no <verb> mas <messages>?
        no me|nos vuelva|vuelvan|vuelvas a
        nunca me|nos <verb>
        ya no me|nos <verb>
        ya no quiero|deseo recibir|mas|sus|estos
        ya no quiero|deseo <messages>
        no mas <messages>
        no quiero|deseo|queremos mas|sus|estos|recibir? mas|sus|estos? <messages>
        no quiero|deseo que me <verb>
        no quiero|deseo recibir
        dejar de recibir
        no enviar|escribir|mandar|llamar mas
        ^ no molestar|molesten|moleste|molestes mas? $
        basta|suficiente de <messages>
        cancelar|cancele|cancelen <messages>
        quiero|deseo|quisiera|necesito|solicito baja
        quiero|deseo|quisiera cancelar mi|la suscripcion|registro
        como .. baja|desuscribirme $
        ^ no mas $
        <off> de la|su|esta|tu lista
        ^ <off> $
        quiten|quite|borren|borre|borra|eliminen|elimine|elimina|saquen|saque mi|este numero|contacto|nombre
        dejenme|dejeme|dejame en paz|tranquilo|tranquila
        revoco|retiro mi consentimiento
        baja de la|esta|su|sus|estos|este lista|servicio|mensajes|promociones
        baja mi|este numero
        alto a los|sus|estos <messages>
    """),
    limits=lines("""
        tantos|tantas|tanto|tan mensajes|textos|llamadas|seguido|tarde|temprano
        en|por|de la|las noche|noches|madrugada|manana
        antes|despues de las
        los domingos|fines
    """),
    homonyms=lines("""
        mas|tan|muy|lo|palo|el|es|un|del alto
        alto riesgo|nivel|costo|precio|colesterol
        voz|planta|mas|muy|presion|la|es|esta baja
        baja medica|presion|laboral|california|calidad
        pare de sufrir
        cancelar mi|la|una|el|nuestra _
        muerto|muerta de risa|hambre|cansancio|sueno|frio|calor|miedo|sed
        celular|telefono|movil|bateria|carro|coche|computadora|internet|perro|gato murio
        murio mi|el|la celular|telefono|movil|bateria|carro|coche|computadora|internet|perro|gato
        di|dimos|puse|escribi|anote|marque el|un numero equivocado|incorrecto
        numero equivocado|incorrecto de|del la|mi|el? factura|pedido|orden|cuenta|tarjeta|habitacion
        que cabron
        pare|paren en
    """),
    negations=lines("""
        no pare|paren|pares|deje|dejen|dejes|cancele|cancelen|canceles
        no me? quiero|quise|quisiera|deseo que? me? cancelar|baja|salir|dejar|parar|den
        no <off>
        sin parar
        no puedo parar
    """),
    signals={
        Signal.WRONG_NUMBER: lines("""
            numero equivocado|incorrecto|erroneo
            persona equivocada|incorrecta
        no es|soy la persona
            se|te equivoco|equivocaron|equivocaste|equivoca|equivocado de? numero|persona
            esta|estan equivocado|equivocados de|con numero|el|la
            no es el|su numero de
            no conozco a nadie|esa|ese|ninguna|ningun
            este ya? no es su|el numero
        """),
        Signal.DECEASED: lines("""
            fallecio|falleci|fallecido|fallecida
            murio $
            ha muerto
            esta muerto|muerta
            el|ella|madre|padre|esposo|esposa|mama|papa|hijo|hija|hermano|hermana|abuelo|abuela|senor|senora murio
        murio mi madre|padre|esposo|esposa|mama|papa|hijo|hija|hermano|hermana|abuelo|abuela
        """),
        Signal.HOSTILE: lines("""
            vete|vayanse|vayase|andate a|al la? mierda|carajo|diablo|infierno
            chinga|chinguen|chingate tu|a|su tu|su? madre|madres
            hijo|hijos de puta|perra
            puto|pendejo|pendejos|cabron|cabrones|malparido|gilipollas
            jodete|jodanse
            que te jodan|den
        """),
    },
    soft={
        Disposition.NOT_INTERESTED: lines("""
            no me|nos interesa
            no estoy|estamos interesado|interesada|interesados
            no gracias $
            no tengo interes
            sin interes
            ya no me interesa
        """),
        Disposition.ALREADY_CUSTOMER: lines("""
            ya soy|somos cliente|clientes|paciente|miembro
        """),
        Disposition.ALREADY_SPOKE: lines("""
            ya hable|hablamos|hablo con
        """),
        Disposition.CHOSE_OTHER: lines("""
            elegi|elegimos|escogi|escogimos otra|otro
            ya tengo otro|otra|un|una|mi _
            encontre otro|otra
        """),
        Disposition.NOT_REQUESTED: lines("""
            no|nunca pedi|solicite|he esta|informacion|nada|eso|esto|solicitado|pedido
            nunca pedi|solicite
        """),
        Disposition.FUTURE_INTEREST: lines("""
            quizas|quiza|talvez mas adelante|tarde
            tal vez mas|en adelante|tarde|el
            en el futuro $
            por el momento no
            ahora no $
        """),
        Disposition.LOCATION: lines("""
            muy|demasiado lejos
            no vivo en|por|ahi|alli|cerca
            fuera de su|mi|la area|zona
        """),
        Disposition.UNQUALIFIED: lines("""
            no califico|calificamos|cumplo
            no soy elegible
            no calificado|calificada
        """),
    },
    near_misses=lines("""
        ^ alto|pare|paren|baja
        ^ basta|para|ya|detente|detengase|eliminar|borrar|quitar|anular|terminar|stop|cancelo $
        ^ ya basta $
        ^ suficiente|cese|cesen|parenle|detenganse|fin $
        no autorizo
        ya no vive $
        demasiados|tantos <messages>
        acoso|acosando
        mi abogado
        voy|vamos a denunciar|reportar|demandar
        dadodebaja|desuscribir|desuscribirme
        baja de _
        quiero|deseo|quisiera cancelar $
        cancelar mi|la? suscripcion|membresia
    """),
)
