/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watch: a thread of the highest priority with a timer. A test that does
 * not end in time is named, with where its helpers are, and the run is over:
 * main may wait for what never comes.
 */
#include "conformance.h"

#define LIMIT_SECONDS 60 /* far beyond what any test takes: no measure of speed */

static struct {
    unsigned timer;
    unsigned number;
    const char *name;
} watch;

_Noreturn void power_off(void)
{
    for (;;)
        ASK(INIT_SLOT_MACHINE, MACHINE_POWER_OFF);
}

static uint64_t watch_run(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    print_line("not ok %u %s: did not end %s", watch.number, watch.name, check_text());
    helpers_print();
    print_line("# stopped");
    power_off();
}

void watch_init(void)
{
    static uint8_t stack[4096] __attribute__((aligned(16)));
    unsigned thread = keep_make(OBJECT_THREAD), time = keep_make(OBJECT_SCHED_CONTEXT);
    unsigned endpoint = keep_make(OBJECT_ENDPOINT);
    uint64_t *top = (uint64_t *)(stack + sizeof(stack)) - 2;
    uint64_t slice = SLICE;

    top[0] = (uintptr_t)watch_run;
    watch.timer = keep_make(OBJECT_TIMER);
    CHECK_EQUAL(time_configure(time, 0, PRIORITY_WATCH, slice, slice), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                       endpoint, 0, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_START, (uintptr_t)helper_enter, (uintptr_t)top, 0),
                RESULT_DONE);
    CHECK_EQUAL(INVOKE(watch.timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
}

void watch_begin(const char *name, unsigned number)
{
    watch.name = name;
    watch.number = number;
    CHECK_EQUAL(INVOKE(watch.timer, TIMER_ARM, ticks_now() + ticks_of(LIMIT_SECONDS * 1000000ULL)),
                RESULT_DONE);
}

void watch_end(void)
{
    CHECK_EQUAL(ASK(watch.timer, TIMER_DISARM), RESULT_DONE);
}
