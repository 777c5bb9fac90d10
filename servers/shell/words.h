/* SPDX-License-Identifier: BSD-2-Clause */
/* A line becomes commands, a command becomes words. Both cut the text where it lies. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 32

/*
 * The text up to the next ';' outside of quotes; *rest is what follows, NULL at
 * the end.
 */
char *words_command(char *text, char **rest);
/*
 * Cuts a command at its spaces; '...' and "..." keep theirs. The number of words;
 * -1: a quote does not end, or there are too many.
 */
int words_split(char *command, char *word[WORDS_MAX]);

/* The first word of `text` without cutting it: true if it is `name`; *rest follows it. */
bool words_begin_with(char *text, const char *name, char **rest);

/* Decimal number without a sign; false: it is none, or too large. */
bool words_number(const char *word, uint64_t *number);
/* Seconds such as 2 or 0.25 in nanoseconds; false: it is none, or too large. */
bool words_seconds(const char *word, uint64_t *ns);
