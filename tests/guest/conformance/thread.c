/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers: threads that share this program's memory and, unless a test says
 * otherwise, its CapTable, so that they speak of slots by the same numbers.
 */
#include "conformance.h"

#include <string.h>

#define STACK_BYTES 4096
#define CORES_MAX   8

/* At the top of a helper's stack; helper_enter takes it from there. */
struct launch {
    helper_function *run;
    void *argument;
};

static struct helper helpers[HELPERS_MAX];
static unsigned helper_count;
static uint8_t stacks[HELPERS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static unsigned idler_endpoint[CORES_MAX];

/* --- Helpers ---------------------------------------------------------------------- */

static uint64_t launch_prepare(const struct helper_plan *plan, unsigned index)
{
    struct launch launch = {plan->run, plan->argument};
    void *seen = &stacks[index][STACK_BYTES - sizeof(launch)];
    uint64_t top = (uintptr_t)seen;

    if (plan->space != NULL) {
        seen = (uint8_t *)plan->space->stack_seen + STACK_BYTES - sizeof(launch);
        top = SPACE_STACK_TOP - sizeof(launch);
    }
    memcpy(seen, &launch, sizeof(launch));
    return top;
}

static unsigned or_made(unsigned given, enum thole_object type)
{
    return given != 0 ? given : make(type, 0);
}

static void helper_configure(struct helper *helper, const struct helper_plan *plan)
{
    unsigned table = plan->table != 0 ? plan->table : INIT_SLOT_CAPTABLE;
    unsigned space = plan->space != NULL ? plan->space->slot : INIT_SLOT_ADDRESS_SPACE;

    CHECK_EQUAL(INVOKE(helper->thread, THREAD_CONFIGURE, table, space, helper->endpoint,
                       helper->watch, helper->time), RESULT_DONE);
}

struct helper *helper_make(const struct helper_plan *plan)
{
    unsigned index = helper_count;
    struct helper *helper = &helpers[index];

    CHECK(index < HELPERS_MAX);
    helper_count++;
    helper->thread = make(OBJECT_THREAD, 0);
    helper->endpoint = or_made(plan->endpoint, OBJECT_ENDPOINT);
    helper->watch = or_made(plan->watch, OBJECT_ENDPOINT);
    helper->kick = make(OBJECT_NOTIFICATION, 0);
    helper->time = plan->time;
    if (plan->time == 0 && !plan->passive)
        helper->time = time_make_on(plan->core, plan->priority);
    helper_configure(helper, plan);
    CHECK_EQUAL(INVOKE(helper->kick, NOTIFICATION_BIND, helper->endpoint, 0), RESULT_DONE);
    helper->stack_top = launch_prepare(plan, index);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_START, (uintptr_t)helper_enter, helper->stack_top,
                       plan->local),
                RESULT_DONE);
    return helper;
}

void helper_go(struct helper *helper)
{
    CHECK_EQUAL(ASK(helper->kick, NOTIFICATION_SIGNAL), RESULT_DONE);
}

struct helper *helper_started(struct helper *helper)
{
    helper_go(helper);
    return helper;
}

static uint64_t exit_code(const struct message *message)
{
    CHECK_EQUAL(thole_tag_kind(message->tag), KIND_FAULT);
    CHECK_EQUAL(message->word[0], FAULT_EXIT);
    return message->word[1];
}

uint64_t helper_join(struct helper *helper)
{
    struct message message = {0};

    CHECK_EQUAL(thole_recv(helper->watch, &message), STATUS_OK);
    return exit_code(&message);
}

bool helper_ended(struct helper *helper)
{
    struct message message = {0};
    enum thole_status status = thole_try_recv(helper->watch, &message);

    if (status == STATUS_WOULD_WAIT)
        return false;
    CHECK_EQUAL(status, STATUS_OK);
    exit_code(&message);
    return true;
}

void helpers_forget(void)
{
    helper_count = 0;
}

