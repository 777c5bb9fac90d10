/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping: the checks and the book-keeping in capabilities. The format of the
 * tables is the machine's.
 */
#include "address_space.h"

#include "../core.h"

/* Where something is mapped, in a badge word. */
#define MAPPED_BIT       1ULL
#define LEVEL_SHIFT      1      /* [2:1], PageTable */
#define ADDRESS_MASK     0x7ffffff000ULL
#define GENERATION_SHIFT 40     /* [47:40] */
#define ASID_SHIFT       48     /* [63:48] */

#define PAGE_TABLE_BITS  12
#define PAGE_TABLE_BYTES (1u << PAGE_TABLE_BITS)

STATIC_ASSERT(USER_ADDRESS_BITS == 39);

#define ROOT_ABOVE 24 /* bits of a word that a root's page has not: the last one says what they were */
#define ROOT_MASK  (~0ULL >> ROOT_ABOVE)

struct asid_entry {
    uint64_t root_page : 40;  /* of the root's address; 0: no space has it */
    uint64_t next_free : 16;  /* 0: none */
    uint64_t generation : 8;
};
STATIC_ASSERT(sizeof(struct asid_entry) == sizeof(uint64_t));

static struct asid_entry asid_table[ASID_COUNT];

/*
 * First those that were never given, then those given back, the one that has
 * been free for longest first: so generations last as long as they can.
 */
static unsigned asid_never_given = 1;
static unsigned asid_first_free, asid_last_free; /* 0: none */

static uint64_t asid_word(unsigned asid)
{
    return (uint64_t)asid << ASID_SHIFT |
           (uint64_t)asid_table[asid].generation << GENERATION_SHIFT | MAPPED_BIT;
}

static void *asid_root(unsigned asid)
{
    return (void *)((int64_t)((uint64_t)asid_table[asid].root_page << ROOT_ABOVE) >>
                    (ROOT_ABOVE - PAGE_TABLE_BITS));
}

static unsigned named_asid(uint64_t word)
{
    return (unsigned)(word >> ASID_SHIFT);
}

/* Of the space that a badge word names, if it is still the same one. */
static void *named_root(uint64_t word)
{
    unsigned asid = named_asid(word);

    if ((word & MAPPED_BIT) == 0 || asid >= ASID_COUNT ||
        asid_table[asid].generation != (uint8_t)(word >> GENERATION_SHIFT))
        return NULL;
    return asid_root(asid);
}

struct address_space_root address_space_of(const struct slot *slot)
{
    void *root = named_root(slot->badge);

    return (struct address_space_root){ root, root != NULL ? named_asid(slot->badge) : 0 };
}

/* --- AddressSpace ------------------------------------------------------------- */

/* 0: all are in use. */
static unsigned asid_take(void)
{
    unsigned asid = asid_first_free;

    if (asid_never_given < ASID_COUNT)
        return asid_never_given++;
    asid_first_free = asid_table[asid].next_free;
    return asid;
}

static void asid_give(unsigned asid)
{
    asid_table[asid].root_page = 0;
    asid_table[asid].generation++;
    asid_table[asid].next_free = 0;
    if (asid_first_free == 0)
        asid_first_free = asid;
    else
        asid_table[asid_last_free].next_free = (uint16_t)asid;
    asid_last_free = asid;
}

enum thole_result asid_assign(struct slot *space, unsigned *asid)
{
    if (space->badge != 0)
        return RESULT_OCCUPIED;
    if (!slot_is_original(space) || slot_has_children(space))
        return RESULT_BAD_ARGUMENT;
    *asid = asid_take();
    if (*asid == 0)
        return RESULT_NO_ASID;
    /* Its last space may have been loaded on the core that destroyed it, until that event ended. */
    arch_asid_invalidate(*asid);
    asid_table[*asid].root_page = (uint64_t)slot_object(space) >> PAGE_TABLE_BITS & ROOT_MASK;
    space->badge = asid_word(*asid);
    return RESULT_DONE;
}

enum thole_result address_space_destroy(struct core *core, struct slot *space)
{
    struct address_space_root named = address_space_of(space);

    if (named.root == NULL)
        return RESULT_DONE;
    if (core_space_is_free(core, arch_space_word(named.root, named.asid)) == RESULT_MORE)
        return RESULT_MORE;
    asid_give(named.asid);
    arch_asid_invalidate(named.asid);
    return RESULT_DONE;
}

/* --- Frame ---------------------------------------------------------------------- */

/* A frame's size is one of three: two bits in the capability, and one for devices. */
#define FRAME_BITS_STEP 9
STATIC_ASSERT(FRAME_BITS_2M == FRAME_BITS_4K + FRAME_BITS_STEP &&
              FRAME_BITS_1G == FRAME_BITS_2M + FRAME_BITS_STEP);

