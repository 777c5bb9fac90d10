/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Situations that take one thread: operations on kernel objects.
 */
#include "bench.h"

/* The cheapest that is a question: is anybody queued at this endpoint? */
void count_null_syscall(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message = {0};
        enum thole_status status;

        mark_null_syscall();
        status = thole_try_recv(endpoint, &message);
        mark_end();
        CHECK_EQUAL(status, STATUS_WOULD_WAIT);
    }
}

/* A page for whose address all tables are there. */
void count_map(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K);
    uint64_t at = window_next();

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_map();
        INVOKE(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, at, RIGHT_READ | RIGHT_WRITE,
               MEMORY_NORMAL);
        mark_end();
        *(volatile uint64_t *)at = i;
        mark_unmap();
        ASK(frame, FRAME_UNMAP);
        mark_end();
    }
}

static void count_endpoint(void)
{
    unsigned slot = slot_take();

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_make_endpoint();
        retype(pool, OBJECT_ENDPOINT, 0, slot);
        mark_end();
        CHECK_EQUAL(slot_type(slot), OBJECT_ENDPOINT);
        mark_delete_endpoint();
        delete(slot);
        mark_end();
        CHECK_EQUAL(slot_type(slot), OBJECT_NULL);
    }
}

static void count_thread(void)
{
    unsigned slot = slot_take();

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_make_thread();
        retype(pool, OBJECT_THREAD, 0, slot);
        mark_end();
        CHECK_EQUAL(slot_type(slot), OBJECT_THREAD);
        CHECK_EQUAL(delete(slot), RESULT_DONE);
    }
}

static uint64_t nothing(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    return 0;
}

/* One with all that a thread has, waiting for its first message. */
static void count_thread_end(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct helper *helper = HELPER(nothing, 0, PRIORITY_HIGH);

        CHECK_EQUAL(thread_state(helper->thread), THREAD_RECEIVING);
        mark_delete_thread();
        delete(helper->thread);
        mark_end();
        CHECK_EQUAL(slot_type(helper->thread), OBJECT_NULL);
    }
}

static void count_copy(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), slot = slot_take();

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_copy_cap();
        INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, slot, INIT_SLOT_CAPTABLE, endpoint, RIGHTS_ALL);
        mark_end();
        CHECK_EQUAL(slot_type(slot), OBJECT_ENDPOINT);
        mark_delete_cap();
        delete(slot);
        mark_end();
        CHECK_EQUAL(slot_type(slot), OBJECT_NULL);
    }
}

void count_objects(void)
{
    count_endpoint();
    count_thread();
    count_thread_end();
    count_copy();
}
