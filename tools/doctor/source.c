/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the preprocessor and dtc in a folder of their own. dtc runs twice: for
 * the blob, and for the tree as text with the source's lines beside it.
 */
#define _GNU_SOURCE
#include "source.h"

#include <errno.h>
#include <libfdt.h>
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

/* What the program says goes to the file `said`. */
static bool run(const char *said, const char *const argument[])
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen(said, "w", stderr)) {
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

    while (file && memory && (got = fread(block, 1, sizeof(block), file)) > 0) {
        fwrite(block, 1, got, memory);
    }
    if (!file || !memory || ferror(file)) {
        fprintf(stderr, "doctor: %s cannot be read: %s.\n", name, strerror(errno));
        exit(2);
    }
    fclose(file);
    fclose(memory);
    *bytes = size;
    return data;
}

bool is_blob(const void *data, size_t bytes)
{
    return bytes >= sizeof(struct fdt_header) && fdt_magic(data) == FDT_MAGIC;
}

/* Is the word in the file? One that is not there holds none. */
static bool file_has(const char *name, const char *word)
{
    size_t bytes;
    char *text = access(name, R_OK) == 0 ? file_read(name, &bytes) : NULL;
    bool has = text && memmem(text, bytes, word, strlen(word));

    free(text);
    return has;
}

static void file_show(const char *name)
{
    size_t bytes;
    char *text = file_read(name, &bytes);

    fwrite(text, 1, bytes, stderr);
    free(text);
}

static void file_drop(char *name)
{
    unlink(name);
    free(name);
}

/* Shows what the compilers said, and makes out what kind of mistake it is. */
static enum source_result result_of(const char *said, const char *text)
{
    file_show(said);
    if (!file_has(said, "syntax error")) {
        return SOURCE_BAD;
    }
    return file_has(text, "/dts-v1/") ? SOURCE_SYNTAX : SOURCE_FOREIGN;
}

static void places_read(struct source *source, const char *lines)
{
    FILE *annotated = fopen(lines, "r");

    if (annotated) {
        lines_read(source, annotated);
        fclose(annotated);
    }
}

/* The steps of cmake/compile-tree, and one for the lines. */
static enum source_result compile_in(const struct folder *folder, struct source *source,
                                     const char *file)
{
    char *text = file_in(folder, "text"), *blob = file_in(folder, "blob");
    char *lines = file_in(folder, "lines"), *said = file_in(folder, "said");
    const char *const preprocess[] = {
        DOCTOR_CPP, "-E", "-nostdinc", "-undef", "-x", "assembler-with-cpp",
        "-I", DOCTOR_ROOT "/dts", "-I", DOCTOR_ROOT "/include", "-o", text, file, NULL};
    const char *const compile[] = {DOCTOR_DTC, "-I", "dts", "-O", "dtb", "-o", blob, text, NULL};
    const char *const annotate[] = {DOCTOR_DTC, "-q", "-q", "--annotate", "-I", "dts", "-O",
                                    "dts", "-o", lines, text, NULL};
    bool good = run(said, preprocess) && run(said, compile);
    enum source_result result = good ? SOURCE_GOOD : result_of(said, text);

    if (file_has(text, "/plugin/")) {
        result = SOURCE_OVERLAY;
    } else if (good) {
        file_show(said);
        source->blob = file_read(blob, &source->blob_bytes);
        run(said, annotate);
        places_read(source, lines);
    }
    file_drop(text);
    file_drop(blob);
    file_drop(lines);
    file_drop(said);
    return result;
}

static enum source_result text_compile(struct source *source, const char *file)
{
    struct folder folder = {"/tmp/doctor.XXXXXX"};
    enum source_result result;

    if (!mkdtemp(folder.name)) {
        fprintf(stderr, "doctor: %s cannot be made: %s.\n", folder.name, strerror(errno));
        exit(2);
    }
    result = compile_in(&folder, source, file);
    rmdir(folder.name);
    return result;
}

enum source_result source_compile(struct source *source, const char *file)
{
    memset(source, 0, sizeof(*source));
    source->blob = file_read(file, &source->blob_bytes);
    if (is_blob(source->blob, source->blob_bytes)) {
        return SOURCE_GOOD;
    }
    free(source->blob);
    source->blob = NULL;
    return text_compile(source, file);
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
