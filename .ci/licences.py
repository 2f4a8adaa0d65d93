"""Reads `cargo metadata` from standard input; fails for a dependency whose licence deny.toml does not allow."""

import json
import re
import sys


def allowed_by(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    section = re.search(r"^\[licenses\]$(.*?)(?=^\[|\Z)", text, re.M | re.S)
    listed = re.search(r"^allow\s*=\s*\[(.*?)\]", section.group(1), re.M | re.S)
    return set(re.findall(r'"([^"]+)"', listed.group(1)))


def is_allowed(expression, allowed):
    """An SPDX expression; the old `MIT/Apache-2.0` means `OR`. AND binds closer than OR."""
    words = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either():
        result = both()
        while words and words[0] == "OR":
            words.pop(0)
            result = both() or result
        return result

    def both():
        result = one()
        while words and words[0] == "AND":
            words.pop(0)
            result = one() and result
        return result

    def one():
        word = words.pop(0)
        if word == "(":
            result = either()
            words.pop(0)
            return result
        if words and words[0] == "WITH":
            words.pop(0)
            word += " WITH " + words.pop(0)
        return word in allowed

    return either()


def main():
    allowed = allowed_by(sys.argv[1])
    packages = json.load(sys.stdin)["packages"]
    refused = [p for p in packages if not (p["license"] and is_allowed(p["license"], allowed))]
    for package in refused:
        print(f"{package['name']} {package['version']}: {package['license'] or 'no licence'} is not allowed")
    if refused:
        sys.exit(1)
    print(f"licences of {len(packages)} packages are allowed")


main()
