"""`python -m pronghorn.cli`: the command where its script is not on the path."""

import sys

from pronghorn.cli import main

sys.exit(main())