/* Time that is lent comes home when those who have it are gone. */
void helpers_delete(void)
{
    for (unsigned i = 0; i < helper_count; i++)
        if (slot_type(helpers[i].thread) == OBJECT_THREAD)
            delete(helpers[i].thread);
}

void helpers_print(void)
{
    for (unsigned i = 0; i < helper_count; i++) {
        struct message message = {.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {30}};

        if (thole_call(helpers[i].thread, &message) == STATUS_OK)
            print_line("# helper %u: x30 %lx, sp %lx, pc %lx", i, (unsigned long)message.word[0],
                       (unsigned long)message.word[1], (unsigned long)message.word[2]);
    }
}

/* --- Waiting until nobody else can run -------------------------------------------- */

enum thole_status call_word(unsigned slot, uint64_t word, uint64_t *answer)
{
    struct message message = {.tag = thole_tag(0, 1), .word = {word}};
    enum thole_status status = thole_call(slot, &message);

    if (answer != NULL)
        *answer = message.word[0];
    return status;
}

uint64_t serve_plus_one(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)(uintptr_t)argument;
    struct message message = *first;

    for (;;) {
        message = (struct message){.tag = thole_tag(0, 1), .word = {message.word[0] + 1}};
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

static void idler_make(unsigned core)
{
    static uint8_t idler_stacks[CORES_MAX][STACK_BYTES] __attribute__((aligned(16)));
    unsigned thread = keep_make(OBJECT_THREAD), time = keep_make(OBJECT_SCHED_CONTEXT);
    unsigned endpoint = keep_make(OBJECT_ENDPOINT);
    struct launch launch = {serve_plus_one, (void *)(uintptr_t)endpoint};
    void *top = &idler_stacks[core][STACK_BYTES - sizeof(launch)];
    uint64_t slice = SLICE;

    memcpy(top, &launch, sizeof(launch));
    CHECK_EQUAL(time_configure(time, core, PRIORITY_LOWEST, slice, slice), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                       endpoint, 0, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_START, (uintptr_t)helper_enter, (uintptr_t)top, 0),
                RESULT_DONE);
    idler_endpoint[core] = endpoint;
}

void idlers_make(void)
{
    for (unsigned core = 0; core < boot->cores_running && core < CORES_MAX; core++)
        idler_make(core);
}

/* One that runs at the lowest priority answers only when it gets to run. */
void settle_on(unsigned core)
{
    uint64_t answer;

    CHECK_EQUAL(call_word(idler_endpoint[core], core, &answer), STATUS_OK);
    CHECK_EQUAL(answer, core + 1);
}

void settle(void)
{
    settle_on(0);
}

/* --- Smaller things --------------------------------------------------------------- */

unsigned thread_state(unsigned thread)
{
    return (unsigned)answer_of(thread, THREAD_INSPECT, 0);
}

unsigned thread_flags(unsigned thread)
{
    return (unsigned)answer_of(thread, THREAD_INSPECT, 1);
}

void main_priority(unsigned priority)
{
    uint64_t slice = SLICE;

    CHECK_EQUAL(time_configure(INIT_SLOT_SCHED_CONTEXT, 0, priority, slice, slice), RESULT_DONE);
}

void sleep_until(uint64_t ticks)
{
    unsigned timer = make(OBJECT_TIMER, 0), endpoint = make(OBJECT_ENDPOINT, 0);
    struct message message = {0};

    CHECK_EQUAL(INVOKE(timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(timer, TIMER_ARM, ticks), RESULT_DONE);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_kind(message.tag), KIND_TIMER);
}

void sleep_for(uint64_t microseconds)
{
    sleep_until(ticks_now() + ticks_of(microseconds));
}

unsigned signal_make(unsigned endpoint, unsigned time, uint64_t bits)
{
    unsigned notification = make(OBJECT_NOTIFICATION, 0);

    CHECK_EQUAL(INVOKE(notification, NOTIFICATION_BIND, endpoint, time), RESULT_DONE);
    return bits != 0 ? mint(notification, RIGHTS_ALL, bits) : notification;
}

void signal(unsigned notification)
{
    CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
}
