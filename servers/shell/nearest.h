/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the known names was probably meant. */
#pragma once

#define NEAREST_BYTES 32

struct nearest {
    const char *word;
    char name[NEAREST_BYTES];
    unsigned distance;
};

void nearest_begin(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *name);
/* NULL: nothing is near enough. */
const char *nearest_found(const struct nearest *nearest);
/* Insertions, deletions, changes and swaps of neighbours that make one the other. */
unsigned nearest_distance(const char *one, const char *other);
