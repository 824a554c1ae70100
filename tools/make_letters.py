"""Makes the first templates of letters, plain Word files that staff edit: `python tools/make_letters.py [DIR]`.

It writes over what it finds; templates that were edited are kept in git, not made again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Cm, Pt, RGBColor

SOURCES = "Textes cités"
OPTION = "{% if contrat.option %}, option « {{ contrat.option }} »,{% endif %}"
BODIES: dict[str, tuple[str, list[str]]] = {
    "accord": (
        "Aide à l'emploi d'un assistant médical – accord",
        [
            (
                "Le contrat signé le {{ contrat.date_signature }}" + OPTION + " remplit les "
                "conditions de l'aide conventionnelle à l'emploi d'un assistant médical, selon le texte applicable : "
                "{{ contrat.convention }} ({{ contrat.pourquoi }})."
            ),
            "{%p if annees %}",
            "Montant que chaque année du contrat verse au plus, avant la vérification des engagements :",
            "TABLE annees|2 Année:annee|4 À compter du:debut|10 Montant au plus:montant",
            "{%p endif %}",
            "{%p if objectifs %}",
            "Objectifs du contrat :",
            "{%p for o in objectifs %}",
            "– {{ o.nom }} : {{ o.valeur }}{% if o.depart %} (d'après : {{ o.depart }}){% endif %}",
            "{%p endfor %}",
            "{%p endif %}",
            "{%p if conditions %}",
            "Le versement dépend encore de ce qui suit :",
            "{%p for c in conditions %}",
            "– {{ c.phrase }}",
            "{%p endfor %}",
            "{%p endif %}",
            "{%p if obligations %}",
            "Engagements à tenir :",
            "{%p for e in obligations %}",
            (
                "– {{ e.nom }}{% if e.echeance %}, au plus tard le {{ e.echeance }}{% endif %}"
                "{% if e.suite %} ({{ e.suite }}){% endif %}"
            ),
            "{%p endfor %}",
            "{%p endif %}",
        ],
    ),
    "refus": (
        "Aide à l'emploi d'un assistant médical – refus",
        [
            (
                "Le contrat daté du {{ contrat.date_signature }} ne remplit pas les conditions de l'aide "
                "conventionnelle à l'emploi d'un assistant médical, selon le texte qui s'y applique : "
                "{{ contrat.convention }} "
                "({{ contrat.pourquoi }})."
            ),
            "{%p for m in motifs %}",
            "– Condition non remplie : {{ m.condition }}.",
            "> Votre situation : {{ m.situation }}.",
            "> Texte : {{ m.texte }}.",
            "{%p endfor %}",
            "Voies de recours : {{ caisse.voies_de_recours }}",
        ],
    ),
    "pieces": (
        "Aide à l'emploi d'un assistant médical – éléments demandés",
        [
            (
                "Le dossier du contrat daté du {{ contrat.date_signature }} n'est pas complet. "
                "Merci de répondre avant le {{ destinataire.reponse_avant }} aux questions suivantes :"
            ),
            "{%p for p in pieces %}",
            "– {{ p.question }}",
            "> Où le trouver : {{ p.ou }}.",
            "{%p if p.pour %}",
            "> En dépend : {{ p.pour }}.",
            "{%p endif %}",
            "{%p endfor %}",
            "Tant qu'une réponse manque, ce qui en dépend n'est ni acquis ni refusé.",
        ],
    ),
    "objectif": (
        "Aide à l'emploi d'un assistant médical – objectif de patientèle",
        [
            ("Le contrat du {{ contrat.date_signature }}" + OPTION + " a ces objectifs ({{ contrat.convention }}) :"),
            "{%p for o in objectifs %}",
            "– {{ o.nom }} : {{ o.valeur }}{% if o.depart %} (d'après : {{ o.depart }}){% endif %}",
            "{%p endfor %}",
        ],
    ),
    "versement": (
        "Aide à l'emploi d'un assistant médical – versement",
        [
            "Voici les versements du contrat signé le {{ contrat.date_signature }} ({{ contrat.convention }}) :",
            "TABLE versements|2 Année:annee|5 Versement:nom|3 Somme:montant|4 En lettres:lettres|3 Échéance:echeance",
            "{%p for c in calculs %}",
            "Calcul de l'année {{ c.annee }} : {{ c.phrase }}.",
            "{%p endfor %}",
            "{%p if conditions %}",
            "Le versement dépend encore de ce qui suit :",
            "{%p for c in conditions %}",
            "– {{ c.phrase }}",
            "{%p endfor %}",
            "{%p endif %}",
            "Voies de recours : {{ caisse.voies_de_recours }}",
        ],
    ),
    "trop-percu": (
        "Aide à l'emploi d'un assistant médical – somme versée en trop",
        [
            (
                "Au titre du contrat signé le {{ contrat.date_signature }} ({{ contrat.convention }}), la somme versée "
                "dépasse l'aide due de {{ trop_percu.montant }} ({{ trop_percu.lettres }}), d'après ce qui est connu "
                "{{ trop_percu.jour }}."
            ),
            (
                "TABLE annees_trop_percu|2 Année:annee|3 Aide due:du|3 Versé:verse|3 Différence:a_rembourser|"
                "6 Pourquoi:pourquoi"
            ),
            "Modalités de recouvrement : {{ destinataire.recouvrement }}",
            "Voies de recours : {{ caisse.voies_de_recours }}",
        ],
    ),
}
ENDING = [
    "{%p for c in choix %}",
    "{{ c.phrase }}",
    "{%p endfor %}",
    "{%p if reserves %}",
    "Sous réserve de ce qui suit :",
    "{%p for r in reserves %}",
    "– {{ r.phrase }}",
    "{%p endfor %}",
    "{%p endif %}",
    "{%p if sources %}",
    f"{SOURCES} :",
    "{%p for s in sources %}",
    "– {{ s.phrase }}",
    "{%p endfor %}",
    "{%p endif %}",
    "Pour toute question : {{ caisse.contact }}.",
    "Je vous prie d'agréer, {{ destinataire.titre }}, l'expression de ma considération distinguée.",
]
MIDDLE = Cm(9.5)  # where the window of an envelope and the signature begin
OPENS = ("– Condition non remplie", "> Votre situation", "– {{ p.question }}", "> Où le trouver")  # more of it follows
STYLES = {"– ": "List Bullet", "> ": "List Continue"}


def make(kind: str, folder: Path) -> None:
    """Writes the template of one kind: the fund, who is written to, the day, the reference, what it says, who signs."""
    title, body = BODIES[kind]
    document = Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
    _style(document)
    _lines(document, "{{ caisse.nom }}", "{{ caisse.adresse }}").runs[0].bold = True
    addressee = ("{{ destinataire.titre }} {{ destinataire.nom }}", "{{ destinataire.adresse }}")
    _lines(document, *addressee, left=MIDDLE)
    _lines(document, "Le {{ jour }}", left=MIDDLE)
    _lines(document, "Référence : contrat {{ destinataire.contrat }}, numéro {{ destinataire.numero }}")
    document.add_heading(f"Objet : {title[:1].lower()}{title[1:]}", 1)
    for text in ["{{ destinataire.titre }},", *body, *ENDING]:
        _add(document, text)
    signed = _lines(document, "{{ caisse.signataire }}", "{{ caisse.fonction }}", left=MIDDLE).paragraph_format
    signed.space_before, signed.keep_together = Pt(24), True
    for each in document.paragraphs[-3:-1]:  # nobody signs a page that says nothing
        each.paragraph_format.keep_with_next = each.paragraph_format.keep_together = True
    _slim(document)
    document.core_properties.author = ""
    document.core_properties.title = title
    document.save(str(folder / f"{kind}.docx"))


def _slim(document: Any) -> None:
    """Leaves out the styles that nothing here uses, and what the library's own template carries beside them."""
    used = {"Normal", "Heading 1", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", *STYLES.values()}
    kept = [style for style in document.styles if style.name in used]
    bases = [base for style in kept if (base := getattr(style, "base_style", None)) is not None]
    ids = {style.style_id for style in (*kept, *bases)}
    for style in list(document.styles):
        if style.style_id not in ids:
            style.delete()
    for link in document.styles.element.xpath("//w:style/w:link"):
        link.getparent().remove(link)
    for part in (document.part, document.part.package):
        for name, related in list(part.rels.items()):
            if related.reltype.endswith(("/stylesWithEffects", "/thumbnail", "/customXml")):
                del part.rels[name]


def _style(document: Any) -> None:
    """Black text of one size; what belongs together stands close."""
    for name in ("Normal", "Heading 1"):
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "DejaVu Sans", Pt(10), RGBColor(0, 0, 0)
        document.styles[name].paragraph_format.space_before = Pt(6)
        document.styles[name].paragraph_format.space_after = Pt(4)
    for name in STYLES.values():
        document.styles[name].paragraph_format.space_before = Pt(0)


def _lines(document: Any, *texts: str, left: Any = None) -> Any:
    """Lines of one block, which begins ``left`` of the margin."""
    block = document.add_paragraph()
    for number, text in enumerate(texts):
        run = block.add_run(text)
        if number + 1 < len(texts):
            run.add_break()
    block.paragraph_format.left_indent = left
    block.paragraph_format.space_after = Pt(14)
    return block


def _add(document: Any, text: str) -> None:
    if not text.startswith("TABLE "):
        added = document.add_paragraph(text[2:] if text[:2] in STYLES else text, STYLES.get(text[:2]))
        added.paragraph_format.keep_together = True
        if text.startswith(OPENS) or text.endswith(" :"):
            added.paragraph_format.keep_with_next = True
        return
    fields, *columns = text.removeprefix("TABLE ").split("|")
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.autofit = "Table Grid", False
    table.rows[1].cells[0].text = "{%tr for ligne in " + fields + " %}"
    for number, column in enumerate(columns):
        size, _, told = column.partition(" ")
        head, name = told.split(":")
        table.columns[number].width = Cm(int(size))
        table.rows[0].cells[number].paragraphs[0].add_run(head).bold = True
        table.rows[2].cells[number].text = "{{ ligne." + name + " }}"
        for row in table.rows:
            row.cells[number].width = Cm(int(size))
            row.cells[number].paragraphs[0].paragraph_format.space_before = Pt(2)
    table.rows[3].cells[0].text = "{%tr endfor %}"
    document.add_paragraph("")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "letters")
    for each in BODIES:
        make(each, target)
