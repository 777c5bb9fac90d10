/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control protocol where init looks closely at a server: threads, time,
 * capabilities. The kernel is the test's: tables of what it answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libfdt.h>

#include <thole/trace.h>

#include "control.h"
#include "print.h"
#include "window.h"

struct init init;

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define FREQUENCY       1000000u
#define POWER_SLOT      910u

enum { LOG, CONSOLE, SHELL, SERVERS }; /* console and shell log, the shell uses the console */
enum { TABLE = 200, THREAD = 300, TIME = 400, EVENTS = 500, INTERRUPTS = 600 }; /* + server */

static char buffer[CONTROL_BUFFER_BYTES];
static uint64_t thread_word[SERVERS][THOLE_MESSAGE_WORDS];
static uint64_t called_slot[SERVERS];
static uint64_t slot_word[SERVERS][PROGRAM_SLOTS][4]; /* type, rights, badge, depth */
static bool table_is_gone;
static char tree[1024];

/* --- What control.c and inspect.c ask of the kernel and of init -------------------------- */

static unsigned range_of(unsigned slot, unsigned *server)
{
    *server = slot % 100;
    return *server < SERVERS ? slot - *server : 0;
}

static enum thole_result answer(unsigned slot, struct message *message)
{
    uint32_t label = thole_tag_label(message->tag);
    uint64_t argument = message->word[0];
    unsigned server;

    switch (range_of(slot, &server)) {
    case TABLE:
        assert_int_equal(label, CAPTABLE_INSPECT);
        if (table_is_gone || argument >= PROGRAM_SLOTS)
            return RESULT_BAD_SLOT;
        memcpy(message->word, slot_word[server][argument], sizeof(slot_word[0][0]));
        return RESULT_DONE;
    case THREAD:
        memcpy(message->word, thread_word[server], sizeof(message->word));
        if (label == THREAD_READ_REGISTERS)
            message->word[0] = called_slot[server];
        else
            assert_int_equal(label, THREAD_INSPECT);
        return RESULT_DONE;
    case TIME:
    case EVENTS:
    case INTERRUPTS:
        assert_int_equal(label, SCHED_CONTEXT_CONSUMED);
        memcpy(message->word, (uint64_t[]){slot * 1000, 20, 5, 10, slot % 7, 3},
               sizeof(message->word));
        return RESULT_DONE;
    default:
        return RESULT_BAD_OPERATION;
    }
}

enum thole_status thole_call(unsigned slot, struct message *message)
{
    if (slot == INIT_SLOT_SCHED_CONTEXT)
        memcpy(message->word, (uint64_t[]){77, 62, 9, 9, 0, 9}, sizeof(message->word));
    else
        message->tag = thole_tag(answer(slot, message), THOLE_MESSAGE_WORDS);
    if (slot == INIT_SLOT_SCHED_CONTEXT)
        message->tag = thole_tag(RESULT_DONE, THOLE_MESSAGE_WORDS);
    return slot ? STATUS_OK : STATUS_BAD_CAPABILITY;
}

/* --- The ring of a trace: what the kernel would write, the test does ---------------------- */

#define RING_SLOTS 8

static struct {
    struct thole_trace header;
    char padding[THOLE_TRACE_RECORDS - sizeof(struct thole_trace)];
    struct thole_trace_record record[RING_SLOTS];
} ring;
static bool ring_fits = true;
static unsigned traced_into, ring_made, ring_given_back, named, named_number;

static uint32_t machine_asked;     /* the operation, of those that end it */
static unsigned power_signalled;   /* the slot */

enum thole_result thole_invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word)
{
    (void)words;
    if (slot == INIT_SLOT_MACHINE && (label == MACHINE_POWER_OFF || label == MACHINE_RESET)) {
        machine_asked = label;
        return RESULT_NOT_READY; /* or it does not come back */
    }
    if (slot == POWER_SLOT || slot == POWER_SLOT + 1) {
        assert_int_equal(label, NOTIFICATION_SIGNAL);
        power_signalled = slot;
    }
    if (slot == INIT_SLOT_MACHINE && label == MACHINE_TRACE)
        traced_into = (unsigned)word[0];
    if (slot == INIT_SLOT_MACHINE && label == MACHINE_NAME) {
        named = (unsigned)word[0];
        named_number = (unsigned)word[1];
    }
    ring_given_back += label == CAPTABLE_DELETE && slot == INIT_SLOT_CAPTABLE;
    return RESULT_DONE;
}

