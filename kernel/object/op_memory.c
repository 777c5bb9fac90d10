/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on memory: Untyped and what is made of it, Frame, PageTable, ASIDs.
 *
 * An Untyped keeps its state in its capability's badge word, so that it needs
 * no memory of its own: it is never copied.
 *   [0]     device memory
 *   [34:1]  bytes used from the start, in units of 64
 *   [53:35] pages cleared so far of the object being made
 *   [59:54] the size of that object, a binary logarithm
 */
#include "address_space.h"
#include "object.h"
#include "operation.h"
#include "thread.h"

#define DEVICE_BIT    1ULL
#define USED_SHIFT    1
#define USED_MASK     ((1ULL << 34) - 1)
#define CLEARED_SHIFT 35
#define CLEARED_MASK  ((1ULL << 19) - 1)
#define MAKING_SHIFT  54
#define MAKING_MASK   63ULL

#define UNIT_BITS 6
#define PAGE_BITS 12
#define CLEAR_PAGES_A_CALL 2

STATIC_ASSERT(UNTYPED_MIN_BITS == UNIT_BITS);

static uint64_t untyped_used(const struct slot *untyped)
{
    return (untyped->badge >> USED_SHIFT & USED_MASK) << UNIT_BITS;
}

static void untyped_set(struct slot *untyped, uint64_t used, uint64_t cleared, uint64_t making)
{
    untyped->badge = (untyped->badge & DEVICE_BIT) | used >> UNIT_BITS << USED_SHIFT |
                     cleared << CLEARED_SHIFT | making << MAKING_SHIFT;
}

/* Memory without objects begins anew. */
static uint64_t first_free(const struct slot *untyped)
{
    return slot_has_children(untyped) ? untyped_used(untyped) : 0;
}

/*
 * Clears the next part of the object of at least a page that begins at `at`. MORE until all
 * of it is zero; what was cleared by an earlier call for the same object counts.
 */
static APART enum thole_result clear_pages(struct slot *untyped, uint64_t used, paddr_t at,
                                           unsigned bits)
{
    bool goes_on = used == untyped_used(untyped) &&
                   (untyped->badge >> MAKING_SHIFT & MAKING_MASK) == bits;
    uint64_t cleared = goes_on ? untyped->badge >> CLEARED_SHIFT & CLEARED_MASK : 0;
    uint64_t pages = 1ULL << (bits - PAGE_BITS);
    uint64_t now = pages - cleared < CLEAR_PAGES_A_CALL ? pages - cleared : CLEAR_PAGES_A_CALL;
    char *memory = arch_kernel_address(at);

    arch_memory_clear_for_all(memory + (cleared << PAGE_BITS), now << PAGE_BITS);
    if (cleared + now == pages)
        return RESULT_DONE;
    untyped_set(untyped, used, cleared + now, bits);
    return RESULT_MORE;
}

/* What is smaller no program ever maps, and behind a thread nobody ever looks. */
STATIC_ASSERT(FRAME_BITS_4K == PAGE_BITS);
#define THREAD_UNITS ((sizeof(struct thread) + (1 << UNIT_BITS) - 1) >> UNIT_BITS)
INLINED enum thole_result clear_memory(struct slot *untyped, uint64_t used, paddr_t at,
                                       enum thole_object type, unsigned bits)
{
    if (bits >= PAGE_BITS)
        return clear_pages(untyped, used, at, bits);
    arch_memory_clear(arch_kernel_address(at),
                      type == OBJECT_THREAD ? THREAD_UNITS << UNIT_BITS : 1ULL << bits);
    return RESULT_DONE;
}

/* Before memory is used a second time, nothing that lay there may still be emptied. */
INLINED enum thole_result check_reuse(struct core *core, const struct slot *untyped)
{
    if (!dying_any() || first_free(untyped) == untyped_used(untyped))
        return RESULT_DONE;
    return dying_work(core);
}

INLINED uint64_t make(const struct slot *untyped, enum thole_object type, unsigned size_bits,
                     paddr_t at)
{
    if ((untyped->badge & DEVICE_BIT) != 0 && type == OBJECT_FRAME)
        return frame_object_word(at, size_bits, true);
    return object_make(type, size_bits, at);
}

