/* SPDX-License-Identifier: BSD-2-Clause */
/* Splitting lines, and reading numbers. */
#include "words.h"

#include <lib/string.h>
#include <stddef.h>

#define NS_PER_SECOND 1000000000u
#define SECONDS_MAX   1000000000u

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

char *words_command(char *text, char **rest)
{
    char quote = '\0';
    *rest = NULL;
    for (char *at = text; *at != '\0'; at++) {
        if (quote != '\0') {
            quote = *at == quote ? '\0' : quote;
        } else if (is_quote(*at)) {
            quote = *at;
        } else if (*at == ';') {
            *at = '\0';
            *rest = at + 1;
            break;
        }
    }
    return text;
}

/* Moves the word at *from to its place without its quotes, and *from behind it; false: a quote stays open. */
static bool cut_word(char **from)
{
    char *to = *from, *at = *from, quote = '\0';
    for (; *at != '\0' && (quote != '\0' || !is_space(*at)); at++) {
        if (quote == '\0' && is_quote(*at))
            quote = *at;
        else if (quote != '\0' && *at == quote)
            quote = '\0';
        else
            *to++ = *at;
    }
    *from = *at == '\0' ? at : at + 1;
    *to = '\0';
    return quote == '\0';
}

static char *skip_spaces(char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

int words_split(char *command, char *word[WORDS_MAX])
{
    int count = 0;
    for (char *at = skip_spaces(command); *at != '\0'; at = skip_spaces(at)) {
        if (count == WORDS_MAX)
            return -1;
        word[count++] = at;
        if (!cut_word(&at))
            return -1;
    }
    return count;
}

bool words_begin_with(char *text, const char *name, char **rest)
{
    size_t size = strlen(name);
    text = skip_spaces(text);
    if (strncmp(text, name, size) != 0 || (text[size] != '\0' && !is_space(text[size])))
        return false;
    *rest = skip_spaces(text + size);
    return true;
}

/* Digits from *at on; false: none, or past `limit`. */
static bool read_digits(const char **at, uint64_t limit, uint64_t *number)
{
    const char *first = *at;
    *number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        *number = *number * 10 + (unsigned)(**at - '0');
        if (*number > limit)
            return false;
    }
    return *at != first;
}

bool words_number(const char *word, uint64_t *number)
{
    return read_digits(&word, UINT64_MAX / 100, number) && *word == '\0';
}

bool words_seconds(const char *word, uint64_t *ns)
{
    uint64_t seconds;
    if (!read_digits(&word, SECONDS_MAX, &seconds))
        return false;
    *ns = seconds * NS_PER_SECOND;
    if (*word == '\0')
        return true;
    if (*word++ != '.')
        return false;
    for (uint64_t unit = NS_PER_SECOND / 10; *word >= '0' && *word <= '9'; word++, unit /= 10)
        *ns += (unsigned)(*word - '0') * unit;
    return *word == '\0';
}
