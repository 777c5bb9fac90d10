/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers as they are made once at boot: one page of memory each, out of which
 * their endpoint, notification, timer, time and interrupts are made.
 */
#include "server.h"

#include <string.h>

#include "print.h"

struct init init;

wrong_t wrong_of(enum thole_result result)
{
    return result == RESULT_DONE ? NULL : result_text(result);
}

wrong_t quota_wrong(enum thole_result result)
{
    return result == RESULT_NO_MEMORY ? "memory-kib is too small for it" : wrong_of(result);
}

/* --- Making --------------------------------------------------------------------- */

/* The page of a server while objects are made of it. */
struct making {
    unsigned untyped;
    enum thole_result result; /* of the first that failed */
};

static uint16_t make(struct making *making, enum thole_object type)
{
    unsigned slot = slots_take(1);

    if (making->result == RESULT_DONE) {
        making->result = slot ? kernel_retype(making->untyped, type, 0, slot) : RESULT_NO_MEMORY;
    }
    return (uint16_t)slot;
}

static uint64_t ticks_of(uint32_t us)
{
    return (uint64_t)us * init.info->timer_frequency / 1000000;
}

static uint16_t make_time(struct making *making, const struct server *server,
                          const struct system_time *time)
{
    uint64_t budget = ticks_of(time->budget_us), period = ticks_of(time->period_us);
    uint16_t slot;

    if (time->period_us == 0) {
        return 0;
    }
    slot = make(making, OBJECT_SCHED_CONTEXT);
    if (making->result == RESULT_DONE) {
        making->result = INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, slot,
                                server->tree->core, server->tree->priority, budget ? budget : 1,
                                period ? period : 1);
    }
    return slot;
}

static void make_time_of_all(struct making *making, struct server *server)
{
    server->time = make_time(making, server, &server->tree->time);
    if (server->time) {
        return; /* an active program receives events on its own time */
    }
    server->event_time = make_time(making, server, &server->tree->event_time);
    if (server->tree->interrupt_count) {
        server->interrupt_time = make_time(making, server, &server->tree->interrupt_time);
    }
}

static void bind(struct making *making, unsigned sender, uint32_t operation,
                 const struct server *server, unsigned time)
{
    if (making->result == RESULT_DONE) {
        making->result = INVOKE(sender, operation, server->endpoint, time);
    }
}

static void make_senders(struct making *making, struct server *server)
{
    server->notification = make(making, OBJECT_NOTIFICATION);
    server->timer = make(making, OBJECT_TIMER);
    bind(making, server->notification, NOTIFICATION_BIND, server, server->event_time);
    bind(making, server->timer, TIMER_BIND, server, server->event_time);
    for (unsigned i = 0; i < server->tree->interrupt_count; i++) {
        server->interrupt[i] = make(making, OBJECT_INTERRUPT);
        bind(making, server->interrupt[i], INTERRUPT_BIND, server, server->interrupt_time);
    }
}

static uint16_t make_badged(struct making *making, unsigned source, uint64_t badge)
{
    unsigned slot = slots_take(1);

    if (making->result == RESULT_DONE) {
        making->result = slot ? kernel_mint(INIT_SLOT_CAPTABLE, slot, source, RIGHT_SEND, badge)
                              : RESULT_NO_MEMORY;
    }
    return (uint16_t)slot;
}

wrong_t server_make(struct server *server)
{
    int block = memory_take(MEMORY_PAGE_BITS, MEMORY_SERVERS);
    struct making making = {.result = RESULT_DONE};
    wrong_t wrong;

    if (block < 0) {
        return "there is no memory left for its objects";
    }
    making.untyped = memory_untyped(block);
    server->endpoint = make(&making, OBJECT_ENDPOINT);
    make_time_of_all(&making, server);
    make_senders(&making, server);
    server->fault = make_badged(&making, INIT_SLOT_ENDPOINT, BADGE(BADGE_FAULT, index_of(server)));
    server->start_signal = make_badged(&making, server->notification, STARTUP_SIGNAL_START);
    if (server->tree->system_power) {
        server->power_signal[POWER_WAY_OFF] =
            make_badged(&making, server->notification, STARTUP_SIGNAL_POWER_OFF);
        server->power_signal[POWER_WAY_RESET] =
            make_badged(&making, server->notification, STARTUP_SIGNAL_RESET);
    }
    wrong = making.result == RESULT_DONE ? device_make(server) : result_text(making.result);
    wrong = wrong ? wrong : dma_make(server);
    server->made = wrong == NULL;
    return wrong;
}

wrong_t server_attach(struct server *server)
{
    for (unsigned i = 0; !server->attached && i < server->tree->interrupt_count; i++) {
        enum thole_result result =
            INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, server->interrupt[i],
                   server->tree->interrupt[i].line, server->tree->interrupt[i].trigger);

        if (result != RESULT_DONE) {
            return "the kernel does not give its interrupt line to drivers";
        }
    }
    server->attached = true;
    return NULL;
}

/* --- Asking ------------------------------------------------------------------------ */

void state_set(struct server *server, enum server_state state, const char *why, ...)
{
    struct text text = text_in(server->why, sizeof(server->why));
    va_list arguments;

    server->state = state;
    va_start(arguments, why);
    text_vformat(&text, why, arguments);
    va_end(arguments);
}

struct server *server_named(const char *name)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        if (strcmp(init.system.server[i].name, name) == 0) {
            return &init.server[i];
        }
    }
    return NULL;
}

/* In the order of starting whoever is used comes first: backwards, one pass is enough. */
bool server_needs(const struct server *server, const struct server *other)
{
    uint64_t needed = (uint64_t)1 << index_of(server);

    for (unsigned i = init.system.server_count; i-- > 0;) {
        const struct system_server *each = &init.system.server[init.system.order[i]];

        if (!(needed >> init.system.order[i] & 1)) {
            continue;
        }
        for (unsigned j = 0; j < each->use_count; j++) {
            needed |= each->use[j].optional ? 0 : (uint64_t)1 << each->use[j].server;
        }
    }
    return needed >> index_of(other) & 1;
}

/* --- What print.c asks ------------------------------------------------------------- */

static bool is_up(const struct server *server)
{
    return server->state == SERVER_RUNNING || server->state == SERVER_WAITING;
}

/* A server that shows init's log and uses the driver of the board's stdout. */
static bool is_console(const struct server *server)
{
    for (unsigned i = 0; server->tree->init_log && i < server->tree->use_count; i++) {
        const struct server *driver = &init.server[server->tree->use[i].server];

        if (driver->tree->device >= 0 && driver->tree->device == init.system.stdout_node &&
            is_up(driver)) {
            return is_up(server);
        }
    }
    return false;
}

bool print_has_console(void)
{
    for (unsigned i = 0; init.booted && i < init.system.server_count; i++) {
        if (is_console(&init.server[i])) {
            return true;
        }
    }
    return false;
}

void print_signal(void)
{
    for (unsigned i = 0; i < init.edge_count; i++) {
        if (init.edge[i].signal) {
            thole_invoke(init.edge[i].signal, NOTIFICATION_SIGNAL, 0, NULL);
        }
    }
}
