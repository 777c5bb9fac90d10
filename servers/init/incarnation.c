/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One life of a server, from its quota to its first step, and its end: all that
 * it is made of is derived from the quota's blocks, so revoking those ends it.
 * Thread and table are made of a page of their own, the life: revoking that
 * takes from the program all it can use and all that it was given since, and
 * leaves a body that no program runs in.
 */
#include "server.h"

#include <string.h>

#define HOLDINGS_SPARE 16

/* --- Making ------------------------------------------------------------------------ */

/* Slots for every page of the quota, of the mirror, of what is shared and of its device's. */
static unsigned holdings_bits(const struct server *server)
{
    uint64_t slots = server->tree->memory_kib / 4 + server->mirror.pages + edges_pages(server) +
                     dma_pages(server) + HOLDINGS_SPARE;
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
    unsigned bits = holdings_bits(server);
    wrong_t wrong = NULL;

    now->holdings_max = 1u << bits;
    now->space = part_make(server, OBJECT_ADDRESS_SPACE, 0, &wrong);
    now->life = part_make(server, OBJECT_UNTYPED, MEMORY_PAGE_BITS, &wrong);
    now->holdings = part_make(server, OBJECT_CAPTABLE, bits, &wrong);
    if (!wrong) {
        wrong = wrong_of(INVOKE(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, now->space));
    }
    return wrong;
}

static wrong_t stack_make(struct server *server)
{
    uint64_t bottom = PROGRAM_STACK_TOP - ((uint64_t)server->tree->stack_kib << 10);
    wrong_t wrong = NULL;

    for (uint64_t at = bottom; at < PROGRAM_STACK_TOP && !wrong; at += MEMORY_PAGE_BYTES) {
        wrong = page_mirrored(server, at, RIGHT_READ | RIGHT_WRITE);
    }
    return wrong;
}

/* In the order of the mirror. */
static wrong_t body_make(struct server *server)
{
    wrong_t wrong = program_measure(server);

    wrong = wrong ? wrong : parts_make(server);
    wrong = wrong ? wrong : program_load(server);
    wrong = wrong ? wrong : stack_make(server);
    wrong = wrong ? wrong : startup_make(server);
    server->now.whole = wrong == NULL;
    server->now.heap_end = PROGRAM_HEAP_ADDRESS;
    return wrong;
}

/* Nothing that the program wrote is left: it could write to its stack and to its data alone. */
static void body_clear(struct server *server)
{
    memset(server->mirror.start, 0, (size_t)(server->mirror.pages - 1) * MEMORY_PAGE_BYTES);
}

/* A slot of init's for what the life's page is made into. */
static wrong_t life_part_make(struct server *server, uint16_t *slot, enum thole_object type,
                              unsigned bits)
{
    if (!*slot) {
        *slot = (uint16_t)slots_take(1);
    }
    return *slot ? wrong_of(kernel_retype(server->now.life, type, bits, *slot))
                 : "init has no slots left";
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

static wrong_t life_make(struct server *server)
{
    struct incarnation *now = &server->now;
    wrong_t wrong = life_part_make(server, &now->table, OBJECT_CAPTABLE, PROGRAM_TABLE_BITS);

    wrong = wrong ? wrong : life_part_make(server, &now->thread, OBJECT_THREAD, 0);
    wrong = wrong ? wrong : startup_give(server);
    return wrong ? wrong : thread_make(server);
}

/* The body that is there; a new one, if not all that it has would be given again. */
static wrong_t body_renew(struct server *server)
{
    if (server->now.whole && edges_are_placed(server)) {
        body_clear(server);
        return NULL;
    }
    if (!incarnation_end(server, false)) {
        return "what it had is still in use";
    }
    server->alive = true;
    return body_make(server);
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
    wrong = server->now.space ? body_renew(server) : body_make(server);
    wrong = wrong ? wrong : program_fill(server);
    wrong = wrong ? wrong : life_make(server);
    if (!wrong) {
        startup_renew(server);
    }
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

static bool body_end(struct server *server)
{
    struct incarnation *now = &server->now;

    /* Work that was broken off may have left a copy of what is not the incarnation's own. */
    if (kernel_delete(init.work_frame) != RESULT_DONE ||
        quota_revoke(&now->quota) != RESULT_DONE) {
        return false;
    }
    part_give(&now->table);
    part_give(&now->thread);
    part_give(&now->life);
    part_give(&now->holdings);
    part_give(&now->space);
    now->held = 0;
    now->mirrored = 0;
    now->whole = false;
    return true;
}

/* The heap's pages are not in the mirror: they go, and with them the rest. */
static bool is_renewable(const struct incarnation *now)
{
    return now->whole && now->heap_end == PROGRAM_HEAP_ADDRESS;
}

bool incarnation_end(struct server *server, bool renew)
{
    bool ended = renew && is_renewable(&server->now)
                     ? kernel_revoke(server->now.life) == RESULT_DONE
                     : body_end(server);

    if (ended) {
        thole_invoke(server->timer, TIMER_DISARM, 0, NULL);
        server->alive = false;
    }
    return ended;
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
