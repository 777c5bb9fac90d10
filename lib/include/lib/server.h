/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of a server, once for all: receive, dispatch, reply_recv. A server
 * is a state of its own, one function per operation, and this table.
 *
 *     static const server_operation operation[] = {
 *         [CLOCK_NOW] = op_now, [CLOCK_SLEEP] = op_sleep };
 *     static const struct server server = {
 *         .operation = operation, .operations = COUNT_OF(operation),
 *         .timer = on_timer };
 *     int main(void) { ...; server_run(&server); }
 */
#pragma once
#include <lib/program.h>
#include <lib/syscall.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct request {
    const struct startup_edge *client;
    uint32_t operation;
    uint64_t word[6];   /* in: arguments; out: the answer's words */
    unsigned words;     /* of the answer; 0 unless the operation sets it */
};

/* Returned by an operation instead of a result: the answer comes later. */
#define SERVER_LATER UINT32_MAX

/*
 * Fills request->word and returns an enum service_result; or keeps the request
 * with server_set_aside and returns SERVER_LATER.
 */
typedef uint32_t (*server_operation)(struct request *request);

struct server {
    const server_operation *operation; /* by number; a NULL entry answers BAD_REQUEST */
    unsigned operations;
    void (*interrupt)(uint32_t line, uint64_t merged); /* the line is unmasked on return */
    void (*timer)(uint64_t deadline, uint64_t now);    /* arm again by program_timer_arm */
    void (*signal)(const struct startup_edge *edge);   /* a peer's signal, once an edge */
    /* The machine is to be switched off, or reset: of the server with `system-power`. */
    void (*power)(bool reset);
    void (*start)(void);        /* once, before the first message is handled; may be NULL */
};

_Noreturn void server_run(const struct server *server);

/*
 * Reserves one of the program's free slots for the reply to the request being
 * handled, which is put aside when the operation returns SERVER_LATER. 0: none
 * is free; answer BUSY then.
 */
unsigned server_set_aside(void);
/* Answers it; the slot is free again. */
void server_answer(unsigned reply, uint32_t result, unsigned words, const uint64_t *word);
