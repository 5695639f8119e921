"""An AWS account on this machine, for trying everything without one. Runs as its own process."""
