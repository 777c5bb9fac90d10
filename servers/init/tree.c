/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trees that were handed over: joined into memory of init's own, and
 * checked. What the checker has to say goes into the log.
 */
#include <libfdt.h>
#include <string.h>

#include "print.h"
#include "server.h"
#include "window.h"

/*
 * The first mistake of a server's node is told in the one line about that
 * server; what else is wrong gets lines of its own.
 */
static bool is_told_later(const struct diagnostic *diagnostic)
{
    static uint64_t seen;
    const char *name = strrchr(diagnostic->path, '/');
    bool of_system = strncmp(diagnostic->path, "/thole/", sizeof("/thole/") - 1) == 0;
    const struct server *server = name && of_system ? server_named(name + 1) : NULL;
    bool first = server && !(seen >> index_of(server) & 1);

    seen |= server ? (uint64_t)1 << index_of(server) : 0;
    return first;
}

static void report(void *context, const struct diagnostic *diagnostic)
{
    bool error = diagnostic->severity == SEVERITY_ERROR;

    if (error ? is_told_later(diagnostic) : diagnostic->severity != SEVERITY_WARNING) {
        return;
    }
    (void)context;
    print_line("%s%s%s: expected %s, found %s%s%s%s", diagnostic->path,
               diagnostic->property ? ": " : "",
               diagnostic->property ? diagnostic->property : "", diagnostic->expected,
               diagnostic->found, diagnostic->nearest ? " (did you mean " : "",
               diagnostic->nearest ? diagnostic->nearest : "", diagnostic->nearest ? "?)" : "");
}

static wrong_t merge(void)
{
    const struct boot_info *info = init.info;
    const void *hardware = (const void *)info->hardware_tree;
    const void *system = info->system_tree_bytes ? (const void *)info->system_tree : NULL;
    size_t room = info->hardware_tree_bytes + info->system_tree_bytes + TREE_MERGE_SLACK;
    void *merged;

    if (info->hardware_tree_bytes > TREE_BYTES_MAX || info->system_tree_bytes > TREE_BYTES_MAX) {
        return "one of the trees is larger than 4 MiB";
    }
    merged = window_new(room);
    if (!merged) {
        return "there is no memory left for the trees";
    }
    init.tree = merged;
    return tree_merge(hardware, info->hardware_tree_bytes, system, info->system_tree_bytes,
                      merged, room);
}

bool tree_read(void)
{
    wrong_t wrong = merge();

    if (wrong) {
        print_line("no system: %s", wrong);
        return false;
    }
    system_check(&init.system, &(struct system_input){
                                   .tree = init.tree,
                                   .memory = memory_free(),
                                   .cores = init.info->cores_running,
                                   .program = archive_program,
                                   .virtio_device = probe_virtio,
                                   .report = report,
                               });
    probe_end();
    if (init.system.node < 0) {
        print_line("no system: no system tree was handed over, and the hardware's has no /thole");
    }
    return init.system.node >= 0;
}
