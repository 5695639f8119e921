"""AWS's own sample queries for VPC flow logs. Source: CWL_QuerySyntax-examples; flow-logs-troubleshooting.

They ask for the fields that CloudWatch discovers by itself, in the default format and in any other.
"""

SAMPLES: dict[str, str] = {
    "Top 15 packet transfers across hosts": """stats sum(packets) as packetsTransferred by srcAddr, dstAddr
| sort packetsTransferred desc
| limit 15""",
    "Top 15 byte transfers for hosts on a subnet": """filter isIpv4InSubnet(srcAddr, "192.0.2.0/24")
| stats sum(bytes) as bytesTransferred by dstAddr
| sort bytesTransferred desc
| limit 15""",
    "Addresses that use UDP": """filter protocol=17
| stats count(*) by srcAddr""",
    "Records skipped during the capture window": """filter logStatus="SKIPDATA"
| stats count(*) by bin(1h) as t
| sort t""",
    "One record for each connection of an interface": """fields @timestamp, srcAddr, dstAddr, srcPort, dstPort, protocol, bytes
| filter interfaceId = 'eni-0123456789abcdef0'
| sort @timestamp desc
| dedup srcAddr, dstAddr, srcPort, dstPort, protocol
| limit 20""",
    "Upload through a NAT gateway": """filter (dstAddr like '198.51.100.1' and srcAddr like '192.0.2.')
| stats sum(bytes) as bytesTransferred by srcAddr, dstAddr
| sort bytesTransferred desc
| limit 10""",
    "Download through a NAT gateway": """filter (srcAddr like '198.51.100.1' and dstAddr like '192.0.2.')
| stats sum(bytes) as bytesTransferred by srcAddr, dstAddr
| sort bytesTransferred desc
| limit 10""",
    "What each interface logged": """stats count(*) by interfaceId, logStatus""",
}
