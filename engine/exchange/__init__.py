"""Tables of the rules out to spreadsheets and back."""