enum thole_result op_UNTYPED_RETYPE(OPERATION_PARAMETERS)
{
    uint64_t type = word0, size_bits = word1;
    uint64_t table_index = word2, slot_index = word3;
    struct slot *untyped = target;
    unsigned bits = object_size_bits(type, size_bits);
    bool device = (untyped->badge & DEVICE_BIT) != 0;
    struct slot *table, *slot;
    enum thole_result result;

    if (bits == 0 || (device && type != OBJECT_FRAME && type != OBJECT_UNTYPED))
        return RESULT_BAD_ARGUMENT;
    result = operation_slot(caller, table_index, OBJECT_CAPTABLE, RIGHT_CONTROL, &table);
    if (result != RESULT_DONE)
        return result;
    slot = operation_table_slot(table, slot_index);
    if (slot == NULL)
        return RESULT_BAD_SLOT;
    if (!slot_is_empty(slot))
        return RESULT_OCCUPIED;
    result = slot_check_depth(untyped);
    if (result == RESULT_DONE)
        result = check_reuse(core_of(caller), untyped);
    if (result != RESULT_DONE)
        return result;

    uint64_t bytes = 1ULL << bits, used = first_free(untyped);
    uint64_t start = (used + bytes - 1) & ~(bytes - 1);
    paddr_t at = { slot_physical(untyped).value + start };

    if (start + bytes > 1ULL << slot_size_bits(untyped))
        return RESULT_NO_MEMORY;
    if (!device && type != OBJECT_UNTYPED)
        result = clear_memory(untyped, used, at, (enum thole_object)type, bits);
    if (result != RESULT_DONE)
        return result;
    slot_put_child(slot, untyped, make(untyped, (enum thole_object)type, (unsigned)size_bits, at),
                   type == OBJECT_UNTYPED ? untyped->badge & DEVICE_BIT : 0, SLOT_ORIGINAL);
    untyped_set(untyped, start + bytes, 0, 0);
    return RESULT_DONE;
}

SELDOM enum thole_result op_UNTYPED_INFO(OPERATION_PARAMETERS)
{
    struct slot *untyped = target;

    operation_outs.word[0] = slot_physical(untyped).value;
    operation_outs.word[1] = slot_size_bits(untyped);
    operation_outs.word[2] = slot_has_children(untyped) ? untyped_used(untyped) : 0;
    operation_outs.word[3] = untyped->badge & DEVICE_BIT;
    operation_outs.count = 4;
    return RESULT_DONE;
}

/* --- Frame, PageTable, ASIDs --------------------------------------------------------- */

WHOLE enum thole_result op_FRAME_MAP(OPERATION_PARAMETERS)
{
    uint64_t space_index = word0, at = word1;
    uint64_t rights = word2, memory = word3;
    struct slot *space;
    enum thole_result result =
        operation_slot(caller, space_index, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE ? frame_map(target, space, at, rights, memory) : result;
}

enum thole_result op_FRAME_UNMAP(OPERATION_PARAMETERS)
{
    frame_unmap(target);
    return RESULT_DONE;
}

SELDOM enum thole_result op_FRAME_ADDRESS(OPERATION_PARAMETERS)
{
    operation_outs.word[0] = slot_physical(target).value;
    operation_outs.word[1] = frame_size_bits(target);
    operation_outs.count = 2;
    return RESULT_DONE;
}

SELDOM enum thole_result op_PAGE_TABLE_MAP(OPERATION_PARAMETERS)
{
    uint64_t space_index = word0, at = word1;
    struct slot *space;
    enum thole_result result =
        operation_slot(caller, space_index, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE ? page_table_map(target, space, at) : result;
}

SELDOM enum thole_result op_PAGE_TABLE_UNMAP(OPERATION_PARAMETERS)
{
    page_table_unmap(target);
    return RESULT_DONE;
}

SELDOM enum thole_result op_ASID_CONTROL_ASSIGN(OPERATION_PARAMETERS)
{
    struct slot *space;
    unsigned asid;
    enum thole_result result = operation_slot(caller, word0,
                                              OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    if (result == RESULT_DONE)
        result = asid_assign(space, &asid);
    if (result != RESULT_DONE)
        return result;
    operation_outs.word[0] = asid;
    operation_outs.count = 1;
    return RESULT_DONE;
}
