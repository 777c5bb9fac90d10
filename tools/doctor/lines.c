/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the text that `dtc -O dts --annotate` writes: one node or property a
 * line, and behind it a comment with the files and lines it came from:
 *
 *     clock: clock { // b.dtsi:2, a.dts:12     (as a comment in C's older form)
 *         status = "disabled"; // a.dts:13
 *     };
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define DEPTH_MAX 64

/* The names from the root to where the reader is. */
struct stack {
    char *name[DEPTH_MAX];
    unsigned depth;
};

static char *path_of(const struct stack *stack)
{
    char *path = NULL, *longer;

    for (unsigned i = 1; i < stack->depth; i++) {
        if (asprintf(&longer, "%s/%s", path ? path : "", stack->name[i]) < 0) {
            abort();
        }
        free(path);
        path = longer;
    }
    return path ? path : strdup("/");
}

static void place_add(struct source *source, const struct stack *stack, const char *property,
                      const char *where)
{
    struct place *more = realloc(source->place, (source->places + 1) * sizeof(*more));

    if (!more) {
        abort();
    }
    source->place = more;
    source->place[source->places++] = (struct place){
        .path = path_of(stack),
        .property = property ? strdup(property) : NULL,
        .where = strdup(where),
    };
}

/* Cuts the comment off the line; returns its first "file:line", or NULL. */
static char *comment_cut(char *line)
{
    char *start = NULL, *next = strstr(line, "/* ");

    while (next) { /* a string may hold the like: the last one counts */
        start = next;
        next = strstr(next + 1, "/* ");
    }
    if (!start) {
        return NULL;
    }
    *start = '\0';
    start += strlen("/* ");
    start[strcspn(start, ", ")] = '\0';
    return strchr(start, ':') ? start : NULL;
}

/* Without spaces around, and without the labels before a name. */
static char *trim(char *text)
{
    char *label;
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length && strchr(" \t\n", text[length - 1])) {
        text[--length] = '\0';
    }
    while ((label = strstr(text, ": ")) && strcspn(text, " \"=") > (size_t)(label - text)) {
        text = label + 2;
    }
    return text;
}

static void line_read(struct source *source, struct stack *stack, char *line)
{
    char *where = comment_cut(line);
    char *text = trim(line);
    size_t length = strlen(text);

    if (length && text[length - 1] == '{' && stack->depth < DEPTH_MAX) {
        text[length - 1] = '\0';
        stack->name[stack->depth++] = strdup(trim(text));
        if (where) {
            place_add(source, stack, NULL, where);
        }
    } else if (strcmp(text, "};") == 0 && stack->depth) {
        free(stack->name[--stack->depth]);
    } else if (where && length && text[length - 1] == ';') {
        text[strcspn(text, " =;")] = '\0';
        place_add(source, stack, text, where);
    }
}

void lines_read(struct source *source, FILE *annotated)
{
    struct stack stack = {.depth = 0};
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, annotated) >= 0) {
        line_read(source, &stack, line);
    }
    while (stack.depth) {
        free(stack.name[--stack.depth]);
    }
    free(line);
}
