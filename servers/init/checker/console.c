/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is there a prompt where its user will look for it? The kernel prints on the line that
 * /chosen's stdout-path names. A console, which is a server with `init-log` that uses
 * others, should stand on the driver of that line: on another it is a silent one.
 */
#include "check.h"

static bool is_console(const struct system_server *server)
{
    return server->init_log && server->use_count && server->verdict != VERDICT_DISABLED &&
           server->verdict != VERDICT_ERROR;
}

/* Whether it uses, also through others, whoever drives that device. */
static bool reaches(const struct check *check, unsigned console, int device)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (check->reach[console] >> i & 1 && check->system->server[i].device == device) {
            return true;
        }
    }
    return false;
}

static void device_show(struct text *text, const void *tree, int node)
{
    char path[CHECK_PATH_BYTES];
    struct value compatible;

    text_format(text, "%s", fdt_get_path(tree, node, path, sizeof(path)) ? "(deep)" : path);
    if (value_get(tree, node, "compatible", &compatible) && value_is_strings(&compatible)) {
        text_format(text, " (%s)", compatible.data);
    }
}

/* What it stands on instead: the first server it uses that should have a device. */
static void found_show(struct text *text, const struct check *check, unsigned console)
{
    const struct system *system = check->system;

    for (unsigned i = 0; i < system->server_count; i++) {
        const struct system_server *server = &system->server[i];

        if (!(check->reach[console] >> i & 1) || !server_has(check, server, "match")) {
            continue;
        }
        if (server->verdict == VERDICT_START) {
            text_format(text, "%s, which drives ", server->name);
            device_show(text, system->tree, server->device);
        } else {
            text_format(text, "%s, which is not started: %s", server->name, server->why);
        }
        return;
    }
    text_format(text, "none");
}

static void stray_tell(struct check *check, unsigned console)
{
    const struct system_server *server = &check->system->server[console];
    char expect[SYSTEM_WHY_BYTES], buffer[SYSTEM_WHY_BYTES];
    struct text expected = text_in(expect, sizeof(expect));
    struct text found = text_in(buffer, sizeof(buffer));

    text_format(&expected, "the driver of ");
    device_show(&expected, check->system->tree, check->system->stdout_node);
    text_format(&expected, ", stdout-path's line, which else has no prompt");
    found_show(&found, check, console);
    warn(check, server->node, &(struct mistake){"uses", NULL, buffer}, expect);
}

void console_check(struct check *check)
{
    int stray = -1;

    if (check->system->stdout_node < 0) {
        return;
    }
    for (unsigned i = 0; i < check->system->server_count; i++) {
        const struct system_server *server = &check->system->server[i];

        if (!is_console(server)) {
            continue;
        }
        if (server->verdict == VERDICT_START &&
            reaches(check, i, check->system->stdout_node)) {
            return;
        }
        stray = stray < 0 ? (int)i : stray;
    }
    if (stray >= 0) {
        stray_tell(check, (unsigned)stray);
    }
}
