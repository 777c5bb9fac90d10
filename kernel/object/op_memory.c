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
 * Clears the next part of the object that begins at `at`. MORE until all of it
 * is zero; what was cleared by an earlier call for the same object counts.
 */
static enum thole_result clear_memory(struct slot *untyped, paddr_t at, unsigned bits)
{
    uint64_t used = first_free(untyped);
    bool goes_on = used == untyped_used(untyped) &&
                   (untyped->badge >> MAKING_SHIFT & MAKING_MASK) == bits;
    uint64_t cleared = goes_on ? untyped->badge >> CLEARED_SHIFT & CLEARED_MASK : 0;
    uint64_t pages = bits > PAGE_BITS ? 1ULL << (bits - PAGE_BITS) : 1;
    uint64_t now = pages - cleared < CLEAR_PAGES_A_CALL ? pages - cleared : CLEAR_PAGES_A_CALL;
    char *memory = arch_kernel_address(at);

    if (bits < PAGE_BITS) {
        arch_memory_clear(memory, 1ULL << bits);
        return RESULT_DONE;
    }
    arch_memory_clear(memory + (cleared << PAGE_BITS), now << PAGE_BITS);
    if (cleared + now == pages)
        return RESULT_DONE;
    untyped_set(untyped, used, cleared + now, bits);
    return RESULT_MORE;
}

/* Before memory is used a second time, nothing that lay there may still be emptied. */
static enum thole_result check_reuse(struct core *core, const struct slot *untyped)
{
    if (first_free(untyped) == untyped_used(untyped) || !dying_any())
        return RESULT_DONE;
    return dying_work(core);
}

static uint64_t make(const struct slot *untyped, enum thole_object type, unsigned size_bits,
                     paddr_t at)
{
    if ((untyped->badge & DEVICE_BIT) != 0 && type == OBJECT_FRAME)
        return frame_object_word(at, size_bits, true);
    return object_make(type, size_bits, at);
}

enum thole_result op_UNTYPED_RETYPE(struct invocation *invocation)
{
    uint64_t type = invocation->word[0], size_bits = invocation->word[1];
    uint64_t table_index = invocation->word[2], target_index = invocation->word[3];
    struct slot *untyped = invocation->target;
    unsigned bits = object_size_bits(type, size_bits);
    bool device = (untyped->badge & DEVICE_BIT) != 0;
    struct slot *table, *target;
    enum thole_result result;

    if (bits == 0 || (device && type != OBJECT_FRAME && type != OBJECT_UNTYPED))
        return RESULT_BAD_ARGUMENT;
    result = operation_slot(invocation, table_index, OBJECT_CAPTABLE, RIGHT_CONTROL, &table);
    if (result != RESULT_DONE)
        return result;
    target = operation_table_slot(table, target_index);
    if (target == NULL)
        return RESULT_BAD_SLOT;
    if (!slot_is_empty(target))
        return RESULT_OCCUPIED;
    result = slot_check_depth(untyped);
    if (result == RESULT_DONE)
        result = check_reuse(invocation->core, untyped);
    if (result != RESULT_DONE)
        return result;

    uint64_t bytes = 1ULL << bits;
    uint64_t start = (first_free(untyped) + bytes - 1) & ~(bytes - 1);
    paddr_t at = { slot_physical(untyped).value + start };

    if (start + bytes > 1ULL << slot_size_bits(untyped))
        return RESULT_NO_MEMORY;
    if (!device && type != OBJECT_UNTYPED)
        result = clear_memory(untyped, at, bits);
    if (result != RESULT_DONE)
        return result;
    slot_fill_child(target, untyped, make(untyped, (enum thole_object)type, (unsigned)size_bits, at),
                    type == OBJECT_UNTYPED ? untyped->badge & DEVICE_BIT : 0, SLOT_ORIGINAL);
    untyped_set(untyped, start + bytes, 0, 0);
    return RESULT_DONE;
}

SELDOM enum thole_result op_UNTYPED_INFO(struct invocation *invocation)
{
    struct slot *untyped = invocation->target;

    invocation->out[0] = slot_physical(untyped).value;
    invocation->out[1] = slot_size_bits(untyped);
    invocation->out[2] = slot_has_children(untyped) ? untyped_used(untyped) : 0;
    invocation->out[3] = untyped->badge & DEVICE_BIT;
    invocation->outs = 4;
    return RESULT_DONE;
}

/* --- Frame, PageTable, ASIDs --------------------------------------------------------- */

enum thole_result op_FRAME_MAP(struct invocation *invocation)
{
    uint64_t space_index = invocation->word[0], at = invocation->word[1];
    uint64_t rights = invocation->word[2], memory = invocation->word[3];
    struct slot *space;
    enum thole_result result =
        operation_slot(invocation, space_index, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE ? frame_map(invocation->target, space, at, rights, memory) : result;
}

enum thole_result op_FRAME_UNMAP(struct invocation *invocation)
{
    frame_unmap(invocation->target);
    return RESULT_DONE;
}

SELDOM enum thole_result op_FRAME_ADDRESS(struct invocation *invocation)
{
    invocation->out[0] = slot_physical(invocation->target).value;
    invocation->out[1] = frame_size_bits(invocation->target);
    invocation->outs = 2;
    return RESULT_DONE;
}

SELDOM enum thole_result op_PAGE_TABLE_MAP(struct invocation *invocation)
{
    uint64_t space_index = invocation->word[0], at = invocation->word[1];
    struct slot *space;
    enum thole_result result =
        operation_slot(invocation, space_index, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE ? page_table_map(invocation->target, space, at) : result;
}

SELDOM enum thole_result op_PAGE_TABLE_UNMAP(struct invocation *invocation)
{
    page_table_unmap(invocation->target);
    return RESULT_DONE;
}

SELDOM enum thole_result op_ASID_CONTROL_ASSIGN(struct invocation *invocation)
{
    struct slot *space;
    unsigned asid;
    enum thole_result result = operation_slot(invocation, invocation->word[0],
                                              OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    if (result == RESULT_DONE)
        result = asid_assign(space, &asid);
    if (result != RESULT_DONE)
        return result;
    invocation->out[0] = asid;
    invocation->outs = 1;
    return RESULT_DONE;
}
