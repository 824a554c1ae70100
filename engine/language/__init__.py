"""The closed vocabulary of the rules: plain YAML data comes in, typed expressions and a table of operators go out."""
