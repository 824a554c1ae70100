"""Rules that tests add to the small policies."""

OVERLAY = """overlays:
  - id: contrats_en_cours
    label: {fr: Contrats en cours, en: Running contracts}
    cite: [{source: texte}]
    signed: {before: "2024-06-22"}
    from_first_anniversary_on_or_after: "2024-06-22"
    replace: {activite_minimale: activite_minimale.en_cours}
criteria:
  - id: activite_minimale.en_cours
    label: {fr: Activité minimale, en: Minimum activity}
    cite: [{source: texte}]
    met_when: {fact: patientele.mt_depart, at_least: 700}
"""
