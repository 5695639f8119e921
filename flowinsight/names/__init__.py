"""Who an address is, and which interfaces should have written records: from what an account says of itself now."""
