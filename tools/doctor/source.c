/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the preprocessor and dtc in a folder of their own. dtc runs twice: for
 * the blob, and for the tree as text with the source's lines beside it.
 */
#define _GNU_SOURCE
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct folder {
    char name[32];
};

static char *file_in(const struct folder *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder->name, name) < 0) {
        abort();
    }
    return path;
}

enum noise { NOISE_SHOWN, NOISE_HIDDEN };

static bool run(enum noise noise, const char *const argument[])
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (noise == NOISE_HIDDEN && !freopen("/dev/null", "w", stderr)) {
            _exit(127);
        }
        execvp(argument[0], (char *const *)(void *)argument);
        fprintf(stderr, "doctor: there is no %s\n", argument[0]);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

void *file_read(const char *name, size_t *bytes)
{
    FILE *file = fopen(name, "rb");
    char *data = NULL;
    size_t size;
    FILE *memory = open_memstream(&data, &size);
    char block[4096];
    size_t got;

    if (!file || !memory) {
        perror(name);
        exit(2);
    }
    while ((got = fread(block, 1, sizeof(block), file)) > 0) {
        fwrite(block, 1, got, memory);
    }
    fclose(file);
    fclose(memory);
    *bytes = size;
    return data;
}

/* The steps of cmake/compile-tree, and one for the lines. */
static bool compile_in(const struct folder *folder, struct source *source, const char *file)
{
    char *text = file_in(folder, "text"), *blob = file_in(folder, "blob");
    char *lines = file_in(folder, "lines");
    const char *const preprocess[] = {
        DOCTOR_CPP, "-E", "-nostdinc", "-undef", "-x", "assembler-with-cpp",
        "-I", DOCTOR_ROOT "/dts", "-I", DOCTOR_ROOT "/include", "-o", text, file, NULL};
    const char *const compile[] = {DOCTOR_DTC, "-I", "dts", "-O", "dtb", "-o", blob, text, NULL};
    const char *const annotate[] = {DOCTOR_DTC, "-q", "-q", "--annotate", "-I", "dts", "-O",
                                    "dts", "-o", lines, text, NULL};
    FILE *annotated;
    bool good = run(NOISE_SHOWN, preprocess) && run(NOISE_SHOWN, compile);

    if (good) {
        source->blob = file_read(blob, &source->blob_bytes);
        run(NOISE_HIDDEN, annotate);
        annotated = fopen(lines, "r");
        if (annotated) {
            lines_read(source, annotated);
            fclose(annotated);
        }
    }
    unlink(text);
    unlink(blob);
    unlink(lines);
    free(text);
    free(blob);
    free(lines);
    return good;
}

bool source_compile(struct source *source, const char *file)
{
    struct folder folder = {"/tmp/doctor.XXXXXX"};
    bool good;

    memset(source, 0, sizeof(*source));
    if (!mkdtemp(folder.name)) {
        perror(folder.name);
        exit(2);
    }
    good = compile_in(&folder, source, file);
    rmdir(folder.name);
    return good;
}

void source_free(struct source *source)
{
    for (size_t i = 0; i < source->places; i++) {
        free(source->place[i].path);
        free(source->place[i].property);
        free(source->place[i].where);
    }
    free(source->place);
    free(source->blob);
}

static bool is_place(const struct place *place, const char *path, const char *property)
{
    return strcmp(place->path, path) == 0 &&
           (property ? place->property && strcmp(place->property, property) == 0
                     : !place->property);
}

const char *source_where(const struct source *source, const char *path, const char *property)
{
    for (size_t i = 0; i < source->places; i++) {
        if (is_place(&source->place[i], path, property)) {
            return source->place[i].where;
        }
    }
    return property ? source_where(source, path, NULL) : NULL;
}
