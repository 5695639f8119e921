"""python -m flowinsight"""

import signal
import sys

from flowinsight.cli import main

signal.signal(
    signal.SIGTERM, signal.default_int_handler
)  # ended by a timer it stops what runs at AWS, as when interrupted
sys.exit(main())
