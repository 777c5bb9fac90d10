/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of programs: made out of the incarnation's quota, filled through init's
 * window, mapped, and their capabilities put away in the incarnation's table of
 * holdings, so that init's own table stays small.
 */
#include "server.h"

#include <string.h>

#include "window.h"

#define TABLE_SPAN (1ull << FRAME_BITS_2M)

static wrong_t hold(struct server *server, unsigned slot)
{
    struct incarnation *now = &server->now;

    if (now->held + 1 >= now->holdings_max) {
        return "it holds more pages than its memory has";
    }
    return wrong_of(kernel_move(now->holdings, ++now->held, slot));
}

/* A page table that is missing on the way to an address. */
static wrong_t table_add(struct server *server, uint64_t at)
{
    wrong_t wrong =
        quota_wrong(quota_make(&server->now.quota, OBJECT_PAGE_TABLE, 0, init.work_table));

    if (!wrong) {
        wrong = wrong_of(INVOKE(init.work_table, PAGE_TABLE_MAP, server->now.space,
                                at & ~(TABLE_SPAN - 1)));
    }
    return wrong ? wrong : hold(server, init.work_table);
}

wrong_t page_map(struct server *server, unsigned slot, uint64_t at, unsigned rights,
                 enum thole_memory memory)
{
    for (;;) {
        enum thole_result result = kernel_map(slot, server->now.space, at, rights, memory);
        wrong_t wrong;

        if (result != RESULT_NO_TABLE) {
            return result == RESULT_DONE ? hold(server, slot) : result_text(result);
        }
        wrong = table_add(server, at);
        if (wrong) {
            return wrong;
        }
    }
}

static bool page_fill(const struct content *content)
{
    char *page = window_show(init.work_frame, RIGHT_READ | RIGHT_WRITE);

    if (page) {
        memcpy(page + content->offset, content->from, content->bytes);
        window_hide(init.work_frame);
    }
    return page != NULL;
}

wrong_t page_new(struct server *server, uint64_t at, unsigned rights,
                 const struct content *content)
{
    wrong_t wrong = quota_wrong(
        quota_make(&server->now.quota, OBJECT_FRAME, FRAME_BITS_4K, init.work_frame));

    if (wrong) {
        return wrong;
    }
    if (content && content->bytes && !page_fill(content)) {
        return "init cannot look at its memory";
    }
    return page_map(server, init.work_frame, at, rights, MEMORY_NORMAL);
}

wrong_t page_mirrored(struct server *server, uint64_t at, unsigned rights)
{
    struct incarnation *now = &server->now;
    char *seen = server->mirror.start + (size_t)now->mirrored * MEMORY_PAGE_BYTES;
    wrong_t wrong = quota_wrong(
        quota_make(&now->quota, OBJECT_FRAME, FRAME_BITS_4K, init.work_frame));

    if (!wrong) {
        wrong = wrong_of(kernel_copy(INIT_SLOT_CAPTABLE, init.work_copy, init.work_frame,
                                     RIGHT_READ | RIGHT_WRITE | RIGHT_CONTROL));
    }
    if (wrong) {
        return wrong;
    }
    if (now->mirrored == server->mirror.pages || !window_put(init.work_copy, seen)) {
        return "init cannot look at its memory";
    }
    now->mirrored++;
    wrong = hold(server, init.work_copy);
    return wrong ? wrong : page_map(server, init.work_frame, at, rights, MEMORY_NORMAL);
}

bool stack_read(const struct server *server, uint64_t at, void *to, size_t bytes)
{
    uint64_t size = (uint64_t)server->tree->stack_kib << 10, bottom = PROGRAM_STACK_TOP - size;
    /* Behind the stack there is the startup page alone. */
    uint64_t end = (uint64_t)(server->mirror.pages - 1) * MEMORY_PAGE_BYTES;

    if (!server->now.whole || at < bottom || at >= PROGRAM_STACK_TOP ||
        bytes > PROGRAM_STACK_TOP - at) {
        return false;
    }
    memcpy(to, server->mirror.start + (end - size) + (at - bottom), bytes);
    return true;
}
