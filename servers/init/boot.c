/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the kernel's hand-over to a running system, a list to be read.
 */
#include "print.h"
#include "server.h"
#include "window.h"

static void info_check(void)
{
    if (init.info->magic != BOOT_INFO_MAGIC || init.info->abi != THOLE_ABI ||
        init.info->timer_frequency == 0) {
        print_panic("the kernel's ABI is %u, expected %u", init.info->abi, THOLE_ABI);
    }
    slots_init(INIT_SLOT_FIRST_UNTYPED + init.info->untyped_count, init.info->captable_bits);
    memory_init(init.info);
}

static void timer_make(void)
{
    int block = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT);
    enum thole_result result = RESULT_NO_MEMORY;

    init.timer = (uint16_t)slots_take(1);
    init.work_frame = (uint16_t)slots_take(1);
    init.work_copy = (uint16_t)slots_take(1);
    init.work_table = (uint16_t)slots_take(1);
    if (block >= 0) {
        result = kernel_retype(memory_untyped(block), OBJECT_TIMER, 0, init.timer);
    }
    if (result == RESULT_DONE) {
        result = INVOKE(init.timer, TIMER_BIND, INIT_SLOT_ENDPOINT, 0);
    }
    if (result != RESULT_DONE) {
        print_panic("cannot make a timer: %s", result_text(result));
    }
}

/* The ring's frames are in slots in a row, so that servers can be given copies. */
static void log_make(void)
{
    static struct quota quota;
    unsigned pages = PRINT_RING_BYTES / MEMORY_PAGE_BYTES;
    void *ring = NULL;

    init.log_frames = (uint16_t)slots_take(pages);
    if (quota_open(&quota, PRINT_RING_BYTES, MEMORY_INIT)) {
        enum thole_result result = RESULT_DONE;

        for (unsigned i = 0; i < pages && result == RESULT_DONE; i++) {
            result = quota_make(&quota, OBJECT_FRAME, FRAME_BITS_4K, init.log_frames + i);
        }
        ring = result == RESULT_DONE ? window_map(init.log_frames, pages) : NULL;
    }
    if (!ring) {
        print_panic("there is no memory for the log");
    }
    print_init(ring, init.info->timer_frequency);
}

/* --- Servers ---------------------------------------------------------------------------- */

static enum server_state state_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_START:
        return SERVER_STOPPED;
    case VERDICT_ERROR:
        return SERVER_FAILED;
    default:
        return SERVER_DISABLED;
    }
}

static void server_prepare(struct server *server, const struct system_server *tree)
{
    wrong_t wrong = NULL;

    server->tree = tree;
    state_set(server, state_of(tree->verdict), "%s", tree->why);
    if (system_startable(tree)) {
        wrong = server_make(server);
    }
    if (wrong) {
        state_set(server, SERVER_FAILED, "%s", wrong);
    } else if (server->made) {
        INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, server->endpoint);
    }
}

/* A server that is needed may have failed to start just now. */
static const char *need_of(const struct server *server)
{
    for (unsigned i = 0; i < server->tree->use_count; i++) {
        const struct system_use *use = &server->tree->use[i];

        if (!use->optional && init.server[use->server].state != SERVER_RUNNING) {
            return use->name;
        }
    }
    return NULL;
}

static void without_tell(const struct server *server)
{
    if (server->tree->without[0]) {
        print_line("%s: goes without what its device has as %s: it leads to no server",
                   server->tree->name, server->tree->without);
    }
}

static void server_boot(struct server *server)
{
    const char *need = need_of(server);

    if (server->tree->verdict == VERDICT_ERROR) {
        print_line("%s: not started: %s", server->tree->name, server->tree->why);
    } else if (server->tree->verdict != VERDICT_START || !server->made) {
        print_line("%s: not started: %s", server->tree->name, server->why);
    } else if (need) {
        state_set(server, SERVER_DISABLED, "needs %s, which does not run", need);
        print_line("%s: not started: %s", server->tree->name, server->why);
    } else {
        server_start(server);
        without_tell(server);
    }
}

static unsigned servers_boot(void)
{
    unsigned count = init.system.server_count, started = 0;

    for (unsigned i = 0; i < count; i++) {
        server_prepare(&init.server[i], &init.system.server[i]);
    }
    edges_make();
    for (unsigned i = 0; i < count; i++) {
        struct server *server = &init.server[init.system.order[i]];

        server_boot(server);
        started += server->state == SERVER_RUNNING;
    }
    return started;
}

static void servers_release(void)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        server_release(&init.server[init.system.order[i]]);
    }
}

static unsigned long ms_since_entry(void)
{
    return (unsigned long)((kernel_ticks() - init.info->entry_ticks) * 1000 /
                           init.info->timer_frequency);
}

void boot_run(void)
{
    wrong_t wrong;
    unsigned started = 0;

    info_check();
    timer_make();
    log_make();
    trace_name(INIT_SLOT_THREAD, INIT_TRACE_NUMBER);
    wrong = archive_read();
    if (wrong) {
        print_line("no programs: %s", wrong);
    } else if (tree_read()) {
        started = servers_boot();
    }
    if (started) {
        print_line("%u server%s started in %lu ms", started, started == 1 ? "" : "s",
                   ms_since_entry());
    } else {
        print_line("nothing runs");
    }
    init.booted = true;
    servers_release();
}
