"""For people who change rules: conventions and their test suites come in, what they do and miss goes out."""
