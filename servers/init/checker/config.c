/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program reads by program_config: the properties of its node's `config`,
 * and behind them those of its device. There is no list of the latter, which
 * somebody would have to keep: a driver finds them under their own names, and
 * a system says in `config` what the hardware's tree does not, or says wrong.
 */
#include <string.h>

#include "check.h"

#define VALUE_BYTES_MAX 64 /* of a property of the device; longer ones are tables */

/* Bytes that a property takes beside its name and its value: the name's end, and the length. */
#define OVERHEAD_BYTES (1 + sizeof(uint32_t))

/*
 * Properties of devices that say nothing to a program: where the device lies, and phandles,
 * which are the tree's own. What of them a program can have it is given as registers,
 * interrupts and uses.
 */
static const char *const of_the_tree[] = {
    "phandle",   "linux,phandle", "reg",           "ranges",          "dma-ranges",
    "clocks",    "resets",        "mboxes",        "dmas",            "phys",
    "pwms",      "iommus",        "io-channels",   "power-domains",   "memory-region",
    "pinctrl-*", "interrupt*",    "*-parent",      "assigned-clock*", "phy-handle",
    "*-supply",  "*gpios",        "*gpio",         "mmc-pwrseq",      "*-map",
};

/* The pattern is a name, or the beginning or the end of one. */
static bool name_is_like(const char *name, const char *pattern)
{
    size_t bytes = strlen(name), rest = strlen(pattern) - 1;

    if (pattern[0] == '*') {
        return bytes >= rest && strcmp(name + bytes - rest, pattern + 1) == 0;
    }
    if (pattern[rest] == '*') {
        return strncmp(name, pattern, rest) == 0;
    }
    return strcmp(name, pattern) == 0;
}

static bool is_of_the_tree(const char *name)
{
    for (unsigned i = 0; i < sizeof(of_the_tree) / sizeof(of_the_tree[0]); i++) {
        if (name_is_like(name, of_the_tree[i])) {
            return true;
        }
    }
    return false;
}

static size_t bytes_of(const struct value *value)
{
    return strlen(value->name) + OVERHEAD_BYTES + (size_t)value->bytes;
}

/* The form of struct startup. False: there is no room left. */
static bool value_add(struct config *config, const struct value *value)
{
    size_t name_bytes = strlen(value->name) + 1;
    uint32_t length = (uint32_t)value->bytes;
    uint8_t *to = config->data + config->bytes;

    if (bytes_of(value) > sizeof(config->data) - config->bytes) {
        return false;
    }
    memcpy(to, value->name, name_bytes);
    memcpy(to + name_bytes, &length, sizeof(length));
    memcpy(to + name_bytes + sizeof(length), value->data, length);
    config->bytes += (uint32_t)bytes_of(value);
    return true;
}

static void own_add(struct config *config, const void *tree, int node)
{
    struct value value;
    int at;

    fdt_for_each_property_offset(at, tree, node)
    {
        value.data = fdt_getprop_by_offset(tree, at, &value.name, &value.bytes);
        if (value.data) {
            (void)value_add(config, &value); /* the checker has refused what does not fit */
        }
    }
}

static bool is_for_program(const void *tree, const struct system_server *server,
                           const struct value *value)
{
    return value->data && value->bytes <= VALUE_BYTES_MAX && !is_of_the_tree(value->name) &&
           (server->config < 0 || !fdt_getprop(tree, server->config, value->name, NULL));
}

static void device_add(struct config *config, const void *tree, const struct system_server *server)
{
    struct value value;
    int at;

    fdt_for_each_property_offset(at, tree, server->device)
    {
        value.data = fdt_getprop_by_offset(tree, at, &value.name, &value.bytes);
        if (is_for_program(tree, server, &value) && !value_add(config, &value) &&
            !config->left_out) {
            config->left_out = value.name;
        }
    }
}

void system_config(const void *tree, const struct system_server *server, struct config *config)
{
    config->bytes = 0;
    config->left_out = NULL;
    if (server->config >= 0) {
        own_add(config, tree, server->config);
    }
    if (server->device >= 0) {
        device_add(config, tree, server);
    }
}
