"""The page of what was kept: snapshots in a folder or a bucket, and cases."""
