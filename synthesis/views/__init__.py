"""Pages of the ground floor: home, lists, samples with their chain and ledger, forms, search, projects."""
