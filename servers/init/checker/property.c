/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The properties of a server's node: one table of names and readers, which is
 * what the bindings in dts/bindings must agree with. What refers to other
 * nodes (match, uses and their like) is only looked at for its form here.
 */
#include <string.h>

#include <thole/boot.h>

#include "check.h"

#define TIME_US_MAX      10000000u
#define PRIORITY_DEFAULT 16
#define GRACE_US_DEFAULT 1000000
#define MEMORY_KIB_MIN   32
#define MEMORY_KIB_MAX   (1u << 30)
#define STACK_KIB_MAX    1024
#define VIRTIO_DEVICE_MAX 255 /* of those that have a number, virtio 1.2, 5 */

/* --- Values ------------------------------------------------------------- */

bool value_get(const void *tree, int node, const char *name, struct value *value)
{
    value->name = name;
    value->data = fdt_getprop(tree, node, name, &value->bytes);
    return value->data != NULL;
}

bool value_is_strings(const struct value *value)
{
    bool start = true;

    if (value->bytes < 2 || value->data[value->bytes - 1] != '\0') {
        return false;
    }
    for (int i = 0; i < value->bytes; i++) {
        char byte = value->data[i];

        if (byte == '\0' ? start : byte < ' ' || byte > '~') {
            return false;
        }
        start = byte == '\0';
    }
    return true;
}

bool value_is_string(const struct value *value)
{
    return value_is_strings(value) && strlen(value->data) + 1 == (size_t)value->bytes;
}

unsigned value_cells(const struct value *value)
{
    return (unsigned)value->bytes / sizeof(fdt32_t);
}

uint32_t value_cell(const struct value *value, unsigned index)
{
    return fdt32_ld((const fdt32_t *)(const void *)(value->data + index * sizeof(fdt32_t)));
}

const char *value_string(const struct value *value, unsigned index)
{
    const char *at = value->data, *end = value->data + value->bytes;

    while (index-- && at < end) {
        at += strlen(at) + 1;
    }
    return at < end ? at : NULL;
}

void value_show(struct text *text, const struct value *value)
{
    if (value->bytes == 0) {
        text_format(text, "no value");
    } else if (value_is_strings(value)) {
        for (unsigned i = 0; value_string(value, i); i++) {
            text_format(text, i ? ", \"%s\"" : "\"%s\"", value_string(value, i));
        }
    } else if (value->bytes % sizeof(fdt32_t) == 0) {
        for (unsigned i = 0; i < value_cells(value) && i < CHECK_TEXT_BYTES; i++) {
            text_format(text, i ? " %u" : "<%u", value_cell(value, i));
        }
        text_format(text, ">");
    } else {
        text_format(text, "%d bytes", value->bytes);
    }
}

/* --- Readers of one property each ---------------------------------------- */

typedef void reader(struct check *check, struct system_server *server,
                    const struct value *value);

static void read_nothing(struct check *check, struct system_server *server,
                         const struct value *value)
{
    (void)check, (void)server, (void)value;
}

static void read_compatible(struct check *check, struct system_server *server,
                            const struct value *value)
{
    if (!value_is_string(value) || strcmp(value->data, "thole,server") != 0) {
        refuse(check, server, value, "\"thole,server\"");
    }
}

static void read_program(struct check *check, struct system_server *server,
                         const struct value *value)
{
    if (!value_is_string(value)) {
        refuse(check, server, value, "the name of a program");
        return;
    }
    server->program = value->data;
}

static void read_status(struct check *check, struct system_server *server,
                        const struct value *value)
{
    if (value_is_string(value) && strcmp(value->data, "disabled") == 0) {
        if (server->verdict == VERDICT_START) {
            struct text why = text_in(server->why, sizeof(server->why));

            server->verdict = VERDICT_DISABLED;
            text_format(&why, "disabled by the tree");
        }
    } else if (!value_is_string(value) ||
               (strcmp(value->data, "okay") != 0 && strcmp(value->data, "ok") != 0)) {
        refuse(check, server, value, "\"okay\" or \"disabled\"");
    }
}

