#!/usr/bin/env python3
"""Makes a large set of CloudTrail logs out of a small one, and times secretrail on it.

    benches/trail.py make FOLDER OUT [--times 10] [--events 2000]
    benches/trail.py run OUT [--runs 5] [--rules DIR]

`make` repeats the distinct records of FOLDER (.json, .json.gz) with event ids and request ids of their own, and writes
them as a trail does: gzip files of --events records. `run` takes CPU seconds and peak memory of `secretrail trail`
(release build) beside a bare `zcat`, each the median of --runs; the first run, which fills the disk cache, is left out.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import uuid


def records(folder):
    seen = set()
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(place, name)
            if name.endswith(".json.gz"):
                text = gzip.open(path, "rb").read()
            elif name.endswith(".json"):
                with open(path, "rb") as file:
                    text = file.read()
            else:
                continue
            try:
                log = json.loads(text)
            except ValueError:
                continue
            for record in log.get("Records", []) if isinstance(log, dict) else log:
                if record.get("eventID") not in seen:
                    seen.add(record.get("eventID"))
                    yield record


def make(arguments):
    chance = random.Random(7)
    all_records = [record for folder in arguments.folder for record in records(folder)]
    os.makedirs(arguments.out, exist_ok=True)
    batch, files, events = [], 0, 0

    def flush():
        nonlocal batch, files
        if batch:
            text = json.dumps({"Records": batch}, separators=(",", ":")).encode()
            with open(os.path.join(arguments.out, f"{files:05}.json.gz"), "wb") as file:
                file.write(gzip.compress(text, 6))
            batch, files = [], files + 1

    for _ in range(arguments.times):
        chance.shuffle(all_records)
        for record in all_records:
            fresh = {"eventID": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "requestID": str(chance.getrandbits(60))}
            batch.append({**record, **fresh})
            events += 1
            if len(batch) == arguments.events:
                flush()
    flush()
    print(f"{events} events in {files} files")


def measured(command):
    out = subprocess.run(["/usr/bin/time", "-f", "%U %S %e %M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    user, system, wall, memory = out.stderr.decode().strip().splitlines()[-1].split()
    return float(user) + float(system), float(wall), int(memory) / 1024


def run(arguments):
    ours = [os.environ.get("SECRETRAIL", "target/release/secretrail"), "trail", "--no-progress", "--exit-zero", "--format", "json"]
    for folder in arguments.rules:
        ours += ["--rules", folder]
    commands = {
        "secretrail trail": [*ours, arguments.out],
        "zcat": ["sh", "-c", f"zcat {arguments.out}/*.gz"],
    }
    for name, command in commands.items():
        runs = [measured(command) for _ in range(arguments.runs + 1)][1:]
        cpu, wall, memory = (statistics.median(values) for values in zip(*runs))
        print(f"{name:<18} {cpu:7.3f} CPU s {wall:7.3f} s wall {memory:7.1f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    maker = commands.add_parser("make")
    maker.add_argument("folder", nargs="+")
    maker.add_argument("out")
    maker.add_argument("--times", type=int, default=10)
    maker.add_argument("--events", type=int, default=2000)
    maker.set_defaults(run=make)
    runner = commands.add_parser("run")
    runner.add_argument("out")
    runner.add_argument("--runs", type=int, default=5)
    runner.add_argument("--rules", action="append", default=[])
    runner.set_defaults(run=run)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
