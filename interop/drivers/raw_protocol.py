#!/usr/bin/python3
"""Runs cases of Samba's own suite samba.tests.dcerpc.raw_protocol.

    raw_protocol.py CASE... < /dev/null
    raw_protocol.py --names FILE       one name a line, # begins a comment

The suite is Debian's package python3-samba; it asks the server on port 135 of
127.0.0.1 for bytes that Windows answers. Each case prints one line of JSON:
{"name", "ok", "detail"}. The exit code is 0 when every case has passed.
"""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest


def configure(folder):
    """What the suite reads, so that it needs neither network nor account."""
    path = os.path.join(folder, "smb.conf")
    with open(path, "w") as conf:
        conf.write("[global]\ninterfaces = lo\nbind interfaces only = yes\nworkgroup = OXID\n")
        for purpose in ("private", "lock", "state", "cache"):
            sub = os.path.join(folder, purpose)
            os.mkdir(sub)
            conf.write("%s%s = %s\n" % (purpose, " dir" if purpose == "private" else " directory", sub))
    os.environ.update({
        "SERVER": "127.0.0.1", "TARGET_HOSTNAME": "127.0.0.1", "DOMAIN": "OXID", "REALM": "OXID",
        "USERNAME": "", "PASSWORD": "", "IGNORE_RANDOM_PAD": "1", "SMB_CONF_PATH": path,
    })


def run(case):
    """Returns whether a case has passed, and its last words otherwise."""
    result = unittest.TestResult()
    with contextlib.redirect_stderr(io.StringIO()):  # it tells of each timeout
        case.run(result)
    for _, text in result.failures + result.errors:
        return False, text.strip().splitlines()[-1]
    if result.skipped:
        return False, "skipped: " + result.skipped[0][1]
    return result.testsRun == 1, ""


def main():
    names = sys.argv[1:]
    if names[:1] == ["--names"]:
        with open(names[1]) as file:
            names = [line.split("#")[0].strip() for line in file]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="oxid-raw") as folder:
        configure(folder)
        from samba.tests.dcerpc import raw_protocol  # reads the environment
        for name in filter(None, names):
            try:
                ok, detail = run(raw_protocol.TestDCERPC_BIND(name))
            except ValueError as e:  # no such case
                ok, detail = False, str(e)
            failed += not ok
            print(json.dumps({"name": name, "ok": ok, "detail": detail}), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