static void read_match(struct check *check, struct system_server *server,
                       const struct value *value)
{
    if (!value_is_string(value) && value->bytes != sizeof(fdt32_t)) {
        refuse(check, server, value, "a compatible, a path, an alias or a phandle");
    }
}

static void read_number(struct check *check, struct system_server *server,
                        const struct value *value, const uint32_t range[2], uint32_t *out)
{
    if (value->bytes != sizeof(fdt32_t) || value_cell(value, 0) < range[0] ||
        value_cell(value, 0) > range[1]) {
        refuse(check, server, value, "one number from %u to %u", range[0], range[1]);
        return;
    }
    *out = value_cell(value, 0);
}

static void read_priority(struct check *check, struct system_server *server,
                          const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){0, INIT_PRIORITY - 1}, &server->priority);
}

/* What the tree says is held against the machine that it is to run on. */
static void read_core(struct check *check, struct system_server *server,
                      const struct value *value)
{
    unsigned cores = check->input->cores;

    read_number(check, server, value, (uint32_t[]){0, SYSTEM_CORES_MAX - 1}, &server->core);
    if (cores == 1 && server->core > 0) {
        refuse(check, server, value, "0, the only core there is");
    } else if (cores && server->core >= cores) {
        refuse(check, server, value, "one of the %u cores there are, 0 to %u", cores, cores - 1);
    }
}

static void read_grace(struct check *check, struct system_server *server,
                       const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){0, TIME_US_MAX}, &server->grace_us);
}

static void read_memory(struct check *check, struct system_server *server,
                        const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){MEMORY_KIB_MIN, MEMORY_KIB_MAX},
                &server->memory_kib);
    if (server->memory_kib % 4 != 0) {
        refuse(check, server, value, "a multiple of 4");
    }
}

static void read_stack(struct check *check, struct system_server *server,
                       const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){4, STACK_KIB_MAX}, &server->stack_kib);
    if (server->stack_kib % 4 != 0) {
        refuse(check, server, value, "a multiple of 4");
    }
}

static void read_dma(struct check *check, struct system_server *server, const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){0, SYSTEM_DMA_KIB_MAX}, &server->dma_kib);
    if (server->dma_kib % 4 != 0) {
        refuse(check, server, value, "a multiple of 4");
    }
}

static void read_virtio(struct check *check, struct system_server *server,
                        const struct value *value)
{
    read_number(check, server, value, (uint32_t[]){1, VIRTIO_DEVICE_MAX}, &server->virtio_device);
}

static void read_pair_of_time(struct check *check, struct system_server *server,
                              const struct value *value, struct system_time *out)
{
    if (value->bytes != 2 * sizeof(fdt32_t) || value_cell(value, 0) == 0 ||
        value_cell(value, 0) > value_cell(value, 1) || value_cell(value, 1) > TIME_US_MAX) {
        refuse(check, server, value,
               "a budget and a period in microseconds, 1 <= budget <= period <= %u",
               TIME_US_MAX);
        return;
    }
    *out = (struct system_time){value_cell(value, 0), value_cell(value, 1)};
}

static void read_time(struct check *check, struct system_server *server,
                      const struct value *value)
{
    read_pair_of_time(check, server, value, &server->time);
}

static void read_event_time(struct check *check, struct system_server *server,
                            const struct value *value)
{
    read_pair_of_time(check, server, value, &server->event_time);
}

static void read_interrupt_time(struct check *check, struct system_server *server,
                                const struct value *value)
{
    read_pair_of_time(check, server, value, &server->interrupt_time);
}