unsigned slots_take(unsigned count)
{
    return count == 1 ? 900 : 0;
}

void slots_give(unsigned first, unsigned count)
{
    assert_true(first == 900 && count == 1);
}

int memory_take(unsigned bits, enum memory_owner owner)
{
    assert_int_equal(bits, FRAME_BITS_2M);
    assert_int_equal(owner, MEMORY_INIT);
    ring_made++;
    return 3;
}

void memory_give(int block)
{
    assert_int_equal(block, 3);
}

unsigned memory_untyped(int block)
{
    return 700 + (unsigned)block;
}

const void *window_map_large(unsigned frame)
{
    assert_int_equal(frame, 900);
    return ring_fits ? &ring : NULL;
}

wrong_t wrong_of(enum thole_result result)
{
    return result == RESULT_DONE ? NULL : "wrong";
}

static void ring_write(uint64_t number)
{
    ring.record[number % RING_SLOTS] = (struct thole_trace_record){
        .sequence = number, .kind = TRACE_SYSCALL, .argument = number};
    ring.header.written = number;
}

uint64_t kernel_ticks(void)
{
    return 5000;
}

uint64_t kernel_ask(unsigned slot, uint32_t label)
{
    struct message message = {.tag = thole_tag(label, 0)};

    return thole_call(slot, &message) == STATUS_OK ? message.word[0] : 0;
}

uint64_t quota_used(const struct quota *quota)
{
    (void)quota;
    return 81920;
}

uint64_t device_place(const struct server *server, unsigned index)
{
    (void)server;
    return PROGRAM_DEVICE_ADDRESS + index * 0x2000;
}

struct server *server_named(const char *name)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        if (strcmp(init.system.server[i].name, name) == 0)
            return &init.server[i];
    }
    return NULL;
}

void print_line(const char *format, ...)
{
    (void)format;
}

void state_set(struct server *server, enum server_state state, const char *why, ...)
{
    (void)why;
    server->state = state;
}

bool server_needs(const struct server *server, const struct server *other)
{
    return server == other;
}

wrong_t heap_grow(struct server *server, uint64_t bytes)
{
    (void)server, (void)bytes;
    return "no";
}

void server_start(struct server *server)
{
    server->starts++;
}

void server_stop(struct server *server, const char *why)
{
    (void)why;
    server->alive = false;
}

void server_restart(struct server *server)
{
    server->starts++;
}

void server_ended(struct server *server, const struct ending *ending)
{
    (void)ending;
    server->starts++;
}

uint64_t memory_free(void)
{
    return 0;
}

uint64_t memory_total(void)
{
    return 0;
}

uint64_t memory_of_servers(void)
{
    return 0;
}

/* --- The world of a test ----------------------------------------------------------------- */

static void put(unsigned server, unsigned slot, uint64_t type, uint64_t rights, uint64_t badge)
{
    memcpy(slot_word[server][slot], (uint64_t[]){type, rights, badge, 4}, sizeof(slot_word[0][0]));
}

static void tree_make(void)
{
    assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
    init.tree = tree;
    init.system.server[LOG].device = fdt_add_subnode(tree, 0, "flash@4000");
    init.system.server[LOG].region_count = 1;
    init.system.server[LOG].region[0] = (struct system_region){0x4000, 0x1000};
}

static void servers_make(void)
{
    static const char *const name[SERVERS] = {"log", "console", "shell"};

    for (unsigned i = 0; i < SERVERS; i++) {
        init.system.server[i] = (struct system_server){.name = name[i], .device = -1};
        init.server[i] = (struct server){.tree = &init.system.server[i],
                                         .made = true,
                                         .alive = true,
                                         .starts = i + 1,
                                         .state = SERVER_RUNNING,
                                         .event_time = (uint16_t)(EVENTS + i),
                                         .now = {.table = (uint16_t)(TABLE + i),
                                                 .thread = (uint16_t)(THREAD + i)}};
        put(i, SLOT_ENDPOINT, OBJECT_ENDPOINT, RIGHT_RECV, 0);
        put(i, SLOT_INIT, OBJECT_ENDPOINT, RIGHT_SEND, BADGE(BADGE_REQUEST, i));
        put(i, SLOT_TIMER, OBJECT_TIMER, RIGHT_SEND, 0);
    }
    init.server[SHELL].event_time = 0;
    init.server[SHELL].time = TIME + SHELL;
    init.server[LOG].interrupt_time = INTERRUPTS + LOG;
    init.system.server_count = SERVERS;
}

