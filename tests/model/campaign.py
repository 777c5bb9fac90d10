#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs model_random over many seeds, and writes down what each shard came to.

    campaign.py --events N [--jobs J] [--cores N]... [--in WORLD] [--seed FIRST]
        runs the shards that the log does not have yet; to be stopped and called again at will
    campaign.py --check N   runs N shards of the log anew, those of the same kernel, and compares; to check
                            others, build their commit, and name its presets' folders in THOLE_HOST and THOLE_VIRT
    campaign.py --summary   what the log holds

The log is JSON lines (but for comments, #): a shard is its options, the hash of its last state, the commit and the hashes of
the program and of the kernel whose short ways it took. A shard is found again by its options; what another program came to is not compared.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HOST = os.environ.get("THOLE_HOST", os.path.join(ROOT, "build", "host"))
PROGRAM = os.path.join(HOST, "tests", "model_random")
KERNEL = os.path.join(os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt")), "kernel.elf") # its short ways
SHARD = 5_000_000
OPTIONS = ("in", "cores", "seed", "events", "world")


def arguments(shard):
    return [word for name in OPTIONS for word in ("--" + name, str(shard[name]))]


def run(shard):
    """The shard with what came of it."""
    begin = time.monotonic()
    done = subprocess.run([PROGRAM, *arguments(shard)], capture_output=True, text=True, check=False)
    lines = done.stdout.split("\n")
    result = {
        "state": lines[-2] if done.returncode == 0 and len(lines) > 1 else None,
        "status": done.returncode,
        "seconds": round(time.monotonic() - begin, 1),
    }
    if done.returncode != 0:
        result["said"] = done.stderr[-4000:]
    return shard | result


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def git(*words):
    """What git says; nothing where it is not installed, or this is no clone of its."""
    try:
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def identity():
    commit = git("rev-parse", "HEAD").strip() or "unknown"
    dirty = git("status", "--porcelain", "--", "kernel", "tests/sim", "tests/model", "include", "arch")
    changed = [line for line in dirty.split("\n") if line and not line.endswith(".log")]
    return {"commit": commit + ("+" if changed else ""), "program": hash_of(PROGRAM), "kernel": hash_of(KERNEL)}


def identity_without_git():
    path, os.environ["PATH"] = os.environ["PATH"], HERE
    try:
        return identity()["commit"]
    finally:
        os.environ["PATH"] = path


def is_of(line, mine):
    return line["program"] == mine["program"] and line.get("kernel") == mine["kernel"]


def key(shard):
    return tuple(shard[name] for name in OPTIONS)


def read(log):
    if not os.path.exists(log):
        return []
    with open(log, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip() and not line.startswith("#")]


def shards(options):
    """The plan: each number of cores gets its share; seeds follow one another without a gap."""
    worlds = -(-SHARD // options.world)
    plan, seed, left = [], options.seed, options.events
    while left > 0:
        cores = options.cores[len(plan) % len(options.cores)]
        plan.append({"in": options.world_name, "cores": cores, "seed": seed,
                     "events": min(SHARD, left), "world": options.world})
        left -= SHARD
        seed += worlds
    return plan


def report(done):
    line = " ".join(f"{name} {done[name]}" for name in OPTIONS)
    print(f"{line}: {done['state'] or 'FAILED'} in {done['seconds']} s", flush=True)
    if done["status"] != 0:
        print(done["said"], file=sys.stderr)


def campaign(options):
    mine = identity()
    have = {key(line) for line in read(options.log)
            if is_of(line, mine) and line["status"] == 0}
    todo = [shard for shard in shards(options) if key(shard) not in have]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool, \
            open(options.log, "a", encoding="utf-8") as log:
        for done in concurrent.futures.as_completed([pool.submit(run, shard) for shard in todo]):
            line = done.result()
            log.write(json.dumps(line | mine) + "\n")
            log.flush()
            report(line)
            failed += line["status"] != 0
    return failed


def check(options):
    mine = identity()
    known = [line for line in read(options.log)
             if line["status"] == 0 and line.get("kernel") == mine["kernel"]]
    if not known:
        print("the log has no shard of this kernel", file=sys.stderr)
        return 1
    chosen = random.Random(options.seed).sample(known, min(options.check, len(known)))
    different = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        again = pool.map(run, [{name: line[name] for name in OPTIONS} for line in chosen])
        for line, done in zip(chosen, again):
            if done["state"] != line["state"]:
                different += 1
                print(f"{key(line)}: {line['state']} is now {done['state']}", file=sys.stderr)
    print(f"{len(chosen)} shards run again, {different} differ")
    return different


def summary(options):
    groups = {}
    for line in read(options.log):
        group = groups.setdefault((line["commit"], line["program"], line["in"], line["cores"]),
                                  {"shards": 0, "events": 0, "seconds": 0, "failed": 0})
        group["shards"] += 1
        group["events"] += line["events"] if line["status"] == 0 else 0
        group["seconds"] += line["seconds"]
        group["failed"] += line["status"] != 0
    for name, group in sorted(groups.items()):
        commit, program, world, cores = name
        print(f"{commit[:12]} {program} {world} cores {cores}: {group['shards']} shards, "
              f"{group['events']} events, {group['failed']} failed, "
              f"{group['seconds'] / 3600:.2f} hours of one core")
    return 0


def selftest():
    """Runs a small campaign, goes on with it, and finds a log that does not tell the truth."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        options = argparse.Namespace(log=log, jobs=2, world=500, world_name="small", seed=7,
                                     events=3000, cores=[1, 2], check=2)
        globals()["SHARD"] = 1500
        assert identity_without_git() == "unknown"
        assert campaign(options) == 0 and len(read(log)) == 2
        assert campaign(options) == 0 and len(read(log)) == 2, "a shard was run twice"
        assert check(options) == 0
        lines = read(log)
        lines[0]["state"] = "0" * 16
        with open(log, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        assert check(options) == 1, "a wrong state was not found"
    print("the campaign's tool works")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--cores", type=int, action="append")
    parser.add_argument("--in", dest="world_name", choices=("small", "crowd", "drivers", "handlers"), default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=int, default=600)
    parser.add_argument("--log", default=os.path.join(HERE, "campaign.log"))
    parser.add_argument("--check", type=int)
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    options.cores = options.cores or [2, 3, 1]
    if options.selftest:
        return selftest()
    if options.summary:
        return summary(options)
    return 1 if (check(options) if options.check else campaign(options)) else 0


if __name__ == "__main__":
    sys.exit(main())