static void read_uses(struct check *check, struct system_server *server,
                      const struct value *value)
{
    if (value->bytes == 0 || value->bytes % sizeof(fdt32_t) != 0 ||
        value_cells(value) > SYSTEM_USES_MAX) {
        refuse(check, server, value, "1 to %u servers, such as <&console &log>",
               SYSTEM_USES_MAX);
    }
}

static void read_names(struct check *check, struct system_server *server,
                       const struct value *value)
{
    if (!value_is_strings(value)) {
        refuse(check, server, value, "names of uses, such as \"console\", \"log\"");
    }
}

static void read_buffers(struct check *check, struct system_server *server,
                         const struct value *value)
{
    if (value->bytes == 0 || value->bytes % sizeof(fdt32_t) != 0) {
        refuse(check, server, value, "one number for each use");
        return;
    }
    for (unsigned i = 0; i < value_cells(value); i++) {
        uint32_t kib = value_cell(value, i);

        if (kib && (kib < 4 || kib > SYSTEM_BUFFER_KIB_MAX || (kib & (kib - 1)))) {
            refuse(check, server, value, "0, or powers of two from 4 to %u",
                   SYSTEM_BUFFER_KIB_MAX);
            return;
        }
    }
}

static void read_restart(struct check *check, struct system_server *server,
                         const struct value *value)
{
    static const char *const policy[] = {[RESTART_ALWAYS] = "always",
                                         [RESTART_ON_FAILURE] = "on-failure",
                                         [RESTART_NEVER] = "never"};

    for (unsigned i = 0; i < sizeof(policy) / sizeof(policy[0]); i++) {
        if (value_is_string(value) && strcmp(value->data, policy[i]) == 0) {
            server->restart = (enum restart_policy)i;
            return;
        }
    }
    refuse(check, server, value, "\"always\", \"on-failure\" or \"never\"");
}

static void read_restart_limit(struct check *check, struct system_server *server,
                               const struct value *value)
{
    if (value->bytes != 2 * sizeof(fdt32_t) || value_cell(value, 0) > SYSTEM_RESTARTS_MAX ||
        value_cell(value, 1) == 0 || value_cell(value, 1) > 86400) {
        refuse(check, server, value, "a count up to %u, and seconds from 1 to 86400",
               SYSTEM_RESTARTS_MAX);
        return;
    }
    server->restart_count = value_cell(value, 0);
    server->restart_seconds = value_cell(value, 1);
}

static void read_flag(struct check *check, struct system_server *server,
                      const struct value *value, bool *out)
{
    if (value->bytes != 0) {
        refuse(check, server, value, "no value");
        return;
    }
    *out = true;
}

static void read_system_control(struct check *check, struct system_server *server,
                                const struct value *value)
{
    read_flag(check, server, value, &server->system_control);
}

/* The first in the tree has it: of the others it is an error. */
static void read_system_power(struct check *check, struct system_server *server,
                              const struct value *value)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        const struct system_server *other = &check->system->server[i];

        if (other != server && other->system_power) {
            refuse_found(check, server, &(struct mistake){value->name, NULL, "a second one"},
                         "one server with it, which is /thole/%s", other->name);
            return;
        }
    }
    read_flag(check, server, value, &server->system_power);
}

static void read_init_log(struct check *check, struct system_server *server,
                          const struct value *value)
{
    read_flag(check, server, value, &server->init_log);
}

/* --- The table ------------------------------------------------------------ */

static const struct property {
    const char *name;
    reader *read;
} properties[] = {
    {"compatible", read_compatible},
    {"program", read_program},
    {"status", read_status},
    {"match", read_match},
    {"virtio-device-id", read_virtio},
    {"priority", read_priority},
    {"core", read_core},
    {"time-us", read_time},
    {"event-time-us", read_event_time},
    {"interrupt-time-us", read_interrupt_time},
    {"grace-us", read_grace},
    {"memory-kib", read_memory},
    {"stack-kib", read_stack},
    {"dma-kib", read_dma},
    {"uses", read_uses},
    {"use-names", read_names},
    {"optional", read_names},
    {"buffer-kib", read_buffers},
    {"restart", read_restart},
    {"restart-limit", read_restart_limit},
    {"system-control", read_system_control},
    {"system-power", read_system_power},
    {"init-log", read_init_log},
    /* What dtc adds, for labels. */
    {"phandle", read_nothing},
    {"linux,phandle", read_nothing},
};
#define PROPERTIES        (sizeof(properties) / sizeof(properties[0]))
#define PROPERTIES_OF_DTC 2

