#!/usr/bin/env python3
"""Makes a large set of CloudTrail logs out of a small one, and times secretrail on it.

    benches/trail.py make FOLDER... OUT [--times 10] [--events 2000] [--dense] [--shuffled]
    benches/trail.py run OUT [--runs 5] [--rules DIR] [--peers] [--duckdb PYTHON]

`make` repeats the distinct records of the folders (.json, .json.gz), and writes them as a trail does: gzip files of
--events records in the order of time (fewer, where a file would be longer than 3.25 MB). Each copy has event ids of its own and lies later than the one before, by as much
time as the records span. --dense leaves all copies of a record at its time: more events of the same sessions, which must
not take more memory. --shuffled draws them by lot instead, at the times that they have: no trail writes that, it is
the worst case for who looks for duplicates.

`run` takes CPU seconds (user and system, of the whole process), wall time and peak memory of `secretrail trail`, on all
cores and on one, beside the floor: `trail_floor` (benches/trail_floor.rs) inflates the same files, finds all fields in
them, and reads them with serde_json. Programs take turns; told are the least and the median of --runs; the first run,
which fills the disk cache, is left out. --peers adds jq, and DuckDB where --duckdb names a Python that has it: they only
count the events of root, and the events by name. Ours are release builds:

    cargo build --release && cargo bench --no-run --bench trail_floor
"""

import argparse
import datetime
import glob
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


FORM = "%Y-%m-%dT%H:%M:%SZ"
# More events make more files, not longer ones: copies of one large record lie side by side.
MOST_BYTES = 3_250_000


def make(arguments):
    chance = random.Random(7)
    all_records = [record for folder in arguments.folder for record in records(folder)]
    times = [datetime.datetime.strptime(record["eventTime"], FORM) for record in all_records]
    # Each source of records is moved behind the one before, so that the whole is one stretch of time.
    order = sorted(range(len(all_records)), key=lambda at: times[at])
    day = datetime.timedelta(days=1)
    moved, end, last = [], datetime.datetime(2026, 1, 1), None
    for at in order:
        gap = times[at] - last if last else day
        end += min(gap, day)
        last = times[at]
        moved.append((end, all_records[at]))
    span = end - datetime.datetime(2026, 1, 1)
    os.makedirs(arguments.out, exist_ok=True)
    batch, size, files, events = [], 0, 0, 0

    def flush():
        nonlocal batch, size, files
        if batch:
            text = b'{"Records":[' + b",".join(batch) + b"]}"
            with open(os.path.join(arguments.out, f"{files:05}.json.gz"), "wb") as file:
                file.write(gzip.compress(text, 6))
            batch, size, files = [], 0, files + 1

    copies = arguments.times
    if arguments.dense:
        moved, copies = [one for one in moved for _ in range(copies)], 1
    for copy in range(copies):
        if arguments.shuffled:
            chance.shuffle(moved)
        for time, record in moved:
            fresh = {"eventID": str(uuid.UUID(int=chance.getrandbits(128), version=4))}
            if arguments.shuffled:
                fresh["requestID"] = str(chance.getrandbits(60))
            else:
                fresh["eventTime"] = (time + copy * span).strftime(FORM)
            text = json.dumps({**record, **fresh}, separators=(",", ":")).encode()
            if size + len(text) > MOST_BYTES:
                flush()
            batch.append(text)
            size += len(text) + 1
            events += 1
            if len(batch) == arguments.events:
                flush()
    flush()
    print(f"{events} events in {files} files")


DUCKDB = """
import sys
import duckdb
fields = "STRUCT(eventName VARCHAR, eventSource VARCHAR, userIdentity STRUCT(type VARCHAR))[]"
logs = f"read_json('{sys.argv[1]}/*.gz', columns={{Records: '{fields}'}}, maximum_object_size=268435456)"
query = f"SELECT r.eventName, count(*) FROM (SELECT unnest(Records) AS r FROM {logs}) GROUP BY 1 ORDER BY 2 DESC"
print(duckdb.sql(query).fetchall()[:3])
"""


def measured(command, threads):
    around = dict(os.environ, RAYON_NUM_THREADS=str(threads)) if threads else None
    timed = ["/usr/bin/time", "-f", "%U %S %e %M", *command]
    out = subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=around)
    user, system, wall, memory = out.stderr.decode().strip().splitlines()[-1].split()
    return float(user) + float(system), float(wall), int(memory) / 1024


def floor():
    """The newest build of benches/trail_floor.rs."""
    folder = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "deps")
    built = [path for path in glob.glob(os.path.join(folder, "trail_floor-*")) if os.access(path, os.X_OK)]
    return os.environ.get("TRAIL_FLOOR") or max(built, key=os.path.getmtime, default=None)


def run(arguments):
    ours = [os.environ.get("SECRETRAIL", "target/release/secretrail"), "trail", "--no-progress", "--exit-zero", "--format", "json"]
    for folder in arguments.rules:
        ours += ["--rules", folder]
    ours.append(arguments.out)
    commands = {"secretrail trail": (ours, None), "secretrail, 1 core": (ours, 1)}
    if floor():
        for mode in ("inflate", "scan", "typed"):
            commands[f"floor: {mode}"] = ([floor(), mode, arguments.out], None)
    else:
        print("trail_floor is not built: no floor", file=sys.stderr)
    if arguments.peers:
        root = ".Records[] | select(.userIdentity.type == \"Root\") | .eventName"
        commands["jq (root's events)"] = (["sh", "-c", f"zcat {arguments.out}/*.gz | jq -c '{root}'"], None)
    if arguments.duckdb:
        commands["DuckDB (by name)"] = ([arguments.duckdb, "-c", DUCKDB, arguments.out], None)
    results = {name: [] for name in commands}
    for turn in range(arguments.runs + 1):
        for name, (command, threads) in commands.items():
            result = measured(command, threads)
            if turn:
                results[name].append(result)
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {arguments.runs} runs each, in turn")
    print(f"{'':<20} {'CPU s: least':>13} {'median':>8} {'wall s: least':>14} {'MiB':>7}")
    for name, runs in results.items():
        cpu, wall, memory = zip(*runs)
        print(f"{name:<20} {min(cpu):13.2f} {statistics.median(cpu):8.2f} {min(wall):14.2f} {max(memory):7.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    maker = commands.add_parser("make")
    maker.add_argument("folder", nargs="+")
    maker.add_argument("out")
    maker.add_argument("--times", type=int, default=10)
    maker.add_argument("--events", type=int, default=2000)
    maker.add_argument("--dense", action="store_true")
    maker.add_argument("--shuffled", action="store_true")
    maker.set_defaults(run=make)
    runner = commands.add_parser("run")
    runner.add_argument("out")
    runner.add_argument("--runs", type=int, default=5)
    runner.add_argument("--rules", action="append", default=[])
    runner.add_argument("--peers", action="store_true")
    runner.add_argument("--duckdb", metavar="PYTHON")
    runner.set_defaults(run=run)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
