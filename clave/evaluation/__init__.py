"""How good a space is, beside others: tables and figures."""
