"""What FlowInsight's answers mean, in plain Python over a list of records, one small file for each idea.

It imports the product's values and fields and nothing that computes an answer; every engine must agree with it. It is written
to be read, not to be fast: start with `records`, then `filters`, `network`, `initiator`, `observers`, `outcome`, `answers`.
"""
