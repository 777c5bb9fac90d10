/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The edit distance with swaps of neighbours (optimal string alignment), by rows.
 * Names longer than those that exist are near to nothing.
 */
#include "nearest.h"

#include <lib/string.h>
#include <stddef.h>

#define FAR 1000u

void nearest_begin(struct nearest *nearest, const char *word)
{
    *nearest = (struct nearest){.word = word, .distance = FAR};
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

unsigned nearest_distance(const char *one, const char *other)
{
    unsigned rows[3][NEAREST_BYTES + 1];
    size_t one_size = strlen(one), size = strlen(other);
    if (one_size > NEAREST_BYTES || size > NEAREST_BYTES)
        return FAR;
    for (unsigned j = 0; j <= size; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= one_size; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= size; j++) {
            unsigned change = one[i - 1] != other[j - 1];
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + change);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] &&
                two_above[j - 2] + 1 < row[j])
                row[j] = two_above[j - 2] + 1;
        }
    }
    return rows[one_size % 3][size];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    unsigned distance = nearest_distance(nearest->word, name);
    size_t size = strlen(name);
    if (distance >= nearest->distance || size >= NEAREST_BYTES)
        return;
    nearest->distance = distance;
    memcpy(nearest->name, name, size + 1);
}

const char *nearest_found(const struct nearest *nearest)
{
    size_t size = strlen(nearest->word);
    return nearest->distance <= 1 + size / 4 && nearest->distance < size ? nearest->name : NULL;
}
