/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ./thole doctor: checks systems against a board with the very code that init
 * runs at boot, and says in which file and line what is wrong.
 *
 *     doctor --board BOARD.dtb [--archive ARCHIVE | --programs NAME,...] FILE.dts...
 *     doctor --properties    lists the properties of a server's node
 *
 * Exit status: 0 all is well, 1 errors were found, 2 it could not be tried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/image/cpio.h"
#include "source.h"
#include "system.h"

#define PROGRAMS_MAX 1024

struct doctor {
    void *board;
    size_t board_bytes;
    void *archive;                 /* NULL: the programs are not known */
    const char *program[PROGRAMS_MAX];
    unsigned programs;
    const struct source *source;   /* that is being checked */
    const char *file;
};

static const char *program_at(void *context, unsigned index)
{
    const struct doctor *doctor = context;

    return index < doctor->programs ? doctor->program[index] : NULL;
}

static void program_add(struct doctor *doctor, const char *name)
{
    if (doctor->programs < PROGRAMS_MAX) {
        doctor->program[doctor->programs++] = name;
    }
}

static void archive_read(struct doctor *doctor, const char *name)
{
    struct cpio_cursor cursor;
    struct cpio_file file;
    enum cpio_error error;
    size_t bytes;

    doctor->archive = file_read(name, &bytes);
    cpio_start(&cursor, doctor->archive, bytes);
    while ((error = cpio_next(&cursor, &file)) == CPIO_OK) {
        program_add(doctor, file.name);
    }
    if (error != CPIO_END) {
        fprintf(stderr, "doctor: %s: %s\n", name, cpio_error_text(error));
        exit(2);
    }
}

/* dtc tells files as seen from the source's own folder. */
static void where_print(const struct doctor *doctor, const char *where)
{
    const char *name = strrchr(doctor->file, '/');

    if (!where) {
        printf("%s: ", doctor->file);
    } else if (where[0] == '/' || !name) {
        printf("%s: ", where);
    } else {
        printf("%.*s%s: ", (int)(name + 1 - doctor->file), doctor->file, where);
    }
}

static void report(void *context, const struct diagnostic *diagnostic)
{
    const struct doctor *doctor = context;

    where_print(doctor, source_where(doctor->source, diagnostic->path, diagnostic->property));
    printf("%s%s: ", diagnostic->severity == SEVERITY_ERROR ? "" : "note: ", diagnostic->path);
    if (diagnostic->property) {
        printf("%s: ", diagnostic->property);
    }
    if (diagnostic->severity == SEVERITY_NOTE) {
        printf("not started: %s", diagnostic->found); /* in init's own words */
    } else if (diagnostic->severity == SEVERITY_HINT) {
        printf("%s", diagnostic->found);
    } else {
        printf("expected %s, found %s", diagnostic->expected, diagnostic->found);
    }
    if (diagnostic->nearest) {
        printf(" (did you mean %s?)", diagnostic->nearest);
    }
    putchar('\n');
}

/* The number of errors of one source. */
static unsigned check(struct doctor *doctor, const struct source *source, const char *file)
{
    static struct system system;
    size_t room = tree_merge_room(doctor->board, doctor->board_bytes, source->blob,
                                  source->blob_bytes);
    void *merged = malloc(room);
    uint64_t ram;
    const char *wrong;

    wrong = tree_merge(doctor->board, doctor->board_bytes, source->blob, source->blob_bytes,
                       merged, room);
    if (wrong) {
        printf("%s: %s\n", file, wrong);
        free(merged);
        return 1;
    }
    doctor->source = source;
    doctor->file = file;
    ram = system_ram_bytes(merged);
    system_check(&system, &(struct system_input){
                              .tree = merged,
                              .memory = ram ? ram : UINT64_MAX,
                              .cores = system_cores(merged),
                              .program = doctor->programs ? program_at : NULL,
                              .report = report,
                              .context = doctor,
                          });
    printf("%s: %u server%s, %u error%s\n", file, system.server_count,
           system.server_count == 1 ? "" : "s", system.errors, system.errors == 1 ? "" : "s");
    free(merged);
    return system.errors;
}

static unsigned file_check(struct doctor *doctor, const char *file)
{
    struct source source;
    unsigned errors = 1;

    if (source_compile(&source, file)) {
        errors = check(doctor, &source, file);
    } else {
        printf("%s: not checked, because it is no tree yet; for a syntax error, look for the ';'"
               " that is missing on the line before\n",
               file);
    }
    source_free(&source);
    return errors;
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: doctor --board BOARD.dtb [--archive ARCHIVE | --programs NAME,...]"
                    " FILE.dts...\n");
    exit(2);
}

static void properties_list(void)
{
    for (unsigned i = 0; system_property(i); i++) {
        puts(system_property(i));
    }
}

/* Takes an option with its value; false: it is none. */
static bool option_read(struct doctor *doctor, const char *option, char *value)
{
    if (strcmp(option, "--board") == 0) {
        doctor->board = file_read(value, &doctor->board_bytes);
    } else if (strcmp(option, "--archive") == 0) {
        archive_read(doctor, value);
    } else if (strcmp(option, "--programs") == 0) {
        for (char *name = strtok(value, ","); name; name = strtok(NULL, ",")) {
            program_add(doctor, name);
        }
    } else {
        return false;
    }
    return true;
}

int main(int count, char *argument[])
{
    static struct doctor doctor;
    unsigned errors = 0;
    int i = 1;

    if (count == 2 && strcmp(argument[1], "--properties") == 0) {
        properties_list();
        return 0;
    }
    while (i + 1 < count && option_read(&doctor, argument[i], argument[i + 1])) {
        i += 2;
    }
    if (!doctor.board || i == count || argument[i][0] == '-') {
        usage();
    }
    for (; i < count; i++) {
        errors += file_check(&doctor, argument[i]);
    }
    free(doctor.board);
    free(doctor.archive);
    return errors ? 1 : 0;
}