unsigned frame_size_bits(const struct slot *frame)
{
    return FRAME_BITS_4K + FRAME_BITS_STEP * (slot_size_bits(frame) >> 1);
}

bool frame_is_device(const struct slot *frame)
{
    return (slot_size_bits(frame) & FRAME_DEVICE) != 0;
}

uint64_t frame_object_word(paddr_t at, unsigned size_bits, bool device)
{
    unsigned code = size_bits == FRAME_BITS_4K ? 0 : size_bits == FRAME_BITS_2M ? 1 : 2;

    return slot_word_of_memory(at, code << 1 | (device ? FRAME_DEVICE : 0), OBJECT_FRAME,
                               RIGHTS_ALL);
}

static bool address_fits(uint64_t at, unsigned size_bits)
{
    return at < 1ULL << USER_ADDRESS_BITS && (at & ((1ULL << size_bits) - 1)) == 0;
}

/* Writable or executable, never both; a device is neither executable nor cached. */
static enum thole_result check_rights(const struct slot *frame, uint64_t rights, uint64_t *memory)
{
    bool writes = (rights & RIGHT_WRITE) != 0, executes = (rights & RIGHT_EXECUTE) != 0;

    if ((rights & ~(uint64_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)) != 0 ||
        (rights & RIGHT_READ) == 0 || (writes && executes) || *memory > MEMORY_UNCACHED)
        return RESULT_BAD_ARGUMENT;
    if (!slot_permits(frame, (unsigned)rights))
        return RESULT_NO_RIGHT;
    if (frame_is_device(frame))
        *memory = MEMORY_DEVICE;
    if (executes && *memory != MEMORY_NORMAL)
        return RESULT_BAD_ARGUMENT;
    return RESULT_DONE;
}

enum thole_result frame_map(struct slot *frame, const struct slot *space, uint64_t at,
                            uint64_t rights, uint64_t memory)
{
    void *root = named_root(space->badge);
    enum thole_result result = check_rights(frame, rights, &memory);

    if (result != RESULT_DONE)
        return result;
    if (root == NULL)
        return RESULT_NO_ASID;
    if (frame->badge != 0)
        return RESULT_OCCUPIED;
    if (!address_fits(at, frame_size_bits(frame)))
        return RESULT_BAD_ARGUMENT;
    struct arch_mapping mapping = {
        .address = slot_physical(frame),
        .size_bits = (uint8_t)frame_size_bits(frame),
        .rights = (uint8_t)rights,
        .memory = (uint8_t)memory,
    };

    switch (arch_frame_map(root, (uaddr_t){ at }, mapping)) {
    case ARCH_MAP_NO_TABLE:
        return RESULT_NO_TABLE;
    case ARCH_MAP_OCCUPIED:
        return RESULT_OCCUPIED;
    case ARCH_MAP_DONE:
        break;
    }
    frame->badge = space->badge | at; /* its ASID, and that one's generation */
    return RESULT_DONE;
}

void frame_unmap(struct slot *frame)
{
    void *root = named_root(frame->badge);

    if (root != NULL)
        arch_frame_unmap(root, named_asid(frame->badge), (uaddr_t){ frame->badge & ADDRESS_MASK },
                         slot_physical(frame), frame_size_bits(frame));
    frame->badge = 0;
}

/* --- PageTable --------------------------------------------------------------------- */

enum thole_result page_table_map(struct slot *table, const struct slot *space, uint64_t at)
{
    void *root = named_root(space->badge);
    unsigned level;

    if (root == NULL)
        return RESULT_NO_ASID;
    if (table->badge != 0)
        return RESULT_OCCUPIED;
    if (!address_fits(at, FRAME_BITS_2M))
        return RESULT_BAD_ARGUMENT;
    if (arch_table_map(root, (uaddr_t){ at }, slot_object(table), &level) != ARCH_MAP_DONE)
        return RESULT_OCCUPIED;
    table->badge = asid_word(named_asid(space->badge)) | (uint64_t)level << LEVEL_SHIFT | at;
    return RESULT_DONE;
}

void page_table_destroy(struct slot *table)
{
    void *root = named_root(table->badge);

    if (root != NULL)
        arch_table_unmap(root, named_asid(table->badge), (uaddr_t){ table->badge & ADDRESS_MASK },
                         (unsigned)(table->badge >> LEVEL_SHIFT) & 3, slot_object(table));
    table->badge = 0;
}

/* Left as it was, it would bring its mappings into another space, or to another address. */
void page_table_unmap(struct slot *table)
{
    bool mapped = table->badge != 0;

    page_table_destroy(table);
    if (mapped)
        arch_memory_clear(slot_object(table), PAGE_TABLE_BYTES);
}