static void edges_make_here(void)
{
    /* Was not given: its server did not run. */
    init.edge[0] = (struct edge){.client = SHELL, .server = LOG, .pages = 1, .optional = true};
    init.edge[1] = (struct edge){.client = SHELL, .server = CONSOLE, .pages = 1,
                                 .in_client = {4, 5, 0x50000000}, .in_server = {0, 6, 0x50002000}};
    init.edge[2] = (struct edge){.client = CONSOLE, .server = LOG, .pages = 2, .read_only = true,
                                 .in_client = {4, 5, 0x50000000}, .in_server = {0, 4, 0x50000000}};
    init.edge[3] = (struct edge){.client = SHELL, .server = EDGE_INIT, .pages = 1,
                                 .in_client = {6, 0, 0x50004000}};
    init.edge_count = 4;
    put(SHELL, 4, OBJECT_ENDPOINT, RIGHT_SEND, 8);
    put(SHELL, 5, OBJECT_NOTIFICATION, RIGHT_SEND, 256);
    put(SHELL, 6, OBJECT_ENDPOINT, RIGHT_SEND, BADGE(BADGE_CONTROL, SHELL));
    put(CONSOLE, 4, OBJECT_ENDPOINT, RIGHT_SEND, 8);
    put(CONSOLE, 5, OBJECT_NOTIFICATION, RIGHT_SEND, 256);
    put(CONSOLE, 6, OBJECT_NOTIFICATION, RIGHT_SEND, 512);
}

static int start(void **state)
{
    static const struct boot_info info = {
        .timer_frequency = FREQUENCY, .entry_ticks = 1000, .cores_running = 2};
    (void)state;

    memset(&init, 0, sizeof(init));
    memset(thread_word, 0, sizeof(thread_word));
    memset(slot_word, 0, sizeof(slot_word));
    memset(buffer, 0, sizeof(buffer));
    table_is_gone = false;
    machine_asked = power_signalled = 0;
    init.info = &info;
    init.control_buffer[SHELL] = buffer;
    servers_make();
    edges_make_here();
    tree_make();
    return 0;
}

/* A request of the shell about a server; its answer's words stay in *message. */
static uint32_t request(enum init_operation operation, const char *name, uint64_t word,
                        struct message *message)
{
    *message = (struct message){.tag = thole_tag(operation, 2),
                                .word = {strlen(name), word},
                                .badge = BADGE(BADGE_CONTROL, SHELL)};
    memcpy(buffer, name, strlen(name));
    request_answer(message);
    return thole_tag_label(message->tag);
}

static const struct init_capability *capability(unsigned index)
{
    return (const struct init_capability *)buffer + index;
}

/* --- Threads ----------------------------------------------------------------------------- */

static void the_thread_is_shown_as_the_kernel_sees_it(void **state)
{
    const struct init_thread *thread = (const struct init_thread *)buffer;
    struct message message;
    (void)state;

    memcpy(thread_word[LOG], (uint64_t[]){THREAD_RECEIVING, THREAD_FLAG_HAS_TIME, 48, 1000, 0, 99},
           sizeof(thread_word[0]));
    assert_int_equal(request(INIT_THREAD, "log", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], 1);
    assert_int_equal(message.word[1], 1);
    assert_int_equal(thread->state, THREAD_RECEIVING);
    assert_int_equal(thread->flags, THREAD_FLAG_HAS_TIME);
    assert_int_equal(thread->ceiling, 48);
    assert_int_equal(thread->grace, 1000);
    assert_int_equal(thread->fault, 0); /* 99 is an old one: the flags say nothing of it */
    assert_string_equal(thread->called, "");
}

