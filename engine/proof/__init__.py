"""Proofs about all cases: a convention's plans become terms, questions about them are answered by a solver.

Each answer is a proof, or a case that the evaluator confirms, or is said to be undecided within the budget (``effort``,
the solver's own count of steps). No case is decided here, and nothing imports the solver before a question is asked.
Whatever asks raises UsageFault where the solver is missing or is another version, and whatever confirms a case
InputFault (proof-unconfirmed) where the evaluator does not.

===================================  =======================================================================
:mod:`.encoding`, :mod:`.possible`   ``encode`` all cases of a convention; ``encode_case`` one with open facts
:mod:`.prover`                       ``first``, ``confirmed``: can this be, and in which case of the evaluator?
:mod:`.smallest`                     ``smallest_changes``: which smallest changes of a case give this?
:mod:`.possible`                     ``possible_values``, ``mattering``: what can an item be, and which facts matter?
:mod:`.whom`                         ``region_of``: whom does it concern, in terms of these inputs?
:mod:`.properties`                   ``kept_properties``: does every case keep what the law promises?
===================================  =======================================================================
"""
