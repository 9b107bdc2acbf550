"""What an auditor asks: the life of a credential, a batch, an issuer; and whether the database says what the chain says."""
