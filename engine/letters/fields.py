"""The fields that a template may name, with what each holds: people's names and addresses, and what the decision says.

Every value is a text that is ready to be printed; a template neither counts nor decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Fields = Mapping[str, "str | Mapping[str, str] | Sequence[Mapping[str, str]]"]

SENDER: Mapping[str, str] = {
    "nom": "nom de la caisse",
    "adresse": "adresse de la caisse",
    "contact": "téléphone ou adresse électronique du service",
    "signataire": "nom du signataire",
    "fonction": "fonction du signataire",
    "voies_de_recours": "voies et délais de recours",
}
ADDRESSEE: Mapping[str, str] = {
    "titre": "titre du destinataire",
    "nom": "nom du destinataire",
    "adresse": "adresse du destinataire",
    "numero": "numéro RPPS ou FINESS",
    "contrat": "numéro du contrat",
    "recouvrement": "modalités de recouvrement",
    "reponse_avant": "date limite de réponse",
}
FIELDS: Fields = {
    "caisse": SENDER,
    "destinataire": ADDRESSEE,
    "contrat": {
        "date_signature": "jour de la signature du contrat : 02/09/2024",
        "option": "option de temps de travail : Mi-temps (0,5 ETP)",
        "convention": "texte applicable : Convention médicale 2024-2029",
        "pourquoi": "pourquoi ce texte : contrat signé le 02/09/2024, à compter du 22/06/2024",
    },
    "jour": "jour de la lettre (--as-of)",
    "motifs": [
        {
            "condition": "condition non remplie",
            "situation": "votre situation, en une phrase",
            "texte": "texte sur lequel elle se fonde",
        }
    ],
    "conditions": [{"phrase": "condition dont le versement dépend"}],
    "annees": [
        {
            "annee": "année du contrat : 1",
            "debut": "premier jour de l'année : 02/09/2024",
            "montant": "montant, ou pourquoi il n'est pas établi : 19 000 €",
        }
    ],
    "objectifs": [{"nom": "objectif", "depart": "figures de départ", "valeur": "à atteindre : 1 000 patients"}],
    "obligations": [
        {"nom": "engagement", "echeance": "jour, ou rien : 02/03/2025", "suite": "ce qui suit s'il n'est pas tenu"}
    ],
    "pieces": [{"question": "question posée", "ou": "où se trouve la réponse", "pour": "ce qui en dépend"}],
    "versements": [
        {
            "annee": "année du contrat : 3",
            "nom": "versement : Solde, acompte déduit",
            "montant": "somme en chiffres : 4 400 €",
            "lettres": "somme en lettres : quatre mille quatre cents euros",
            "echeance": "jour : 16/11/2026",
        }
    ],
    "trop_percu": {
        "montant": "somme en chiffres : 6 600 €",
        "lettres": "somme en lettres : six mille six cents euros",
        "jour": "jour auquel elle est établie : au 28/11/2026",
    },
    "annees_trop_percu": [
        {
            "annee": "année du contrat : 3",
            "du": "aide due : 4 400 €",
            "verse": "versé : 11 000 €",
            "a_rembourser": "différence : 6 600 €",
            "pourquoi": "pourquoi l'aide due n'est pas l'aide entière",
        }
    ],
    "choix": [{"phrase": "lecture du texte que la caisse retient (--interpret)"}],
    "reserves": [{"phrase": "réserve : lecture, droit ou hypothèse qui changerait le calcul"}],
    "sources": [{"phrase": "texte cité, avec sa date"}],
}


def documented(fields: Fields = FIELDS, above: str = "") -> Iterator[tuple[str, str]]:
    """Each field as a template names it, and what it holds; of a list with the name of its loop."""
    for name, entry in fields.items():
        if isinstance(entry, str):
            yield above + name, entry
        elif isinstance(entry, Mapping):
            yield from documented(entry, f"{above}{name}.")
        else:
            yield from documented(entry[0], f"{name}[].")
