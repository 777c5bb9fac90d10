/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program was given: its edges, registers, interrupts, configuration
 * and time, read from the startup page. All pointers returned point into that
 * page or into mapped memory and stay valid for the program's life.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <service/startup.h>
#include <thole/abi.h>

/* Codes with which the library itself ends a program; main's own are better kept below. */
enum program_exit {
    PROGRAM_EXIT_BAD_STARTUP = PROGRAM_EXIT_FOR_GOOD + 1, /* the startup page does not begin with its magic */
    PROGRAM_EXIT_WRONG_ABI,            /* it was built for another THOLE_ABI than init's */
    PROGRAM_EXIT_NO_ENDPOINT,          /* its own endpoint cannot be received on */
};

const struct startup *program_startup(void);

/* The use called `name` in the node's use-names; NULL: the tree does not give it. */
const struct startup_edge *program_use(const char *name);
/* The client whose requests carry `badge`; NULL: none. */
const struct startup_edge *program_client(uint64_t badge);
/* The edge whose peer's signals set bit `bit`; NULL: none. */
const struct startup_edge *program_edge_of_bit(unsigned bit);
/* Signals the peer of an edge; does nothing if there is no way to. */
void program_signal(const struct startup_edge *edge);

/* The device's registers; index counts the node's reg entries. NULL: not given. */
volatile void *program_registers(unsigned index, size_t *bytes);

/*
 * The memory that the device reads and writes by itself (`dma-kib`). NULL: none. It is
 * as the last incarnation and the device left it, and the device may still be at work
 * on it: stop the device first. Whatever the caches, it needs a barrier only.
 */
void *program_dma(size_t *bytes);
/* The device's address of a byte in it, or of the byte behind its last. */
uint64_t program_dma_bus(const volatile void *at);
/*
 * Every access before it is done before every one after it, as devices see them: between
 * writing to that memory and telling the device, between hearing of it and reading there.
 */
void program_dma_barrier(void);

/* A property of the node's config subnode, or else of its device's node. NULL: not there. */
const void *program_config(const char *name, uint32_t *bytes);
/* Its first cell, or `otherwise`. */
uint32_t program_config_cell(const char *name, uint32_t otherwise);

/* Time: ticks of the system counter; conversions round up and saturate. */
uint64_t program_ticks(void);
uint64_t program_ticks_from_ns(uint64_t ns);
uint64_t program_ns_from_ticks(uint64_t ticks);
/* Arms or disarms the program's own timer: it arrives as a message of kind TIMER. */
void program_timer_arm(uint64_t deadline_ticks);
void program_timer_disarm(void);

/*
 * A line into the program's log ring (its use named "log"); without one, lost.
 * Formats %s %c %d %u %x %lu %lx %ld %p %% and widths with 0 padding; adds time
 * and newline. Safe in any server: needs no C library, no floating point.
 */
void program_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Requests of a client of a service: up to five words in, six out. */
struct answer {
    enum thole_status status;  /* not STATUS_OK: the rest means nothing */
    uint32_t result;           /* enum service_result, if status is STATUS_OK */
    uint64_t word[6];
};
struct answer program_request(const struct startup_edge *use, uint32_t operation,
                              unsigned words, const uint64_t *word);
/*
 * In which state who is at the other end of an edge is, by init: enum server_state of
 * service/init.h, 0: not known. STATUS_PEER_STOPPED does not say whether it comes back.
 */
uint32_t program_peer(const struct startup_edge *edge);
