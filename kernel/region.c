/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Region arithmetic and the sorted lists that struct platform is made of.
 * Every function is bounded by the room of its list.
 */
#include "region.h"

bool region_valid(struct region region)
{
    return region.bytes != 0 && region.start.value < REGION_END_MAX &&
           region.bytes <= REGION_END_MAX - region.start.value;
}

struct region region_clip(struct region region)
{
    if (region.start.value >= REGION_END_MAX)
        region.bytes = 0;
    else if (region.bytes > REGION_END_MAX - region.start.value)
        region.bytes = REGION_END_MAX - region.start.value;
    return region;
}

bool region_overlap(struct region one, struct region other)
{
    return one.bytes != 0 && other.bytes != 0 && one.start.value < region_end(other) &&
           other.start.value < region_end(one);
}

bool region_within(struct region inner, struct region outer)
{
    return inner.start.value >= outer.start.value && region_end(inner) <= region_end(outer);
}

static struct region region_between(uint64_t start, uint64_t end)
{
    return (struct region){ { start }, end > start ? end - start : 0 };
}

struct region region_shrink(struct region region)
{
    uint64_t mask = REGION_PAGE_BYTES - 1;
    return region_between((region.start.value + mask) & ~mask, region_end(region) & ~mask);
}

struct region region_grow(struct region region)
{
    uint64_t mask = REGION_PAGE_BYTES - 1;
    return region_between(region.start.value & ~mask, (region_end(region) + mask) & ~mask);
}

/* Moves what lies from `from` on to `to`; the caller has checked the room. */
static void list_shift(const struct region_list *list, unsigned from, unsigned to)
{
    unsigned moved = *list->count - from;
    if (to > from)
        for (unsigned i = moved; i > 0; i--)
            list->region[to + i - 1] = list->region[from + i - 1];
    else
        for (unsigned i = 0; i < moved; i++)
            list->region[to + i] = list->region[from + i];
    *list->count = to + moved;
}

static bool joins(struct region one, struct region other, enum region_join join)
{
    if (join == REGION_JOIN_TOUCHING)
        return one.start.value <= region_end(other) && other.start.value <= region_end(one);
    return region_overlap(one, other);
}

bool region_list_add(const struct region_list *list, struct region region, enum region_join join)
{
    unsigned first = 0;
    while (first < *list->count && list->region[first].start.value < region.start.value &&
           !joins(list->region[first], region, join))
        first++;
    uint64_t start = region.start.value, end = region_end(region);
    unsigned after = first;
    for (; after < *list->count && joins(list->region[after], region, join); after++) {
        if (list->region[after].start.value < start)
            start = list->region[after].start.value;
        if (region_end(list->region[after]) > end)
            end = region_end(list->region[after]);
    }
    if (after == first && *list->count == list->max)
        return false;
    list_shift(list, after, first + 1);
    list->region[first] = region_between(start, end);
    return true;
}

bool region_list_remove(const struct region_list *list, struct region hole)
{
    bool room = true;
    for (unsigned i = 0; i < *list->count;) {
        struct region whole = list->region[i];
        if (!region_overlap(whole, hole)) {
            i++;
            continue;
        }
        struct region below = region_between(whole.start.value, hole.start.value);
        struct region above = region_between(region_end(hole), region_end(whole));
        unsigned rests = (below.bytes != 0 ? 1u : 0u) + (above.bytes != 0 ? 1u : 0u);
        if (rests == 2 && *list->count == list->max) {
            room = false;
            rests = 1;
        }
        list_shift(list, i + 1, i + rests);
        if (rests != 0)
            list->region[i] = below.bytes != 0 ? below : above;
        if (rests == 2)
            list->region[i + 1] = above;
        i += rests;
    }
    return room;
}

bool region_list_overlaps(const struct region_list *list, struct region region)
{
    for (unsigned i = 0; i < *list->count; i++)
        if (region_overlap(list->region[i], region))
            return true;
    return false;
}

bool region_list_holds(const struct region_list *list, struct region region)
{
    for (unsigned i = 0; i < *list->count; i++)
        if (region_within(region, list->region[i]))
            return true;
    return false;
}
