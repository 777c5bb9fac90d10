/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control requests of include/service/init.h. What init answers in the shared
 * buffer is copied out before it is looked at.
 */
#pragma once
#include <lib/program.h>
#include <service/init.h>
#include <stdbool.h>

/* Was the shell given control of the system? If not, every request is refused. */
bool system_is_given(void);

/* A request with one word, or with a name or path; the answer's status or result. */
struct answer system_ask(enum init_operation operation, uint64_t word);
struct answer system_ask_named(enum init_operation operation, const char *name);
/* About a server, with one word more. */
struct answer system_ask_about(enum init_operation operation, const char *name, uint64_t word);

/* The server with this index; false: past the last. */
bool system_server(unsigned index, struct init_server *server);
/* The server with this name; false: there is none. */
bool system_server_named(const char *name, struct init_server *server);

/* Copies what an answer left in the buffer; at most what the buffer has. */
size_t system_copy(void *to, size_t bytes);
/* More memory for the shell itself; NULL: its quota is used up. */
void *system_grow(size_t bytes);
