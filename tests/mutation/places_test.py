#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What is mutated in a few lines of C, and what is not.

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import places

SAMPLE = """
#define ROOM 8u /* of it */
#define WIDE(x) ((x) + 1)
static const int table[2] = {3, 4};
static bool sample(struct thing *thing, unsigned count)
{
    unsigned left = count - ROOM;   // a < b
    struct thing *next;

    ASSERT(left != 5 && next);
    if (left < count && thing->ready)
        return false;
    for (unsigned at = 0; at < left; at++)
        thing->sum += table[at];
    list_remove(&thing->
                link);
    switch (thing->kind) {
    case KIND_ONE:
        break;
    }
    return thing->sum == left ? RESULT_DONE : "a < b";
}
"""
EXPECTED = {
    ("constant", "8u", "9u"): 1, ("constant", "8u", "7u"): 1,
    ("constant", "0", "1"): 1,
    ("arithmetic", "-", "+"): 1, ("arithmetic", "++", "--"): 1, ("arithmetic", "+=", "-="): 1,
    ("boundary", "<", "<="): 2, ("negate", "<", ">="): 2, ("negate", "==", "!="): 1,
    ("logic", "&&", "||"): 1,
    ("invert", "(left < count && thing->ready)", "(!(left < count && thing->ready))"): 1,
    ("drop", "thing->sum += table[at];", ";"): 1,
    ("drop", "list_remove(&thing->\n                link);", ";\n"): 1,
    ("drop", "break;", ";"): 1,
    ("result", "false", "true"): 1, ("result", "RESULT_DONE", "RESULT_BAD_ARGUMENT"): 1,
}


def main():
    mutations = places.mutations_of("sample.c", SAMPLE)
    found = collections.Counter((each.operator, each.before, each.after) for each in mutations)
    complaints = [f"{count - found[what]} too few of {what}" for what, count in EXPECTED.items() if found[what] < count]
    complaints += [f"{found[what] - EXPECTED.get(what, 0)} too many of {what}" for what in found
                   if found[what] > EXPECTED.get(what, 0)]
    complaints += [f"{each.key}: the lines move" for each in mutations
                   if each.apply(SAMPLE).count("\n") != SAMPLE.count("\n")]
    if len({each.key for each in mutations}) != len(mutations):
        complaints.append("two mutations have one key")
    print("\n".join(complaints))
    print(f"{len(mutations)} mutations, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
