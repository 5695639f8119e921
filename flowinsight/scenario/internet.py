"""The outside world. All addresses are from ranges reserved for documentation: nobody real is shown."""

from flowinsight.scenario.exchange import Party

VISITORS = tuple(Party(f"198.51.100.{n}") for n in range(1, 201))
VISITORS_6 = tuple(Party(f"2001:db8:f00:{n:x}::1") for n in range(1, 41))
NOISE = tuple(Party(f"192.0.2.{n}") for n in range(128, 188))  # scans everything, all the time
UPDATES = tuple(Party(f"203.0.113.{n}") for n in range(100, 110))
UPDATES_6 = Party("2001:db8:ca75::10")
RESOLVER = Party("203.0.113.53")
CLOCK = Party("203.0.113.123")
MAIL = Party("203.0.113.125")
OFFICE = Party("203.0.113.200")
PARTNER = Party("203.0.113.210")
COMMAND = Party("203.0.113.222")  # what the beacon calls
DROPBOX = Party("198.51.100.222")  # where the stolen data goes
SCANNER = Party("192.0.2.99")
BURGLAR = Party("192.0.2.66")
