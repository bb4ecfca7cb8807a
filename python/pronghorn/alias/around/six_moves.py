"""`six.moves` on Python 3: modules and built-ins under the names they have there."""

# ruff: noqa: F401
import builtins
import collections
import configparser
import functools
import html.parser
import http.client
import io
import itertools
import pickle
import queue
import shlex
import sys
from importlib import reload as reload_module

from . import six_urllib as urllib

cPickle, http_client, html_parser = pickle, http.client, html.parser
range, zip, map, filter, input = range, zip, map, filter, input
xrange, intern, reduce = range, sys.intern, functools.reduce
zip_longest, filterfalse = itertools.zip_longest, itertools.filterfalse
StringIO, cStringIO, shlex_quote = io.StringIO, io.StringIO, shlex.quote
UserDict, UserList, UserString = collections.UserDict, collections.UserList, collections.UserString
urllib_parse, urllib_error = urllib.parse, urllib.error
