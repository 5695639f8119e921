"""python -m flowinsight"""

import sys

from flowinsight.cli import main

sys.exit(main())
