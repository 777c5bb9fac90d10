/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol of service/random.h, once for all generators: who asks is answered with
 * what there is, and waits in line while there is nothing, but not for longer than a
 * second. A driver's table has RANDOM_READ as random_read, its `timer` is random_timer,
 * and it calls random_look when the device says that it has something.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <lib/server.h>

#define RANDOM_AT_ONCE 64u /* bytes of an answer, at most */

struct random_source {
    /*
     * Takes up to `bytes` bytes, which then are nobody else's; 0: there are none, or none
     * that are good. Never waits.
     */
    size_t (*take)(uint8_t *to, size_t bytes);
    /* Between two looks at the device while somebody waits; 0: it interrupts. */
    uint64_t look_ns;
};

/* Before server_run. Nobody waits yet. */
void random_begin(const struct random_source *source);
uint32_t random_read(struct request *request);
void random_look(void);
void random_timer(uint64_t deadline, uint64_t now);