const char *system_property(unsigned index)
{
    return index < PROPERTIES - PROPERTIES_OF_DTC ? properties[index].name : NULL;
}

static unsigned property_find(const char *name)
{
    unsigned i = 0;

    while (i < PROPERTIES && strcmp(properties[i].name, name) != 0) {
        i++;
    }
    return i;
}

bool server_has(const struct check *check, const struct system_server *server, const char *name)
{
    return check->seen[server_index(check, server)] >> property_find(name) & 1;
}

static void refuse_unknown(struct check *check, struct system_server *server, const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (unsigned i = 0; system_property(i); i++) {
        nearest_offer(&nearest, system_property(i));
    }
    refuse_found(check, server,
                 &(struct mistake){name, nearest.name, "one that it does not have"},
                 "a property of \"thole,server\"");
}

static void property_read(struct check *check, struct system_server *server,
                          const struct value *value)
{
    unsigned i = property_find(value->name);
    uint32_t *seen = &check->seen[server_index(check, server)];

    if (i == PROPERTIES) {
        refuse_unknown(check, server, value->name);
        return;
    }
    if (*seen >> i & 1) {
        refuse(check, server, value, "the property once");
        return;
    }
    *seen |= (uint32_t)1 << i;
    properties[i].read(check, server, value);
}

void server_defaults(struct system_server *server)
{
    server->config = server->device = server->bus = -1;
    server->priority = PRIORITY_DEFAULT;
    server->grace_us = GRACE_US_DEFAULT;
    server->memory_kib = 256;
    server->stack_kib = 16;
    server->event_time = (struct system_time){1000, 10000};
    server->restart = RESTART_ON_FAILURE;
    server->restart_count = 10;
    server->restart_seconds = 60;
    server->verdict = VERDICT_START;
}

/* What only the properties together can tell. */
static void server_complete(struct check *check, struct system_server *server)
{
    struct value value;

    if (!server_has(check, server, "compatible")) {
        refuse_found(check, server, &(struct mistake){"compatible", NULL, "no such property"},
                     "\"thole,server\"");
    }
    if (!server_has(check, server, "program")) {
        refuse_found(check, server, &(struct mistake){"program", NULL, "no such property"},
                     "the name of a program");
    }
    if ((server->dma_kib || server->virtio_device) && !server_has(check, server, "match")) {
        refuse_found(check, server, &(struct mistake){"match", NULL, "no such property"},
                     "a device, for %s", server->dma_kib ? "dma-kib" : "virtio-device-id");
    }
    if (server->time.period_us &&
        value_get(check->system->tree, server->node, "event-time-us", &value)) {
        refuse(check, server, &value, "no such property beside time-us");
    }
    if (server->stack_kib >= server->memory_kib) {
        refuse_found(check, server,
                     &(struct mistake){"stack-kib", NULL, "as much or more"},
                     "less than the %u of memory-kib", server->memory_kib);
    }
    if (!server_has(check, server, "interrupt-time-us")) {
        server->interrupt_time = server->event_time;
    }
}

void server_read(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    struct value value;
    int at;

    fdt_for_each_property_offset(at, tree, server->node)
    {
        value.data = fdt_getprop_by_offset(tree, at, &value.name, &value.bytes);
        if (value.data) {
            property_read(check, server, &value);
        }
    }
    server_complete(check, server);
}
