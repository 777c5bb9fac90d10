/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a mistake is told: the node, the property, what was expected, what was
 * found, and the known name that is nearest to a misspelt one.
 */
#include <string.h>

#include "check.h"

#define NEAREST_BYTES 40 /* longer names are not compared */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[3][NEAREST_BYTES + 1];
    size_t length = strlen(b);

    for (unsigned j = 0; j <= length; j++) {
        row[0][j] = j;
    }
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned *now = row[i % 3];
        const unsigned *last = row[(i + 2) % 3];
        const unsigned *before = row[(i + 1) % 3];

        now[0] = i;
        for (unsigned j = 1; j <= length; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1,
                           last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], before[j - 2] + 1);
            }
        }
    }
    return row[strlen(a) % 3][length];
}

/* A long word that differs in more than this is another word, whatever both begin with. */
#define MISTYPED_MAX 3

struct nearest nearest_to(const char *word)
{
    size_t length = strlen(word);
    unsigned distance_max = (unsigned)length / 3 + 1;

    return (struct nearest){
        .word = length <= NEAREST_BYTES ? word : "",
        .name = NULL,
        .distance = 1 + (distance_max < MISTYPED_MAX ? distance_max : MISTYPED_MAX),
    };
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    unsigned away;

    if (strlen(name) > NEAREST_BYTES || !nearest->word[0]) {
        return;
    }
    away = distance(nearest->word, name);
    if (away < nearest->distance) {
        nearest->name = name;
        nearest->distance = away;
    }
}

/* Hands a diagnostic on, as long as there are not absurdly many. */
static void report(struct check *check, int node, struct diagnostic *diagnostic)
{
    char path[CHECK_PATH_BYTES];

    if (check->reports++ >= CHECK_REPORT_MAX) {
        return;
    }
    if (fdt_get_path(check->system->tree, node, path, sizeof(path)) != 0) {
        memcpy(path, "(deep)", sizeof("(deep)"));
    }
    diagnostic->path = path;
    check->input->report(check->input->context, diagnostic);
}

static void why_set(struct system_server *server, const struct diagnostic *diagnostic)
{
    struct text why = text_in(server->why, sizeof(server->why));

    if (diagnostic->severity == SEVERITY_NOTE) {
        text_format(&why, "%s", diagnostic->found);
    } else {
        text_format(&why, diagnostic->property ? "%s: " : "%s",
                    diagnostic->property ? diagnostic->property : "");
        text_format(&why, "expected %s, found %s", diagnostic->expected, diagnostic->found);
    }
    if (diagnostic->nearest) {
        text_format(&why, " (did you mean %s?)", diagnostic->nearest);
    }
}

static void server_refuse(struct check *check, struct system_server *server,
                          struct diagnostic *diagnostic)
{
    diagnostic->severity = SEVERITY_ERROR;
    check->system->errors++;
    if (server->verdict != VERDICT_ERROR) {
        why_set(server, diagnostic);
    }
    server->verdict = VERDICT_ERROR;
    report(check, server->node, diagnostic);
}

void refuse_found(struct check *check, struct system_server *server,
                  const struct mistake *mistake, const char *expected, ...)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text text = text_in(buffer, sizeof(buffer));
    struct diagnostic diagnostic = {.property = mistake->property,
                                    .expected = buffer,
                                    .found = mistake->found,
                                    .nearest = mistake->nearest};
    va_list arguments;

    va_start(arguments, expected);
    text_vformat(&text, expected, arguments);
    va_end(arguments);
    server_refuse(check, server, &diagnostic);
}

void refuse(struct check *check, struct system_server *server, const struct value *value,
            const char *expected, ...)
{
    char buffer[CHECK_TEXT_BYTES], shown[CHECK_TEXT_BYTES];
    struct text text = text_in(buffer, sizeof(buffer));
    struct text found = text_in(shown, sizeof(shown));
    struct diagnostic diagnostic = {
        .property = value->name, .expected = buffer, .found = shown};
    va_list arguments;

    va_start(arguments, expected);
    text_vformat(&text, expected, arguments);
    va_end(arguments);
    value_show(&found, value);
    server_refuse(check, server, &diagnostic);
}

void remark(struct check *check, struct system_server *server, enum verdict verdict,
            const struct mistake *mistake, const char *expected)
{
    struct diagnostic diagnostic = {.severity = SEVERITY_NOTE,
                                    .property = mistake->property,
                                    .expected = expected,
                                    .found = mistake->found,
                                    .nearest = mistake->nearest};

    server->verdict = verdict;
    why_set(server, &diagnostic);
    report(check, server->node, &diagnostic);
}

void hint(struct check *check, const struct system_server *server, const struct mistake *mistake,
          const char *expected)
{
    struct diagnostic diagnostic = {.severity = SEVERITY_HINT,
                                    .property = mistake->property,
                                    .expected = expected,
                                    .found = mistake->found,
                                    .nearest = mistake->nearest};

    report(check, server->node, &diagnostic);
}

void warn(struct check *check, int node, const struct mistake *mistake, const char *expected)
{
    struct diagnostic diagnostic = {.severity = SEVERITY_WARNING,
                                    .property = mistake->property,
                                    .expected = expected,
                                    .found = mistake->found,
                                    .nearest = mistake->nearest};

    check->system->warnings++;
    report(check, node, &diagnostic);
}

void refuse_node(struct check *check, int node, const struct mistake *mistake,
                 const char *expected)
{
    struct diagnostic diagnostic = {.severity = SEVERITY_ERROR,
                                    .property = mistake->property,
                                    .expected = expected,
                                    .found = mistake->found,
                                    .nearest = mistake->nearest};

    check->system->errors++;
    report(check, node, &diagnostic);
}
