/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a source of a device tree to its blob, by the C preprocessor and dtc as
 * in the build, and to a list of where each node and property was written.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct place {
    char *path;      /* of the node */
    char *property;  /* NULL: the node itself */
    char *where;     /* "file:line" */
};

struct source {
    void *blob;
    size_t blob_bytes;
    struct place *place;
    size_t places;
};

enum source_result {
    SOURCE_GOOD,
    SOURCE_SYNTAX,  /* dtc does not understand it */
    SOURCE_FOREIGN, /* the same, and it does not even say /dts-v1/ */
    SOURCE_OVERLAY, /* it is to be put onto a tree, and is none by itself */
    SOURCE_BAD,     /* something else is wrong: an include, a reference, a value */
};

/* With the compilers' words on stderr. What is compiled already is taken as it is. */
enum source_result source_compile(struct source *source, const char *file);
void source_free(struct source *source);
/* "file:line" of the property, or of its node, or NULL. */
const char *source_where(const struct source *source, const char *path, const char *property);

/* The whole of a file, to be freed. What cannot be read ends the program, with a message. */
void *file_read(const char *name, size_t *bytes);
/* Does it begin as a tree that is compiled? */
bool is_blob(const void *data, size_t bytes);

/* lines.c: reads what `dtc -O dts --annotate` writes. */
void lines_read(struct source *source, FILE *annotated);
