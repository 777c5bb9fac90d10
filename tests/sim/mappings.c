/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a space maps, some capability says, with no more rights than it has;
 * tables are live PageTables; no TLB entry outlives what it was read from.
 */
#include <thole/boot.h>

#include "invariants.h"

#define ADDRESS_MASK 0x7ffffff000ULL /* address_space.c: of where something is mapped */
#define MAPPED_MAX 4096

struct mapped {
    const struct slot *frame;
    const void *root;
    uint64_t at;
};
static struct mapped mapped[MAPPED_MAX];
static unsigned mapped_count;
static void *space_root[ASID_COUNT];
static unsigned space_asid[ASID_COUNT], spaces;

static void note_frames(void)
{
    mapped_count = 0;
    for (unsigned at = 0; at < KNOWN_SLOTS; at++) {
        const struct slot *slot = known.slot[at];

        if (slot == NULL || slot_type(slot) != OBJECT_FRAME || slot->badge == 0)
            continue;
        REQUIRE(mapped_count < MAPPED_MAX, "too many mappings to check");
        mapped[mapped_count++] = (struct mapped){
            slot, address_space_of(slot).root, slot->badge & ADDRESS_MASK };
    }
}

/* The pages that the kernel itself gave init at boot have no capabilities. */
static bool is_boots(const void *root, uint64_t at)
{
    return root == slot_object(&known.init_table[INIT_SLOT_ADDRESS_SPACE]) &&
           at < INIT_FREE_ADDRESS;
}

static void check_leaf(uint64_t at, const struct sim_translation *found, const void *root)
{
    if (is_boots(root, at))
        return;
    for (unsigned index = 0; index < mapped_count; index++) {
        const struct slot *frame = mapped[index].frame;

        if (mapped[index].root == root && mapped[index].at == at &&
            slot_physical(frame).value == found->address &&
            frame_size_bits(frame) == found->size_bits && slot_permits(frame, found->rights))
            return;
    }
    REQUIRE(false, "no capability says that %llx is mapped", (unsigned long long)at);
}

/* From now on the TLB has it. */
static void leaf(uint64_t at, const struct sim_translation *found, void *space)
{
    unsigned index = *(const unsigned *)space;

    check_leaf(at, found, space_root[index]);
    sim_tlb_add(space_asid[index], at, found);
}

static void table(void *table, void *space)
{
    const struct known_object *object = known_object(OBJECT_PAGE_TABLE, table);
    const void *root = space_root[*(const unsigned *)space];

    if (object == NULL && is_boots(root, 0))
        return; /* made at boot, for life */
    REQUIRE(object != NULL, "a space leads to a table that is gone");
    REQUIRE(address_space_of(object->original).root == root, "a table of another space");
}

static void *root_of(unsigned asid)
{
    for (unsigned index = 0; index < spaces; index++)
        if (space_asid[index] == asid)
            return space_root[index];
    return NULL;
}

static void note_space(const struct known_object *object)
{
    struct address_space_root space = address_space_of(object->original);

    if (space.root == NULL)
        return;
    REQUIRE(space.root == object->object, "an ASID leads to another space");
    REQUIRE(root_of(space.asid) == NULL && space.asid != 0, "an ASID has two spaces");
    space_root[spaces] = space.root;
    space_asid[spaces++] = space.asid;
}

/* While events are traced, a capability says into what; and not otherwise. */
static void check_trace(void)
{
    unsigned count = 0;

    for (unsigned at = 0; at < KNOWN_SLOTS; at++) {
        const struct slot *slot = known.slot[at];

        if (slot == NULL || slot_holder(slot) != HOLDER_TRACE)
            continue;
        REQUIRE(slot_type(slot) == OBJECT_FRAME && slot->badge == 0, "what is traced goes astray");
        count++;
    }
    REQUIRE(count == sim.traced, "events are traced and no capability says so, or the other way");
}

void mappings_check(void)
{
    check_trace();
    spaces = 0;
    note_frames();
    for (unsigned index = 0; index < known.objects; index++)
        if (known.object[index].type == OBJECT_ADDRESS_SPACE)
            note_space(&known.object[index]);
    sim_tlb_check(root_of);
    for (unsigned index = 0; index < spaces; index++)
        sim_each_mapping(space_root[index], leaf, table, &index);
}