static void who_is_called_is_named(void **state)
{
    static const struct {
        uint64_t slot;
        const char *name;
    } table[] = {{4, "console"}, {6, "init"}, {SLOT_INIT, "init"}, {5, ""}, {0, ""}, {9, ""}};
    const struct init_thread *thread = (const struct init_thread *)buffer;
    struct message message;
    (void)state;

    thread_word[SHELL][0] = THREAD_CALLING;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        called_slot[SHELL] = table[i].slot;
        assert_int_equal(request(INIT_THREAD, "shell", 0, &message), SERVICE_OK);
        assert_string_equal(thread->called, table[i].name);
    }
    called_slot[SHELL] = 4;
    thread_word[SHELL][0] = THREAD_READY;
    request(INIT_THREAD, "shell", 0, &message);
    assert_string_equal(thread->called, "");
}

static void a_fault_that_waits_is_told_with_its_kind(void **state)
{
    const struct init_thread *thread = (const struct init_thread *)buffer;
    struct message message;
    (void)state;

    thread_word[LOG][0] = THREAD_CALLING;
    thread_word[LOG][1] = THREAD_FLAG_FAULTED;
    thread_word[LOG][5] = FAULT_TIMEOUT;
    request(INIT_THREAD, "log", 0, &message);
    assert_int_equal(thread->fault, FAULT_TIMEOUT);
    assert_string_equal(thread->called, "");
}

static void who_does_not_run_has_no_thread(void **state)
{
    struct message message;
    (void)state;

    init.server[LOG].alive = false;
    assert_int_equal(request(INIT_THREAD, "log", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], 0);
    init.server[LOG].alive = init.server[LOG].dying = true;
    assert_int_equal(request(INIT_THREAD, "log", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], 0);
}

/* --- Time -------------------------------------------------------------------------------- */

static void each_time_of_a_server_has_its_kind(void **state)
{
    static const struct {
        const char *name;
        uint64_t index;
        unsigned times, slot, kind;
    } table[] = {
        {"log", 0, 2, EVENTS + LOG, TIME_EVENTS},
        {"log", 1, 2, INTERRUPTS + LOG, TIME_INTERRUPTS},
        {"console", 0, 1, EVENTS + CONSOLE, TIME_EVENTS},
        {"shell", 0, 1, TIME + SHELL, TIME_OWN},
    };
    const struct init_time *time = (const struct init_time *)buffer;
    struct message message;
    (void)state;

    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        assert_int_equal(request(INIT_TIME, table[i].name, table[i].index, &message), SERVICE_OK);
        assert_int_equal(message.word[0], table[i].times);
        assert_int_equal(time->used, table[i].slot * 1000);
        assert_int_equal(time->kind, table[i].kind);
        assert_int_equal(time->core, table[i].slot % 7);
        assert_int_equal(time->priority, 20);
        assert_int_equal(time->budget, 5);
        assert_int_equal(time->period, 10);
        assert_int_equal(time->left, 3);
    }
    memset(buffer, 0, sizeof(buffer));
    assert_int_equal(request(INIT_TIME, "shell", 1, &message), SERVICE_OK);
    assert_int_equal(time->used, 0);
    assert_int_equal(request(INIT_TIME, "shell", UINT64_MAX, &message), SERVICE_OK);
}

static void usage_is_that_of_all_at_once(void **state)
{
    const struct init_usage *usage = (const struct init_usage *)buffer;
    struct message message;
    (void)state;

    assert_int_equal(request(INIT_USAGE, "x", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], SERVERS + 1);
    assert_int_equal(message.word[1], 4000);
    assert_int_equal(message.word[2], 2);
    assert_int_equal(usage[LOG].ticks[TIME_EVENTS], (EVENTS + LOG) * 1000);
    assert_int_equal(usage[LOG].ticks[TIME_INTERRUPTS], (INTERRUPTS + LOG) * 1000);
    assert_int_equal(usage[LOG].ticks[TIME_OWN], 0);
    assert_int_equal(usage[SHELL].ticks[TIME_OWN], (TIME + SHELL) * 1000);
    assert_int_equal(usage[SHELL].core[TIME_OWN], (TIME + SHELL) % 7);
    assert_int_equal(usage[SHELL].starts, SHELL + 1);
    assert_int_equal(usage[SERVERS].ticks[TIME_OWN], 77);
}

