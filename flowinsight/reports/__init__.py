"""Reports: an answer as one HTML file that opens anywhere without a network, or as Markdown for a ticket.

What a report says is one value (`content`), made of an answer (`answers`) or of what leads and how it changed (`leaders`, of
`leading`), and rendered twice (`page`, `markdown`).
"""
