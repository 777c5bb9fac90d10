/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a virtio generator: what it gave is handed out by lib/random, and when
 * that is used up the device is asked for more. A device that says nothing for long, or
 * what cannot be, is started anew; who waits asks again by himself or gets the next bytes.
 */
#include <lib/random.h>
#include <lib/string.h>
#include <service/random.h>

#include "entropy.h"

#define NS_PER_SECOND 1000000000u

static struct {
    struct entropy entropy;
    uint8_t pool[RANDOM_AT_ONCE]; /* what was not given away yet: the last `left` bytes */
    uint32_t left;
    uint64_t asked; /* when the device was */
} generator;

/* A device that cannot be started again ends the driver. */
static void start_anew(const char *why)
{
    enum virtio_state state;

    program_log("the generator is started anew: %s", why);
    state = entropy_start(&generator.entropy);
    if (state != VIRTIO_WORKS) {
        program_log("it cannot be started: %s", virtio_describe(state));
        thole_exit(PROGRAM_EXIT_FOR_GOOD);
    }
}

static void ask_device(void)
{
    if (generator.entropy.asked != 0)
        return;
    generator.asked = program_ticks();
    entropy_ask(&generator.entropy, sizeof(generator.pool));
}

/* Bytes that were given away are nowhere any more. */
static size_t take(uint8_t *to, size_t bytes)
{
    uint8_t *from = generator.pool + sizeof(generator.pool) - generator.left;

    if (generator.left == 0)
        ask_device();
    if (bytes > generator.left)
        bytes = generator.left;
    memcpy(to, from, bytes);
    memset(from, 0, bytes);
    generator.left -= (uint32_t)bytes;
    return bytes;
}

/* What came goes to the end of the pool, which is empty while the device is asked. */
static void collect(void)
{
    uint8_t came[RANDOM_AT_ONCE];
    uint32_t bytes;

    switch (entropy_take(&generator.entropy, came, &bytes)) {
    case ENTROPY_NOTHING:
        return;
    case ENTROPY_BROKEN:
        start_anew(virtio_describe(generator.entropy.virtio.state));
        return;
    case ENTROPY_BYTES:
        break;
    }
    memcpy(generator.pool + sizeof(generator.pool) - bytes, came, bytes);
    memset(came, 0, sizeof(came));
    generator.left = bytes;
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    (void)virtio_interrupt(&generator.entropy.virtio);
    collect();
    random_look();
}

/* A client waits a second at most; so long the device may take. */
static void on_timer(uint64_t deadline, uint64_t now)
{
    collect();
    if (generator.entropy.asked != 0 &&
        now - generator.asked >= program_ticks_from_ns(NS_PER_SECOND))
        start_anew("it does not answer");
    random_timer(deadline, now);
}

int main(void)
{
    static const server_operation operation[] = {[RANDOM_READ] = random_read};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    static const struct random_source source = {.take = take};
    enum virtio_state state = virtio_find(&generator.entropy.virtio);

    if (state == VIRTIO_WORKS)
        state = entropy_start(&generator.entropy);
    if (state != VIRTIO_WORKS) {
        program_log("no generator: %s", virtio_describe(state));
        return PROGRAM_EXIT_FOR_GOOD;
    }
    random_begin(&source);
    server_run(&server);
}
