"""Makes the first templates of letters, plain Word files that staff edit: `python tools/make_letters.py [DIR]`.

It writes over what it finds; templates that were edited are kept in git, not made again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

SOURCES = "Textes cités"
BODIES: dict[str, tuple[str, list[str]]] = {
    "accord": (
        "Aide à l'emploi d'un assistant médical : accord",
        [
            (
                "Le contrat signé le {{ contrat.date_signature }}, option « {{ contrat.option }} », remplit les "
                "conditions de l'aide conventionnelle à l'emploi d'un assistant médical, selon le texte applicable : "
                "{{ contrat.convention }} ({{ contrat.pourquoi }})."
            ),
            "{%p if annees %}",
            "Montant que chaque année du contrat verse au plus, avant la vérification des engagements :",
            "TABLE annees|Année:annee|À compter du:debut|Montant au plus:montant",
            "{%p endif %}",
            "{%p if objectifs %}",
            "Objectifs du contrat :",
            "{%p for o in objectifs %}",
            "– {{ o.nom }} : {{ o.valeur }} ({{ o.depart }})",
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
        "Aide à l'emploi d'un assistant médical : refus",
        [
            (
                "Le contrat daté du {{ contrat.date_signature }} ne remplit pas les conditions de l'aide "
                "conventionnelle à l'emploi d'un assistant médical, selon le texte qui s'y applique : "
                "{{ contrat.convention }} "
                "({{ contrat.pourquoi }})."
            ),
            "{%p for m in motifs %}",
            "– Condition non remplie : {{ m.condition }}. Votre situation : {{ m.situation }}. Texte : {{ m.texte }}.",
            "{%p endfor %}",
            "Voies de recours : {{ caisse.voies_de_recours }}",
        ],
    ),
    "pieces": (
        "Aide à l'emploi d'un assistant médical : éléments demandés",
        [
            (
                "Votre demande pour le contrat daté du {{ contrat.date_signature }} ne peut pas encore être décidée. "
                "Merci de répondre avant le {{ destinataire.reponse_avant }} aux questions suivantes :"
            ),
            "{%p for p in pieces %}",
            "– {{ p.question }} Où le trouver : {{ p.ou }}.{% if p.pour %} En dépend : {{ p.pour }}.{% endif %}",
            "{%p endfor %}",
            "Tant qu'une réponse manque, rien n'est acquis ni refusé.",
        ],
    ),
    "objectif": (
        "Aide à l'emploi d'un assistant médical : objectif de patientèle",
        [
            "Contrat du {{ contrat.date_signature }}, option « {{ contrat.option }} » ({{ contrat.convention }}) :",
            "{%p for o in objectifs %}",
            "– {{ o.nom }} : {{ o.valeur }} ({{ o.depart }})",
            "{%p endfor %}",
        ],
    ),
    "versement": (
        "Aide à l'emploi d'un assistant médical : versement",
        [
            "Au titre du contrat signé le {{ contrat.date_signature }} ({{ contrat.convention }}) :",
            "TABLE versements|Année:annee|Versement:nom|Somme:montant|En lettres:lettres|Échéance:echeance",
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
        "Aide à l'emploi d'un assistant médical : somme versée en trop",
        [
            (
                "Au titre du contrat signé le {{ contrat.date_signature }} ({{ contrat.convention }}), la somme versée "
                "dépasse l'aide due de {{ trop_percu.montant }} ({{ trop_percu.lettres }}), d'après ce qui est connu "
                "{{ trop_percu.jour }}."
            ),
            "TABLE annees_trop_percu|Année:annee|Aide due:du|Versé:verse|Différence:a_rembourser|Pourquoi:pourquoi",
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
    "{{ caisse.signataire }}, {{ caisse.fonction }}",
]


def make(kind: str, folder: Path) -> None:
    """Writes the template of one kind."""
    title, body = BODIES[kind]
    document = Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
    document.styles["Normal"].font.name = "DejaVu Sans"
    document.styles["Normal"].font.size = Pt(10)
    for text in ("{{ caisse.nom }}", "{{ caisse.adresse }}"):
        document.add_paragraph(text)
    for text in ("{{ destinataire.titre }} {{ destinataire.nom }}", "{{ destinataire.adresse }}"):
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("Le {{ jour }}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("Référence : contrat {{ destinataire.contrat }}, numéro {{ destinataire.numero }}")
    document.add_heading(title, 1)
    for text in [*body, *ENDING]:
        _add(document, text)
    document.core_properties.author = ""
    document.core_properties.title = title
    document.save(str(folder / f"{kind}.docx"))


def _add(document: Any, text: str) -> None:
    if not text.startswith("TABLE "):
        document.add_paragraph(text)
        return
    fields, *columns = text.removeprefix("TABLE ").split("|")
    table = document.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.rows[1].cells[0].text = "{%tr for ligne in " + fields + " %}"
    for number, column in enumerate(columns):
        head, name = column.split(":")
        table.rows[0].cells[number].text = head
        table.rows[2].cells[number].text = "{{ ligne." + name + " }}"
    table.rows[3].cells[0].text = "{%tr endfor %}"
    document.add_paragraph("")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "letters")
    for each in BODIES:
        make(each, target)
