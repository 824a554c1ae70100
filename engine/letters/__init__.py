"""Letters: a decision or the life of a contract, people and a Word template come in, a letter goes out."""
