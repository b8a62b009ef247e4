"""The utility's terms, rules and contracts; the standard library only."""
