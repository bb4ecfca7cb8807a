"""`six.moves.urllib` on Python 3."""

from urllib import error, parse, request, response, robotparser  # noqa: F401
