/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ./thole doctor: checks systems against a board with the very code that init
 * runs at boot, and says in which file and line what is wrong.
 *
 *     doctor --board BOARD.dtb [--archive ARCHIVE | --programs NAME,...] FILE.dts...
 *     doctor --brief ...     errors and warnings alone, without the file they are in
 *     doctor --config ...    also what each program reads by program_config
 *     doctor --properties    lists the properties of a server's node
 *
 * Exit status: 0 all is well, 1 errors were found, 2 it could not be tried.
 */
#include <libfdt.h>
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
    bool brief;
    bool config;
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

static const char *severity_text(enum severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR:
        return "";
    case SEVERITY_WARNING:
        return "warning: ";
    default:
        return "note: ";
    }
}

static void report(void *context, const struct diagnostic *diagnostic)
{
    const struct doctor *doctor = context;
    bool grave = diagnostic->severity == SEVERITY_ERROR || diagnostic->severity == SEVERITY_WARNING;

    if (doctor->brief && !grave) {
        return;
    }
    if (doctor->brief) {
        printf("%s", diagnostic->severity == SEVERITY_ERROR ? "error: " : "");
    } else {
        where_print(doctor, source_where(doctor->source, diagnostic->path, diagnostic->property));
    }
    printf("%s%s: ", severity_text(diagnostic->severity), diagnostic->path);
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

static void count_print(const char *what, unsigned count)
{
    printf(", %u %s%s", count, what, count == 1 ? "" : "s");
}

static void summary_print(const char *file, const struct system *system)
{
    printf("%s: %u server%s", file, system->server_count, system->server_count == 1 ? "" : "s");
    count_print("error", system->errors);
    if (system->warnings) {
        count_print("warning", system->warnings);
    }
    putchar('\n');
}

/* The names of what the server's program reads by program_config. */
static void config_print(const struct system *system, const struct system_server *server)
{
    struct config config;
    const char *name;
    uint32_t length;

    system_config(system->tree, server, &config);
    printf("/thole/%s: program_config finds", server->name);
    for (uint32_t at = 0; at < config.bytes; at += (uint32_t)sizeof(length) + length) {
        name = (const char *)config.data + at;
        at += (uint32_t)strlen(name) + 1;
        memcpy(&length, config.data + at, sizeof(length));
        printf(" %s", name);
    }
    puts(config.bytes ? "" : " nothing");
}

static void configs_print(const struct system *system)
{
    for (unsigned i = 0; i < system->server_count; i++) {
        if (system_startable(&system->server[i])) {
            config_print(system, &system->server[i]);
        }
    }
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
    if (doctor->config) {
        configs_print(&system);
    }
    if (!doctor->brief) {
        summary_print(file, &system);
    }
    free(merged);
    return system.errors;
}

static unsigned file_check(struct doctor *doctor, const char *file)
{
    static const char *const wrong[] = {
        [SOURCE_SYNTAX] = ", because it is no tree yet; look for the ';' that is missing on the"
                          " line before",
        [SOURCE_FOREIGN] = ": expected a device tree's source, found no /dts-v1/; in it",
        [SOURCE_OVERLAY] = ": expected a whole tree, found /plugin/, which overlays have",
        [SOURCE_BAD] = ", because it is no tree yet: see above",
    };
    struct source source;
    unsigned errors = 1;
    enum source_result result = source_compile(&source, file);

    if (result == SOURCE_GOOD) {
        errors = check(doctor, &source, file);
    } else {
        printf("%s: not checked%s\n", file, wrong[result]);
    }
    source_free(&source);
    return errors;
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: doctor [--config] --board BOARD.dtb"
                    " [--archive ARCHIVE | --programs NAME,...] FILE.dts...\n");
    exit(2);
}

static void properties_list(void)
{
    for (unsigned i = 0; system_property(i); i++) {
        puts(system_property(i));
    }
}

static void board_read(struct doctor *doctor, const char *name)
{
    doctor->board = file_read(name, &doctor->board_bytes);
    if (!is_blob(doctor->board, doctor->board_bytes)) {
        fprintf(stderr, "doctor: --board %s: expected a board's tree as dtc compiles it, found "
                        "something else.\n", name);
        exit(2);
    }
    if (fdt_check_full(doctor->board, doctor->board_bytes) != 0) {
        fprintf(stderr, "doctor: --board %s: the tree is damaged.\n", name);
        exit(2);
    }
}

/* Takes an option without a value; false: it is none. */
static bool flag_read(struct doctor *doctor, const char *option)
{
    bool *flag = strcmp(option, "--brief") == 0    ? &doctor->brief
                 : strcmp(option, "--config") == 0 ? &doctor->config
                                                   : NULL;

    if (flag) {
        *flag = true;
    }
    return flag != NULL;
}

/* Takes an option with its value; false: it is none. */
static bool option_read(struct doctor *doctor, const char *option, char *value)
{
    if (strcmp(option, "--board") == 0) {
        board_read(doctor, value);
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
    for (; i < count && flag_read(&doctor, argument[i]); i++) {
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
