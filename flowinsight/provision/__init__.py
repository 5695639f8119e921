"""Flow logs set up as a plan: what is wanted, what AWS has, the steps between the two, and the proof that records arrive."""
