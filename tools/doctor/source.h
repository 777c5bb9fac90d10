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

/* False, with the compilers' words on stderr: the source is no device tree. */
bool source_compile(struct source *source, const char *file);
void source_free(struct source *source);
/* "file:line" of the property, or of its node, or NULL. */
const char *source_where(const struct source *source, const char *path, const char *property);

/* The whole of a file, to be freed; NULL with a message on stderr. */
void *file_read(const char *name, size_t *bytes);

/* lines.c: reads what `dtc -O dts --annotate` writes. */
void lines_read(struct source *source, FILE *annotated);