/* --- Peers ------------------------------------------------------------------------------- */

static uint32_t ask_of_peer(unsigned who, uint64_t bit, uint64_t *peer)
{
    struct message message = {.tag = thole_tag(INIT_PEER, 1), .word = {bit},
                              .badge = BADGE(BADGE_REQUEST, who)};

    request_answer(&message);
    *peer = message.word[0];
    return thole_tag_label(message.tag);
}

static void each_side_of_an_edge_is_told_of_the_other_and_of_no_more(void **state)
{
    uint64_t peer;
    (void)state;

    init.edge[1].client_bit = 9; /* of the shell, to the console */
    init.edge[1].server_bit = 10;
    init.edge[2].client_bit = 9; /* of the console, to the log */
    init.edge[2].server_bit = 8;
    init.edge[3].client_bit = 11;
    init.server[CONSOLE].state = SERVER_WAITING;
    init.server[SHELL].state = SERVER_RUNNING;
    init.server[LOG].state = SERVER_FAILED;
    assert_int_equal(ask_of_peer(SHELL, 9, &peer), SERVICE_OK);
    assert_int_equal(peer, SERVER_WAITING);
    assert_int_equal(ask_of_peer(CONSOLE, 10, &peer), SERVICE_OK);
    assert_int_equal(peer, SERVER_RUNNING);
    assert_int_equal(ask_of_peer(CONSOLE, 9, &peer), SERVICE_OK);
    assert_int_equal(peer, SERVER_FAILED);
    assert_int_equal(ask_of_peer(SHELL, 11, &peer), SERVICE_OK);
    assert_int_equal(peer, SERVER_RUNNING); /* init itself */
    assert_int_equal(ask_of_peer(SHELL, 10, &peer), SERVICE_NOT_FOUND);
    assert_int_equal(ask_of_peer(LOG, 9, &peer), SERVICE_NOT_FOUND);
    assert_int_equal(ask_of_peer(LOG, UINT64_MAX, &peer), SERVICE_NOT_FOUND);
}

/* --- Capabilities ------------------------------------------------------------------------ */

static void each_slot_is_told_with_whom_it_leads_to(void **state)
{
    static const struct {
        uint32_t slot, origin, type;
        const char *of;
    } table[] = {
        {SLOT_ENDPOINT, ORIGIN_OWN, OBJECT_ENDPOINT, ""},
        {SLOT_INIT, ORIGIN_CALL, OBJECT_ENDPOINT, "init"},
        {SLOT_TIMER, ORIGIN_OWN, OBJECT_TIMER, ""},
        {4, ORIGIN_CALL, OBJECT_ENDPOINT, "console"},
        {5, ORIGIN_SIGNAL, OBJECT_NOTIFICATION, "console"},
        {6, ORIGIN_CONTROL, OBJECT_ENDPOINT, "init"},
        {20, ORIGIN_REPLY, OBJECT_REPLY, ""},
        {63, ORIGIN_UNKNOWN, OBJECT_FRAME, ""},
        {0, ORIGIN_PRIVATE, OBJECT_UNTYPED, ""},
        {0, ORIGIN_BUFFER, OBJECT_FRAME, "console"},
        {0, ORIGIN_BUFFER, OBJECT_FRAME, "init"},
    };
    struct message message;
    (void)state;

    put(SHELL, 20, OBJECT_REPLY, RIGHT_SEND, 0);
    put(SHELL, 63, OBJECT_FRAME, RIGHT_READ, 0);
    assert_int_equal(request(INIT_CAPABILITIES, "shell", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], COUNT_OF(table));
    assert_int_equal(message.word[1], 0);
    assert_int_equal(message.word[2], SHELL + 1);
    assert_int_equal(message.word[3], 1);
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        assert_int_equal(capability(i)->slot, table[i].slot);
        assert_int_equal(capability(i)->origin, table[i].origin);
        assert_int_equal(capability(i)->type, table[i].type);
        assert_string_equal(capability(i)->of, table[i].of);
    }
    assert_int_equal(capability(1)->badge, BADGE(BADGE_REQUEST, SHELL));
    assert_int_equal(capability(1)->rights, RIGHT_SEND);
    assert_int_equal(capability(1)->depth, 4);
    assert_int_equal(capability(8)->bytes, 81920);
    assert_int_equal(capability(9)->address, 0x50000000);
}

