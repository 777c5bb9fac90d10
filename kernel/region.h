/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regions of physical memory, and sorted lists of them that do not overlap.
 * A region in a list has bytes > 0 and ends at or below REGION_END_MAX.
 */
#pragma once
#include "boot.h"

#define REGION_PAGE_BYTES 4096ull
#define REGION_END_MAX    (1ull << 48)   /* AArch64's physical addresses without LPA2 */

/* A view of an array, its count and its room, which are another struct's. */
struct region_list {
    struct region *region;
    unsigned *count;
    unsigned max;
};

enum region_join { REGION_JOIN_OVERLAPPING, REGION_JOIN_TOUCHING };

static inline uint64_t region_end(struct region region)
{
    return region.start.value + region.bytes;
}

/* Not empty, not wrapping, not beyond REGION_END_MAX. */
bool region_valid(struct region region);
/* What of it lies below REGION_END_MAX, its end taken for the last address if it wraps. */
struct region region_clip(struct region region);
/* An empty region overlaps nothing. */
bool region_overlap(struct region one, struct region other);
bool region_within(struct region inner, struct region outer);
/* To page boundaries: inwards (may become empty), outwards. The region is valid. */
struct region region_shrink(struct region region);
struct region region_grow(struct region region);

/* Adds a valid region, united with those it joins. False if there is no room. */
bool region_list_add(const struct region_list *list, struct region region, enum region_join join) MUST_CHECK;
/* Takes a valid region out. False if a rest found no room and is lost. */
bool region_list_remove(const struct region_list *list, struct region hole) MUST_CHECK;
bool region_list_overlaps(const struct region_list *list, struct region region);
/* Is the region wholly inside one of the list's? */
bool region_list_holds(const struct region_list *list, struct region region);
