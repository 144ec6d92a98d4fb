"""How people say no in Portuguese. Accents are folded: "não" is looked for as "nao"."""

from __future__ import annotations

from consent.keywords.language import Language, lines
from consent.vocabulary import Disposition, Signal

PORTUGUESE = Language(
    code="pt",
    opt_out="""parar, pare, parem, sair, descadastrar, descadastre, descadastrar me, me descadastre, descadastro,
        remover, cancelar, cancelar inscricao, desinscrever, desinscrever me""",
    strong="parar pare parem sair descadastrar descadastre descadastro desinscrever",
    everyday="cancelar cancela cancele cancelem remover",
    help="ajuda",
    filler="""favor por obrigado obrigada agora ja oi ola tudo isso isto imediatamente me sim nao bom dia boa tarde meu
        numero senhor senhora""",
    buttons=("parar promocoes", "interromper promocoes", "cancelar promocoes"),
    spellings={
        "enviado do meu iphone": "",
        "vcs": "voces",
        "tah": "ta",
    },
    groups={
        "cease": "pare parem para parar deixe deixem deixa chega",
        "to_me": """mandar enviar ligar escrever perturbar incomodar encher contatar mandando enviando ligando
            escrevendo importunar contactar""",
        "verb": """mande mandem manda envie enviem envia ligue liguem liga escreva escrevam escreve perturbe perturbem
            incomode incomodem contate contatem contacte contactem mandar enviar ligar""",
        "messages": """messages mensagens mensagem sms torpedos ligacoes promocoes propaganda propagandas anuncios
            emails ofertas spam""",
    },
    phrases=lines("""
        <cease> de me|nos? <to_me>
        <cease> de|com as|essas|estas|suas|essa? <messages>
        pare|parem as|essas|estas|suas <messages>
        nao me|nos <verb>
        nao <verb> mais <messages>?
        nunca mais me <verb>
        nao quero|desejo|queremos mais? receber
        nao quero|desejo mais|suas|essas|estas|nenhuma mais|suas? <messages>
        nao quero|desejo mais $
        nao quero que me|voces <verb>
        sem mais <messages>
        chega de <messages>
        me tire|tira|tirem|remova|remove|removam|retire|retira|retirem|exclua|excluam|apague|apaguem|descadastre|
            descadastrem
        tire|tirem|remova|removam|retire|retirem|exclua|excluam|apague|apaguem meu|este|esse numero|contato|nome
        me deixe|deixem|deixa em|quieto paz?
        quero|desejo|gostaria de? me? sair|descadastrar|desinscrever
        quero|desejo|gostaria cancelar a|minha|o inscricao|recebimento|cadastro
        revogo|retiro o? meu|o consentimento
        deixe|deixem|deixa me|nos em paz
        ^ nao perturbe|perturbem|perturbar|incomode|incomodem $
        sair da|desta|dessa lista
        como .. descadastrar|descadastro|desinscrever
    """),
    limits=lines("""
        tantas|tanta|tanto mensagens|mensagem
        tao tarde|cedo
        de|a|no noite|madrugada|domingo|domingos
        antes|depois das
        todo|todos dia|os
    """),
    homonyms=lines("""
        sair de|do|da|com|para|hoje|mais|amanha|as
        cancelar meu|minha|a|o|uma|um|nossa _
        morto|morta de fome|cansaco|rir|sono|frio|calor|medo|sede
        celular|telefone|bateria|carro|computador|notebook|internet|cachorro|gato morreu
        dei|passei|anotei|coloquei|escrevi|disquei o|um numero errado|incorreto
        numero errado|incorreto da|do|de fatura|pedido|conta|cartao|boleto
        remover o|a|meu|minha|um|uma _
    """),
    negations=lines("""
        nao pare|parem|pares|deixe|deixem|cancele|cancelem
        nao quero|queria|quis me? cancelar|sair|parar|descadastrar|remover
        nao me descadastre|remova|tire|remove
        sem parar
    """),
    signals={
        Signal.WRONG_NUMBER: lines("""
            numero errado|incorreto
            pessoa errada
            foi|e|por engano $
            nao e|sou o|a numero|pessoa
            nao conheco essa|nenhum|nenhuma|ninguem|esta
            esse|este numero nao e mais? do|da|de|dele|dela
        """),
        Signal.DECEASED: lines("""
            faleceu|falecido|falecida
            morreu $
            ele|ela|mae|pai|marido|esposa|avo|filho|filha morreu
            esta morto|morta
        """),
        Signal.HOSTILE: lines("""
            vai|va|vao se|tomar|a|para foder|fuder|no|merda|o cu|inferno|puta?
            vai|va te|se catar|lascar|ferrar
            filho|filhos da|de puta|putas
            arrombado|arrombados|desgracado|desgracados|babaca|babacas|otario|otarios
            cala|calem a boca
        """),
    },
    soft={
        Disposition.NOT_INTERESTED: lines("""
            nao tenho|temos interesse
            sem interesse
            nao estou|estamos interessado|interessada|interessados
            nao obrigado|obrigada $
            nao me interessa
        """),
        Disposition.ALREADY_CUSTOMER: lines("""
            ja sou|somos cliente|clientes|paciente|membro|assinante
        """),
        Disposition.ALREADY_SPOKE: lines("""
            ja falei|falamos|conversei com
        """),
        Disposition.CHOSE_OTHER: lines("""
            escolhi|escolhemos outra|outro
            ja tenho outro|outra|um|uma _
            fechei|fechamos com outro|outra
        """),
        Disposition.NOT_REQUESTED: lines("""
            nao|nunca pedi|solicitei
        """),
        Disposition.FUTURE_INTEREST: lines("""
            talvez mais tarde|adiante
            talvez no futuro
            agora nao $
            no futuro $
            no momento nao
        """),
        Disposition.LOCATION: lines("""
            muito longe
            nao moro em|no|na|ai|perto|nessa
            fora da|de area|minha|sua
        """),
        Disposition.UNQUALIFIED: lines("""
            nao me qualifico|enquadro
            nao sou elegivel
            nao qualificado|qualificada
        """),
    },
    near_misses=lines("""
        ^ pare|parem|sair
        ^ chega|basta|para|excluir|apagar|cancelado|encerrar|fim|sai|parou $
        ja chega
        ^ interromper|interrompa|suspender $
        muitas|tantas <messages>
        assedio|perturbacao
        meu advogado
        vou denunciar|processar|reclamar
        descadastrar|descadastro|desinscrever
        quero|desejo|gostaria cancelar $
        cancelar minha|a? assinatura|inscricao|plano
        procon
    """),
)
