/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One life of a server, from its quota to its first step, and its end: all that
 * it is made of is derived from the quota's blocks, so revoking those ends it.
 */
#include "server.h"

#define HOLDINGS_SPARE 16

/* --- Making ------------------------------------------------------------------------ */

/* Slots for every page of the quota, every page of shared memory and of registers. */
static unsigned holdings_bits(const struct server *server)
{
    uint64_t slots = server->tree->memory_kib / 4 + edges_pages(server) + HOLDINGS_SPARE;
    unsigned bits = CAPTABLE_MIN_BITS;

    for (unsigned i = 0; i < server->tree->region_count; i++) {
        slots += server->tree->region[i].bytes / MEMORY_PAGE_BYTES + 2;
    }
    while (bits < CAPTABLE_MAX_BITS && (uint64_t)1 << bits < slots) {
        bits++;
    }
    return bits;
}

static uint16_t part_make(struct server *server, enum thole_object type, unsigned bits,
                          wrong_t *wrong)
{
    unsigned slot = *wrong ? 0 : slots_take(1);
    enum thole_result result;

    if (!slot) {
        *wrong = *wrong ? *wrong : "init has no slots left";
        return 0;
    }
    result = quota_make(&server->now.quota, type, bits, slot);
    if (result != RESULT_DONE) {
        *wrong = quota_wrong(result);
        slots_give(slot, 1);
        return 0;
    }
    return (uint16_t)slot;
}

static wrong_t parts_make(struct server *server)
{
    struct incarnation *now = &server->now;
    wrong_t wrong = NULL;

    now->holdings_max = 1u << holdings_bits(server);
    now->space = part_make(server, OBJECT_ADDRESS_SPACE, 0, &wrong);
    now->table = part_make(server, OBJECT_CAPTABLE, PROGRAM_TABLE_BITS, &wrong);
    now->thread = part_make(server, OBJECT_THREAD, 0, &wrong);
    now->holdings = part_make(server, OBJECT_CAPTABLE, holdings_bits(server), &wrong);
    if (!wrong) {
        wrong = wrong_of(INVOKE(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, now->space));
    }
    return wrong;
}

/*
 * The first page may take tables; after it the frames stand in a row in the
 * holdings, because a stack of at most 1 MiB lies in one table.
 */
static wrong_t stack_make(struct server *server)
{
    uint64_t bottom = PROGRAM_STACK_TOP - ((uint64_t)server->tree->stack_kib << 10);
    wrong_t wrong = NULL;

    for (uint64_t at = bottom; at < PROGRAM_STACK_TOP && !wrong; at += MEMORY_PAGE_BYTES) {
        wrong = page_new(server, at, RIGHT_READ | RIGHT_WRITE, NULL);
        if (at == bottom) {
            server->now.stack_held = server->now.held;
        }
    }
    return wrong;
}

static wrong_t thread_make(struct server *server)
{
    struct incarnation *now = &server->now;
    enum thole_result result =
        INVOKE(now->thread, THREAD_CONFIGURE, now->table, now->space, server->endpoint,
               server->fault, server->time);

    if (result == RESULT_DONE) {
        uint64_t grace = (uint64_t)server->tree->grace_us * init.info->timer_frequency / 1000000;

        result = INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, now->thread,
                        server->tree->priority, grace);
    }
    return result == RESULT_DONE
               ? trace_name(now->thread, INIT_TRACE_NUMBER_SERVER + index_of(server))
               : wrong_of(result);
}

wrong_t incarnation_begin(struct server *server)
{
    wrong_t wrong;

    server->alive = true;
    if (server->now.quota.count == 0 &&
        !quota_open(&server->now.quota, (uint64_t)server->tree->memory_kib << 10,
                    MEMORY_SERVERS)) {
        return "there is not as much memory left as memory-kib says";
    }
    wrong = parts_make(server);
    wrong = wrong ? wrong : program_load(server, &server->now.entry);
    wrong = wrong ? wrong : stack_make(server);
    wrong = wrong ? wrong : startup_give(server);
    wrong = wrong ? wrong : thread_make(server);
    server->now.heap_end = PROGRAM_HEAP_ADDRESS;
    return wrong;
}

enum thole_result incarnation_enter(struct server *server)
{
    enum thole_result result = INVOKE(server->now.thread, THREAD_START, server->now.entry,
                                      PROGRAM_STACK_TOP, 0);

    if (result == RESULT_DONE) {
        server->starts++;
        result = thole_invoke(server->start_signal, NOTIFICATION_SIGNAL, 0, NULL);
    }
    return result;
}

/* --- The end -------------------------------------------------------------------------- */

static void part_give(uint16_t *slot)
{
    if (*slot) {
        slots_give(*slot, 1);
    }
    *slot = 0;
}

bool incarnation_end(struct server *server)
{
    struct incarnation *now = &server->now;

    /* Work that was broken off may have left a copy of what is not the incarnation's own. */
    if (kernel_delete(init.work_frame) != RESULT_DONE ||
        kernel_delete(init.work_table) != RESULT_DONE ||
        quota_revoke(&now->quota) != RESULT_DONE) {
        return false;
    }
    thole_invoke(server->timer, TIMER_DISARM, 0, NULL);
    part_give(&now->table);
    part_give(&now->holdings);
    part_give(&now->space);
    part_give(&now->thread);
    now->held = 0;
    now->stack_held = 0;
    server->alive = false;
    return true;
}

/* --- The heap --------------------------------------------------------------------------- */

/* Tables of 2^bits bytes that a heap up to `end` takes: nothing else lies up there. */
static uint64_t tables_up_to(uint64_t end, unsigned bits)
{
    return (end - PROGRAM_HEAP_ADDRESS + ((uint64_t)1 << bits) - 1) >> bits;
}

wrong_t heap_grow(struct server *server, uint64_t bytes)
{
    struct incarnation *now = &server->now;
    uint64_t pages = bytes / MEMORY_PAGE_BYTES + (bytes % MEMORY_PAGE_BYTES != 0);
    uint64_t left = quota_pages_left(&now->quota), end;
    wrong_t wrong = NULL;

    if (pages > left) {
        return "the quota is used up";
    }
    end = now->heap_end + pages * MEMORY_PAGE_BYTES;
    if (pages + tables_up_to(end, FRAME_BITS_2M) - tables_up_to(now->heap_end, FRAME_BITS_2M) +
            tables_up_to(end, FRAME_BITS_1G) - tables_up_to(now->heap_end, FRAME_BITS_1G) > left) {
        return "the quota is used up";
    }
    while (now->heap_end < end && !wrong) {
        wrong = page_new(server, now->heap_end, RIGHT_READ | RIGHT_WRITE, NULL);
        now->heap_end += wrong ? 0 : MEMORY_PAGE_BYTES;
    }
    return wrong;
}
