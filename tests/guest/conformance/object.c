/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots and objects for tests. Slots are taken one after the other and given
 * back all at once; objects come out of the pool.
 */
#include "conformance.h"

#define SPARE_SLOTS 16 /* behind those taken, looked at too */
#define BUSY_TRIES  1000

unsigned pool, keep;

static unsigned first_slot; /* of tests */
static unsigned next_slot;
static uint64_t keep_used;

static enum thole_result invoke_once(unsigned slot, uint32_t label, unsigned words,
                                     const uint64_t *word)
{
    struct message message = {.tag = thole_tag(label, words)};
    enum thole_status status;

    for (unsigned i = 0; i < words; i++)
        message.word[i] = word[i];
    status = thole_call(slot, &message);
    if (status == STATUS_OK)
        return (enum thole_result)thole_tag_label(message.tag);
    return status == STATUS_NO_RIGHT ? RESULT_NO_RIGHT : RESULT_BAD_SLOT;
}

enum thole_result invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word)
{
    enum thole_result result = invoke_once(slot, label, words, word);

    while (result == RESULT_MORE) {
        relax();
        result = invoke_once(slot, label, words, word);
    }
    return result;
}

uint64_t answer_of(unsigned slot, uint32_t label, unsigned word)
{
    struct message message = {.tag = thole_tag(label, 0)};

    CHECK_EQUAL(thole_call(slot, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_label(message.tag), RESULT_DONE);
    return message.word[word];
}

unsigned slot_take_row(unsigned count)
{
    unsigned first = next_slot;

    CHECK(first + count + SPARE_SLOTS <= 1u << boot->captable_bits);
    next_slot += count;
    return first;
}

unsigned slot_take(void)
{
    return slot_take_row(1);
}

unsigned slot_type(unsigned slot)
{
    struct message message = {.tag = thole_tag(CAPTABLE_INSPECT, 1), .word = {slot}};

    CHECK_EQUAL(thole_call(INIT_SLOT_CAPTABLE, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_label(message.tag), RESULT_DONE);
    return (unsigned)message.word[0];
}

enum thole_result retype(unsigned untyped, enum thole_object type, unsigned bits, unsigned slot)
{
    return INVOKE(untyped, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
}

unsigned make(enum thole_object type, unsigned bits)
{
    unsigned slot = slot_take();

    CHECK_EQUAL(retype(pool, type, bits, slot), RESULT_DONE);
    return slot;
}

unsigned keep_make(enum thole_object type)
{
    unsigned slot = slot_take();

    CHECK_EQUAL(retype(keep, type, 0, slot), RESULT_DONE);
    return slot;
}

unsigned copy(unsigned source, unsigned rights)
{
    return mint(source, rights, 0);
}

unsigned mint(unsigned source, unsigned rights, uint64_t badge)
{
    unsigned slot = slot_take();

    CHECK_EQUAL(INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, slot, INIT_SLOT_CAPTABLE, source, rights,
                       badge), RESULT_DONE);
    return slot;
}

enum thole_result delete(unsigned slot)
{
    return INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, slot);
}

enum thole_result revoke(unsigned slot)
{
    return INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, slot);
}

enum thole_result time_configure(unsigned time, unsigned core, unsigned priority, uint64_t budget,
                                 uint64_t period)
{
    return INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, core, priority, budget,
                  period);
}

unsigned time_make_on(unsigned core, unsigned priority)
{
    unsigned time = make(OBJECT_SCHED_CONTEXT, 0);
    uint64_t slice = SLICE;

    CHECK_EQUAL(time_configure(time, core, priority, slice, slice), RESULT_DONE);
    return time;
}

unsigned time_make(unsigned priority)
{
    return time_make_on(0, priority);
}

/* --- Before and after tests ------------------------------------------------------- */

static uint64_t used_of(unsigned untyped)
{
    return answer_of(untyped, UNTYPED_INFO, 2);
}

static enum thole_result pool_revoke(void)
{
    enum thole_result result = revoke(pool);

    for (unsigned tries = 0; result == RESULT_BUSY && tries < BUSY_TRIES; tries++) {
        thole_yield();
        result = revoke(pool);
    }
    return result;
}

const char *objects_clean(void)
{
    unsigned end = next_slot + SPARE_SLOTS;

    helpers_delete();
    if (pool_revoke() != RESULT_DONE)
        return "the pool cannot be revoked";
    for (unsigned slot = first_slot; slot < end; slot++)
        if (slot_type(slot) != OBJECT_NULL && delete(slot) != RESULT_DONE)
            return "a slot cannot be deleted";
    for (unsigned slot = first_slot; slot < end; slot++)
        if (slot_type(slot) != OBJECT_NULL)
            return "a slot is still taken";
    if (used_of(pool) != 0)
        return "memory of the pool is still used";
    if (used_of(keep) != keep_used)
        return "what was to stay has changed";
    next_slot = first_slot;
    helpers_forget();
    window_forget();
    return NULL;
}

/* The largest that is no gigabyte: those are for frames of that size. */
static unsigned largest_untyped(void)
{
    unsigned largest = 0, bits = 0;

    for (unsigned i = 0; i < boot->untyped_count; i++) {
        const struct boot_untyped *each = &boot->untyped[i];

        if (!each->device && each->size_bits < FRAME_BITS_1G && each->size_bits > bits) {
            largest = i;
            bits = each->size_bits;
        }
    }
    return INIT_SLOT_FIRST_UNTYPED + largest;
}

void objects_init(void)
{
    unsigned source = largest_untyped();

    next_slot = INIT_SLOT_FIRST_UNTYPED + boot->untyped_count;
    keep = slot_take();
    pool = slot_take();
    CHECK_EQUAL(retype(source, OBJECT_UNTYPED, KEEP_BITS, keep), RESULT_DONE);
    CHECK_EQUAL(retype(source, OBJECT_UNTYPED, POOL_BITS, pool), RESULT_DONE);
    spaces_init();
    trace_begin();
    idlers_make();
    watch_init();
    first_slot = next_slot;
    keep_used = used_of(keep);
}
