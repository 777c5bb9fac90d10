/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of lines: time, then ring, then place in the ring. A line's key packs
 * the three into one number that grows within each ring, whatever its lines say, so
 * every step of a reading gets nearer to its end.
 */
#include "merge.h"

#include <lib/string.h>

#define COUNT_BITS 10
#define RING_BITS  6
#define COUNT_MAX  ((1u << COUNT_BITS) - 1)

/* Times are below 2^46; one is added so that no key is MERGE_START. */
static uint64_t first_key(uint64_t time, unsigned ring)
{
    return (time + 1) << (COUNT_BITS + RING_BITS) | (uint64_t)ring << COUNT_BITS;
}

/* The next line; of those that have one time only the first thousand are told apart and given. */
static void next_line(struct merge_source *source, unsigned ring)
{
    uint64_t last = source->key;
    if (!reader_next(&source->reader, &source->line)) {
        source->key = MERGE_END;
        return;
    }
    source->key = first_key(source->line.time, ring);
    if (last != MERGE_END && source->key <= last)
        source->key = (last & COUNT_MAX) < COUNT_MAX ? last + 1 : last;
}

static void skip_to(struct merge_source *source, unsigned ring, uint64_t position)
{
    source->key = 0;
    do
        next_line(source, ring);
    while (source->key <= position && source->key != MERGE_END);
}

static unsigned earliest(const struct merge_source *source, unsigned count)
{
    unsigned first = 0;
    for (unsigned i = 1; i < count; i++) {
        if (source[i].key < source[first].key)
            first = i;
    }
    return first;
}

static size_t append(char *to, size_t at, const char *from, size_t size)
{
    memcpy(to + at, from, size);
    return at + size;
}

/* Does the line say itself whose it is, as init's do? */
static bool says_name(const struct merge_source *source, size_t name)
{
    const struct reader_line *line = &source->line;
    return line->size - line->after_time > name &&
           memcmp(line->text + line->after_time, source->name, name) == 0 &&
           line->text[line->after_time + name] == ':';
}

/* "[    1.234567] name: text"; 0: no room. */
static size_t put_line(const struct merge_source *source, char *to, size_t room)
{
    const struct reader_line *line = &source->line;
    size_t name = strnlen(source->name, STARTUP_NAME_BYTES);
    if (line->size + name + 2 > room)
        return 0;
    size_t at = append(to, 0, line->text, line->after_time);
    if (!says_name(source, name)) {
        at = append(to, at, source->name, name);
        at = append(to, at, ": ", 2);
    }
    return append(to, at, line->text + line->after_time, line->size - line->after_time);
}

uint64_t merge_text(struct merge_source *source, unsigned count, uint64_t position, char *text,
                    size_t limit, size_t *size)
{
    *size = 0;
    for (unsigned i = 0; i < count; i++)
        skip_to(&source[i], i, position);
    while (count > 0) {
        unsigned first = earliest(source, count);
        if (source[first].key == MERGE_END)
            return MERGE_START;
        size_t put = put_line(&source[first], text + *size, limit - *size);
        if (put == 0)
            return *size > 0 ? position : MERGE_START;
        *size += put;
        position = source[first].key;
        do
            next_line(&source[first], first);
        while (source[first].key == position);
    }
    return MERGE_START;
}