static void slots_of_others_are_not_taken_for_its_own(void **state)
{
    static const char *const of[] = {"", "init", "", "log", "log", "shell"};
    struct message message;
    (void)state;

    assert_int_equal(request(INIT_CAPABILITIES, "console", 0, &message), SERVICE_OK);
    for (unsigned i = 0; i < COUNT_OF(of); i++) {
        assert_int_equal(capability(i)->slot, i + 1);
        assert_string_equal(capability(i)->of, of[i]);
    }
}

static void memory_is_told_with_its_rights_and_where_it_is(void **state)
{
    struct message message;
    (void)state;

    assert_int_equal(request(INIT_CAPABILITIES, "log", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], 6);
    assert_int_equal(capability(4)->origin, ORIGIN_DEVICE);
    assert_string_equal(capability(4)->of, "flash@4000");
    assert_int_equal(capability(4)->address, PROGRAM_DEVICE_ADDRESS);
    assert_int_equal(capability(4)->bytes, 0x1000);
    assert_int_equal(capability(5)->origin, ORIGIN_BUFFER);
    assert_string_equal(capability(5)->of, "console");
    assert_int_equal(capability(5)->rights, RIGHT_READ);
    assert_int_equal(capability(5)->bytes, 8192);
}

static void a_long_list_comes_in_pieces_without_gap_or_repetition(void **state)
{
    uint64_t position = 0, slots = 0;
    unsigned pieces = 0, others = 0;
    struct message message;
    (void)state;

    for (unsigned slot = 1; slot < PROGRAM_SLOTS; slot++) {
        put(SHELL, slot, OBJECT_NOTIFICATION, RIGHT_SEND, slot);
    }
    do {
        assert_int_equal(request(INIT_CAPABILITIES, "shell", position, &message), SERVICE_OK);
        assert_true(message.word[0] * sizeof(struct init_capability) <= sizeof(buffer));
        assert_true(message.word[1] == 0 || message.word[1] > position);
        for (unsigned i = 0; i < message.word[0]; i++) {
            assert_false(capability(i)->slot && slots >> capability(i)->slot & 1);
            slots |= (uint64_t)1 << capability(i)->slot;
            others += capability(i)->slot == 0;
        }
        position = message.word[1];
        pieces++;
    } while (position != 0);
    assert_int_equal(slots, UINT64_MAX);
    assert_int_equal(others, 3);
    assert_true(pieces >= 2);
}

static void a_restart_between_two_pieces_is_seen(void **state)
{
    struct message message;
    (void)state;

    for (unsigned slot = 1; slot < PROGRAM_SLOTS; slot++) {
        put(CONSOLE, slot, OBJECT_NOTIFICATION, RIGHT_SEND, slot);
    }
    request(INIT_CAPABILITIES, "console", 0, &message);
    assert_true(message.word[1] != 0);
    uint64_t before = message.word[2], position = message.word[1];

    init.server[CONSOLE].starts++;
    request(INIT_CAPABILITIES, "console", position, &message);
    assert_int_not_equal(message.word[2], before);
}

static void who_does_not_run_holds_nothing(void **state)
{
    struct message message;
    (void)state;

    init.server[CONSOLE].alive = false;
    assert_int_equal(request(INIT_CAPABILITIES, "console", 0, &message), SERVICE_OK);
    assert_int_equal(message.word[0], 0);
    assert_int_equal(message.word[1], 0);
    assert_int_equal(message.word[3], 0);
}

static void a_position_beyond_the_end_is_the_end(void **state)
{
    struct message message;
    (void)state;

    table_is_gone = true;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(request(INIT_CAPABILITIES, "shell", UINT64_MAX - i, &message), SERVICE_OK);
        assert_int_equal(message.word[0], 0);
        assert_int_equal(message.word[1], 0);
    }
}

/* --- Who asks ---------------------------------------------------------------------------- */

