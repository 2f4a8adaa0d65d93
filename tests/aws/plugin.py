"""Stands in for the AWS CLI and its session-manager-plugin: `plugin.py ssm start-session ...`.

As the real one does, it starts a second process that holds the port, waits for it and takes no notice of Ctrl-C.
PLUGIN_MODE says what happens: `drop:SECONDS`, `denied`, `away` (not connected, whatever is tried), `silent` (the port is
never opened), `once-away` (not connected at the first try). PLUGIN_LOG is a file that gets a line for each start.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time


def plugin(port, seconds):
    """Holds the port for so long."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()

    def serve():
        while True:
            connection, _ = server.accept()
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    time.sleep(seconds)
    print("Connection to destination was lost: SECRET-CANARY", flush=True)
    os._exit(0)


def note(line):
    with open(os.environ["PLUGIN_LOG"], "a") as log:
        log.write(line + "\n")


def fail(code):
    print(f"\nAn error occurred ({code}) when calling the StartSession operation: SECRET-CANARY", file=sys.stderr)
    sys.exit(254)


def main():
    if sys.argv[1] == "--plugin":
        return plugin(int(sys.argv[2]), float(sys.argv[3]))
    note("aws " + str(os.getpid()) + " " + json.dumps(sys.argv[1:]))
    mode = os.environ["PLUGIN_MODE"]
    starts = sum(line.startswith("aws ") for line in open(os.environ["PLUGIN_LOG"]))
    if mode == "denied":
        fail("AccessDeniedException")
    if mode == "away" or (mode == "once-away" and starts == 1):
        fail("TargetNotConnected")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parameters = json.loads(sys.argv[sys.argv.index("--parameters") + 1])
    if mode == "silent":
        child = subprocess.Popen(["sleep", "600"])
    else:
        seconds = mode.removeprefix("drop:") if mode.startswith("drop:") else "600"
        port = parameters["localPortNumber"][0]
        child = subprocess.Popen([sys.executable, "-B", __file__, "--plugin", port, seconds])
    note(f"plugin {child.pid}")
    sys.exit(child.wait())


if __name__ == "__main__":
    main()
