"""What a convention says: YAML folders come in, frozen checked conventions go out, chosen by beneficiary and date."""
