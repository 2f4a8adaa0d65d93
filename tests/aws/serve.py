"""Starts one of the servers on loopback: `serve.py moto|ministack PORT`.

The server ends when its standard input does: a test that dies, however it dies, leaves none behind.
"""

import os
import sys
import threading


def end_with_input():
    """Ends the process when nobody holds the other end of standard input any more."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main():
    kind, port = sys.argv[1], sys.argv[2]
    threading.Thread(target=end_with_input, daemon=True).start()
    if kind == "moto":
        import moto_plus

        moto_plus.serve(port)
    elif kind == "ministack":
        os.environ.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=port)
        sys.argv[1:] = []
        from ministack.app import main as ministack

        ministack()
    else:
        sys.exit(f"no such server: {kind}")


if __name__ == "__main__":
    main()
