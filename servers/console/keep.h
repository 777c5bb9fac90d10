/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the console keeps beyond its own death, behind the rings in the buffer that
 * it shares with the serial driver: how far it has shown init's notices, and the
 * line that is being typed. All of it has passed through the driver anyway.
 */
#pragma once
#include "line.h"

#include <service/startup.h>

/* At the start; notes what the console before this one left. */
void keep_start(void);
/* How much of init's notices was shown; false: nobody has said. */
bool keep_notices(uint64_t *shown);
void keep_set_notices(uint64_t shown);

/* The line of the client called `name`, unfinished; NULL client: nobody's. */
void keep_set_line(const char *name, const struct line *line);
/* Puts what the client had typed into its line. */
void keep_take_line(const char *name, struct line *line);
