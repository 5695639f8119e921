"""Who connects to this address, or to this port? Answers from AWS VPC Flow Logs."""
