/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request of the control protocol while it is answered: control.c reads it and
 * changes things, inspect.c looks closely at what a server has.
 */
#pragma once
#include "server.h"

#define CONTROL_BUFFER_BYTES MEMORY_PAGE_BYTES

struct control {
    struct server *client;
    char *buffer;
    uint64_t word[THOLE_MESSAGE_WORDS]; /* in: arguments; out: the answer's words */
    unsigned words;                     /* of the answer */
};

/* The server whose name, word[0] bytes, is in the buffer; NULL: none. */
struct server *control_server(const struct control *control);

/* Operations of enum init_operation; each answers an enum service_result. */
uint32_t inspect_thread(struct control *control);
uint32_t inspect_time(struct control *control);
uint32_t inspect_capabilities(struct control *control);
uint32_t inspect_usage(struct control *control);

/* trace.c, likewise */
uint32_t trace_switch(struct control *control);
uint32_t trace_read(struct control *control);
