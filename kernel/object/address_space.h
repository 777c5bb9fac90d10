/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AddressSpace, PageTable and Frame. Their memory is what the machine reads,
 * so what the kernel must know of them stands in the capability's badge word:
 *
 * AddressSpace: its ASID and the ASID's generation; 0: none assigned yet.
 * PageTable, Frame: where they are mapped: by ASID and generation, address, and
 * for tables the level; 0: not mapped. A capability is mapped at most once;
 * another mapping takes another copy.
 *
 * An ASID belongs to one space for its life. The generation tells a mapping of
 * a space that has died from one of a later space with the same ASID.
 *
 * Invariant: what a space maps, some capability says.
 */
#pragma once
#include "capability.h"

#define ASID_COUNT 1024 /* ASID 0 is the kernel's: no program's */

struct address_space_root {
    void *root;      /* NULL: none, or without ASID */
    unsigned asid;
};

/* The space an AddressSpace capability names now; root NULL if it has no ASID or has died. */
struct address_space_root address_space_of(const struct slot *slot);

enum thole_result asid_assign(struct slot *space, unsigned *asid) MUST_CHECK;
/* MORE: another core has it and was told to leave it. */
enum thole_result address_space_destroy(struct core *core, struct slot *space) MUST_CHECK;

enum thole_result frame_map(struct slot *frame, const struct slot *space, uint64_t at,
                            uint64_t rights, uint64_t memory) MUST_CHECK;
/* Does nothing if it is not mapped. */
void frame_unmap(struct slot *frame);
/* A capability, perhaps of a Frame, is about to go: what was mapped by it goes, too. */
static inline void frame_capability_removed(struct slot *slot)
{
    if (slot_type(slot) == OBJECT_FRAME)
        frame_unmap(slot);
}

enum thole_result page_table_map(struct slot *table, const struct slot *space,
                                 uint64_t at) MUST_CHECK;
/* Takes it out of its space, and empties it. */
void page_table_unmap(struct slot *table);
/* The same, but what it holds stays: nothing walks it any more, and whoever gets the memory next gets it clear. */
void page_table_destroy(struct slot *table);

/* Frames made of device memory, told from the others in the capability of the Untyped. */
#define FRAME_DEVICE 1 /* in the low six bits beside the size: see frame_size_bits */
unsigned frame_size_bits(const struct slot *frame);
bool frame_is_device(const struct slot *frame);
uint64_t frame_object_word(paddr_t at, unsigned size_bits, bool device);
