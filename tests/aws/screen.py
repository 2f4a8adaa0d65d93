"""The founding team's own table and screen, on the rig: `screen.py [PROGRAM]`.

Starts moto on loopback, puts into its Parameter Store what the team had on 2 April 2026, and holds the table of
examples/incident against it. Then puts what is missing, as the runbook says, and looks again.
The values are made up; nobody asks for them.
"""

import datetime as dt
import logging
import os
import subprocess
import sys
from pathlib import Path

os.environ["MOTO_ACCOUNT_ID"] = "123456789012"

import boto3
import moto.ssm.models as parameter_store
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]
CLOCK = "2026-04-02T09:00:00Z"
THERE = [
    ("/paperclip-app/admin/password", "2026-03-24"),
    ("/paperclip-app/anthropic/api-key", "2026-03-28"),
    ("/paperclip-app/github/pat", "2026-03-24"),
]
MISSING = [("/test-bot/anthropic/api-key", "2026-04-02"), ("/abt/linear/api-key", "2026-04-02")]


def put(client, parameters):
    """Writes them as if it were that day."""
    for name, day in parameters:
        written = dt.datetime.fromisoformat(f"{day}T08:00:00")
        parameter_store.utcnow = lambda: written
        client.put_parameter(Name=name, Type="SecureString", Value=f"FIXTURE{name.replace('/', '-')}")


def check(program, endpoint):
    arguments = ["inventory", "check", "--screen", "--clock", CLOCK]
    print("$ secretrail " + " ".join(arguments), flush=True)
    environment = {
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "FIXTURE",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    ran = subprocess.run([program, *arguments], cwd=ROOT / "examples/incident", env=environment, timeout=60)
    print(f"exit code {ran.returncode}\n", flush=True)
    return ran.returncode


def main():
    program = str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else str(ROOT / "target/debug/secretrail")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "ssm",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="FIXTURE",
    )
    put(client, THERE)
    before = check(program, endpoint)
    put(client, MISSING)
    after = check(program, endpoint)
    server.stop()
    sys.exit(0 if (before, after) == (1, 0) else 1)


if __name__ == "__main__":
    main()
