"""`python -m arise_zoo`, the same as the command `arise-zoo`."""

from .cli.zoo import main

raise SystemExit(main())
