"""The commands of the command line, one module each: `add` its options, `run` what it prints."""
