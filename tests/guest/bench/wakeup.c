/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How late the first instruction of an urgent driver is when its device speaks at
 * any moment while others keep the kernel busy (churn.c). The clock runs so that
 * each instruction takes 2^10 ns of it: a second is not many, and a time is a number
 * of instructions.
 */
#include "bench.h"
#include "churn.h"
#include "watcher.h"

#include <libfdt.h>

#define FIRST_SHARED 32         /* interrupt numbers of a tree count from here */
#define QUIET        8
#define SAMPLES      150
#define PAUSE_MASK   0x3ff
#define CROWDS       12
#define CROWD_MASK   0x7ff
#define CLOSE        100        /* instructions: less than an event is long */

_Static_assert(WATCH_DEVICE == PARTY_DEVICE && WATCH_SHARED == SPACE_SHARED, "watcher.S");

static volatile uint64_t *shared;

static unsigned device_untyped(uint64_t address)
{
    for (unsigned i = 0; i < boot->untyped_count; i++)
        if (boot->untyped[i].device && boot->untyped[i].address == address)
            return INIT_SLOT_FIRST_UNTYPED + i;
    CHECK(!"the device's registers are an Untyped");
    return 0;
}

/* Maps the clock's registers in the space; the number of its line. */
static unsigned clock_give(const struct space *space)
{
    const void *tree = (const void *)(uintptr_t)boot->hardware_tree;
    int node = fdt_node_offset_by_compatible(tree, -1, "arm,pl031");
    const fdt32_t *interrupts = fdt_getprop(tree, node, "interrupts", NULL);
    const fdt64_t *reg = fdt_getprop(tree, node, "reg", NULL);
    unsigned frame = slot_take();

    CHECK(interrupts != NULL && reg != NULL);
    CHECK_EQUAL(retype(device_untyped(fdt64_to_cpu(*reg)), OBJECT_FRAME, FRAME_BITS_4K, frame),
                RESULT_DONE);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, space->slot, WATCH_DEVICE, RIGHT_READ | RIGHT_WRITE,
                       MEMORY_DEVICE), RESULT_DONE);
    return FIRST_SHARED + fdt32_to_cpu(interrupts[1]);
}

static void watcher_make(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), interrupt = make(OBJECT_INTERRUPT, 0);
    unsigned start = signal_make(endpoint, time_make(PRIORITY_HIGHER), 1);
    struct space space = space_make();
    unsigned line = clock_give(&space);

    shared = space.shared_seen;
    HELPER(watch_clock, endpoint, 0, .endpoint = endpoint, .passive = true, .space = &space);
    CHECK_EQUAL(INVOKE(interrupt, INTERRUPT_BIND, endpoint, time_make(PRIORITY_HIGHER)),
                RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, TRIGGER_LEVEL),
                RESULT_DONE);
    signal(start);
}

/* One line a time: how many ticks after the alarm was set. `work` is done until it wakes. */
static void wait_and_tell(const char *what, unsigned number, void (*work)(void))
{
    uint64_t before = shared[WATCH_COUNT / 8];

    shared[WATCH_PAUSE / 8] = 1 + (number * 397u & PAUSE_MASK);
    while (shared[WATCH_COUNT / 8] == before)
        work();
    print_line("wakeup: %s %lu", what, (unsigned long)shared[WATCH_TICKS / 8]);
}

static void nothing(void)
{
}

/* The driver's line rises while timers expire, all at once or each as soon as one has come. */
static void expire_crowd(uint64_t apart)
{
    static unsigned number;
    uint64_t rises = shared[WATCH_SET / 8] + boot->timer_frequency;
    uint64_t before = shared[WATCH_COUNT / 8];

    crowd_arm(rises - ticks_of(number++ * 397u & CROWD_MASK), apart);
    CHECK(ticks_now() < rises - ticks_of(CROWD_MASK));
    while (shared[WATCH_COUNT / 8] == before)
        continue;
}

static void expire_together(void)
{
    expire_crowd(0);
}

static void expire_close(void)
{
    expire_crowd(ticks_of(CLOSE));
}

void count_wakeups(void)
{
    print_line("wakeup: frequency %lu", (unsigned long)boot->timer_frequency);
    churn_make();
    watcher_make();
    for (unsigned i = 0; i < QUIET; i++)
        wait_and_tell("quiet", i, nothing);
    for (unsigned i = 0; i < SAMPLES; i++)
        wait_and_tell("busy", i, churn);
    for (unsigned i = 0; i < CROWDS; i++)
        wait_and_tell("together", i, expire_together);
    for (unsigned i = 0; i < CROWDS; i++)
        wait_and_tell("close", i, expire_close);
    CHECK(churn_rounds() > 0);
    print_line("wakeup: rounds %u", churn_rounds());
}