static void an_unknown_name_is_not_found(void **state)
{
    static const enum init_operation operation[] = {INIT_THREAD, INIT_TIME, INIT_CAPABILITIES};
    struct message message;
    (void)state;

    for (unsigned i = 0; i < COUNT_OF(operation); i++) {
        assert_int_equal(request(operation[i], "shel", 0, &message), SERVICE_NOT_FOUND);
        assert_int_equal(request(operation[i], "", 0, &message), SERVICE_NOT_FOUND);
    }
}

static void who_has_no_control_may_not_look(void **state)
{
    struct message message = {.tag = thole_tag(INIT_USAGE, 0), .badge = BADGE(BADGE_CONTROL, LOG)};
    (void)state;

    request_answer(&message);
    assert_int_equal(thole_tag_label(message.tag), SERVICE_NOT_PERMITTED);
    message = (struct message){.tag = thole_tag(INIT_USAGE, 0),
                               .badge = BADGE(BADGE_REQUEST, SHELL)};
    request_answer(&message);
    assert_int_equal(thole_tag_label(message.tag), SERVICE_BAD_REQUEST);
}

/* --- Traces ------------------------------------------------------------------------------ */

static uint32_t trace_request(enum init_operation operation, uint64_t word,
                              struct message *message)
{
    *message = (struct message){.tag = thole_tag(operation, 1), .word = {word},
                                .badge = BADGE(BADGE_CONTROL, SHELL)};
    request_answer(message);
    return thole_tag_label(message->tag);
}

/* One after the other: the ring that init made once is there for good. */
static void a_trace_is_begun_ended_and_read(void **state)
{
    const struct thole_trace_record *record = (const struct thole_trace_record *)buffer;
    struct message message;
    (void)state;

    assert_int_equal(trace_request(INIT_TRACE_READ, 0, &message), SERVICE_NOT_FOUND);
    assert_int_equal(trace_request(INIT_TRACE, 0, &message), SERVICE_ALREADY);
    ring_fits = false;
    assert_int_equal(trace_request(INIT_TRACE, 1, &message), SERVICE_NO_MEMORY);
    assert_int_equal(ring_given_back, 1);
    assert_int_equal(traced_into, 0);
    ring_fits = true;
    assert_int_equal(trace_request(INIT_TRACE, 1, &message), SERVICE_OK);
    assert_int_equal(traced_into, 900);
    assert_int_equal(trace_request(INIT_TRACE, 1, &message), SERVICE_ALREADY);

    ring.header = (struct thole_trace){TRACE_MAGIC, 64, RING_SLOTS, 101, 100};
    assert_int_equal(trace_request(INIT_TRACE_READ, 0, &message), SERVICE_OK);
    assert_memory_equal(message.word, ((uint64_t[]){101, 0, 101, 100}), 4 * sizeof(uint64_t));
    for (uint64_t number = 101; number <= 103; number++)
        ring_write(number);
    assert_int_equal(trace_request(INIT_TRACE_READ, 0, &message), SERVICE_OK);
    assert_memory_equal(message.word, ((uint64_t[]){101, 3, 101, 103}), 4 * sizeof(uint64_t));
    assert_true(record[0].argument == 101 && record[2].argument == 103);
    assert_int_equal(trace_request(INIT_TRACE_READ, 103, &message), SERVICE_OK);
    assert_int_equal(message.word[1], 1);
    assert_int_equal(trace_request(INIT_TRACE_READ, UINT64_MAX, &message), SERVICE_OK);
    assert_int_equal(message.word[1], 0);

    for (uint64_t number = 104; number <= 120; number++)
        ring_write(number);
    assert_int_equal(trace_request(INIT_TRACE_READ, 0, &message), SERVICE_OK);
    assert_memory_equal(message.word, ((uint64_t[]){113, 8, 113, 120}), 4 * sizeof(uint64_t));
    assert_true(record[0].argument == 113 && record[7].argument == 120);
    ring.record[115 % RING_SLOTS].sequence = 0; /* it is being written just now */
    assert_int_equal(trace_request(INIT_TRACE_READ, 0, &message), SERVICE_OK);
    assert_int_equal(message.word[1], 2);

    assert_int_equal(trace_request(INIT_TRACE, 0, &message), SERVICE_OK);
    assert_int_equal(traced_into, 0);
    assert_int_equal(trace_request(INIT_TRACE_READ, 120, &message), SERVICE_OK);
    assert_int_equal(message.word[1], 1);
    assert_int_equal(trace_request(INIT_TRACE, 1, &message), SERVICE_OK);
    assert_int_equal(ring_made, 2); /* the one that could not be mapped, and this */
}

