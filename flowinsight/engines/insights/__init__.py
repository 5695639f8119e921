"""A question in Logs Insights QL, and what the rows of its answer mean. Nothing here asks AWS.

`columns` says what a record's fields are called in a query, `where` writes filters, `query` the whole text, `decoded` reads
what comes back. What a person typed reaches the text through `literals` alone.
"""
