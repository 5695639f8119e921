"""Engines: each compiles a question into its own language and runs it. The same question gets the same rows."""