static void a_thread_is_named_to_the_kernel(void **state)
{
    (void)state;
    assert_null(trace_name(THREAD + LOG, INIT_TRACE_NUMBER_SERVER + LOG));
    assert_int_equal(named, THREAD + LOG);
    assert_int_equal(named_number, 2);
}

/* --- The end ------------------------------------------------------------------------------ */

static void power_make(void)
{
    init.server[LOG].power_signal[POWER_WAY_OFF] = POWER_SLOT;
    init.server[LOG].power_signal[POWER_WAY_RESET] = POWER_SLOT + 1;
}

static void the_firmware_is_asked_to_end_the_machine(void **state)
{
    struct message message;
    (void)state;

    assert_int_equal(request(INIT_POWER_OFF, "", 0, &message), SERVICE_FAILED);
    assert_int_equal(machine_asked, MACHINE_POWER_OFF);
    assert_int_equal(request(INIT_RESET, "", 0, &message), SERVICE_FAILED);
    assert_int_equal(machine_asked, MACHINE_RESET);
    assert_int_equal(power_signalled, 0);
}

static void where_the_firmware_cannot_a_server_ends_the_machine(void **state)
{
    struct message message;
    (void)state;

    power_make();
    assert_int_equal(request(INIT_POWER_OFF, "", 0, &message), SERVICE_OK);
    assert_int_equal(machine_asked, MACHINE_POWER_OFF);
    assert_int_equal(power_signalled, POWER_SLOT);
    assert_int_equal(request(INIT_RESET, "", 0, &message), SERVICE_OK);
    assert_int_equal(machine_asked, MACHINE_RESET);
    assert_int_equal(power_signalled, POWER_SLOT + 1);
}

static void a_server_that_does_not_run_cannot_end_the_machine(void **state)
{
    struct message message;
    (void)state;

    power_make();
    init.server[LOG].state = SERVER_STOPPED;
    assert_int_equal(request(INIT_POWER_OFF, "", 0, &message), SERVICE_FAILED);
    assert_int_equal(power_signalled, 0);
}

static void nobody_else_ends_the_machine(void **state)
{
    struct message message = {.tag = thole_tag(INIT_POWER_OFF, 0),
                              .badge = BADGE(BADGE_REQUEST, SHELL)};
    (void)state;

    power_make();
    request_answer(&message);
    assert_int_equal(thole_tag_label(message.tag), SERVICE_BAD_REQUEST);
    assert_int_equal(machine_asked + power_signalled, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(the_thread_is_shown_as_the_kernel_sees_it),
        TEST(who_is_called_is_named),
        TEST(a_fault_that_waits_is_told_with_its_kind),
        TEST(who_does_not_run_has_no_thread),
        TEST(each_time_of_a_server_has_its_kind),
        TEST(usage_is_that_of_all_at_once),
        TEST(each_side_of_an_edge_is_told_of_the_other_and_of_no_more),
        TEST(each_slot_is_told_with_whom_it_leads_to),
        TEST(slots_of_others_are_not_taken_for_its_own),
        TEST(memory_is_told_with_its_rights_and_where_it_is),
        TEST(a_long_list_comes_in_pieces_without_gap_or_repetition),
        TEST(a_restart_between_two_pieces_is_seen),
        TEST(who_does_not_run_holds_nothing),
        TEST(a_position_beyond_the_end_is_the_end),
        TEST(an_unknown_name_is_not_found),
        TEST(who_has_no_control_may_not_look),
        TEST(a_trace_is_begun_ended_and_read),
        TEST(a_thread_is_named_to_the_kernel),
        TEST(the_firmware_is_asked_to_end_the_machine),
        TEST(where_the_firmware_cannot_a_server_ends_the_machine),
        TEST(a_server_that_does_not_run_cannot_end_the_machine),
        TEST(nobody_else_ends_the_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
