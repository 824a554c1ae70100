"""One case: a convention's plan and the facts of a case come in, a decision with its reasons goes out."""
