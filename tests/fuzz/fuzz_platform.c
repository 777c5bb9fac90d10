/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree reader on well-formed trees with wild contents: the input is a list
 * of instructions that build one. Names and numbers come from tables of those
 * that mean something, so that regions collide and nodes take every role.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_tree.h"
#include "tree_builder.h"

#define OPERATIONS_MAX 600u
#define CELLS_MAX      16u

static const char *const node_names[] = {
    "memory@0", "cpus", "cpu@0", "reserved-memory", "chosen", "aliases", "soc", "serial@1000", "intc", "timer", "n",
};

static const char *const cell_names[] = {
    "reg", "reg", "reg", "ranges", "#address-cells", "#size-cells", "interrupts", "#interrupt-cells",
    "#redistributor-regions", "linux,initrd-start", "linux,initrd-end", "thole,system", "phandle",
    "cpu-release-addr",
};

static const struct { const char *name, *text; } texts[] = {
    { "enable-method", "spin-table" }, { "enable-method", "psci" },
    { "device_type", "memory" }, { "device_type", "cpu" }, { "status", "disabled" },
    { "compatible", "arm,gic-v3" }, { "compatible", "arm,gic-400" }, { "compatible", "arm,armv8-timer" },
    { "compatible", "arm,armv7-timer-mem" }, { "compatible", "arm,psci-1.0" }, { "method", "hvc" },
    { "compatible", "arm,pl011" }, { "compatible", "brcm,bcm2835-aux-uart" },
    { "stdout-path", "/soc/serial@1000" }, { "stdout-path", "s:1" }, { "s", "/soc/serial" },
    { "s", "/serial@1000" }, { "model", "\033[2J" },
};

static const uint32_t numbers[] = {
    0, 1, 2, 3, 4, 11, 0x200, 0x1000, 0x2000, 0x10000, 0x20000, 0x100000, 0x1000000, 0x1000800,
    0x40000000, 0x7fffffff, 0xfffff000, 0xffffffff,
};

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned take(struct input *input, size_t choices)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return (unsigned)(*input->at++ % choices);
}

static uint32_t number(struct input *input)
{
    uint32_t value = numbers[take(input, sizeof numbers / sizeof numbers[0])];
    return take(input, 4) == 0 ? value + take(input, 256) * 0x800 : value;
}

static void cells(struct tree *tree, struct input *input)
{
    const char *name = cell_names[take(input, sizeof cell_names / sizeof cell_names[0])];
    uint8_t value[CELLS_MAX * 4];
    unsigned count = name[0] == '#' ? 1 : take(input, CELLS_MAX + 1);
    for (unsigned i = 0; i < count; i++) {
        uint32_t cell = name[0] == '#' ? take(input, 6) : number(input);
        for (unsigned byte = 0; byte < 4; byte++)
            value[i * 4 + byte] = (uint8_t)(cell >> (24 - 8 * byte));
    }
    tree_bytes(tree, name, value, count * 4);
}

static void operation(struct tree *tree, struct input *input, unsigned *depth, unsigned *closed)
{
    unsigned choice = take(input, 8);
    if (choice < 2) {
        tree_node(tree, node_names[take(input, sizeof node_names / sizeof node_names[0])]);
        (*depth)++;
        *closed = 0;
    } else if (choice == 2 && *depth > 0) {
        tree_end(tree);
        (*depth)--;
        *closed = 1;
    } else if (choice < 6 && !*closed) {
        cells(tree, input);
    } else if (!*closed) {
        unsigned text = take(input, sizeof texts / sizeof texts[0]);
        tree_text(tree, texts[text].name, texts[text].text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct tree tree;
    struct input input = { data, bytes };
    unsigned depth = 0, closed = 0;
    tree_start(&tree);
    for (unsigned i = take(&input, 4); i > 0; i--)
        tree_reserve(&tree, (uint64_t)number(&input) << 32 | number(&input), number(&input));
    tree_node(&tree, "");
    for (unsigned i = 0; i < OPERATIONS_MAX && input.left > 0; i++)
        operation(&tree, &input, &depth, &closed);
    for (; depth > 0; depth--)
        tree_end(&tree);
    tree_end(&tree);
    tree_finish(&tree);

    uint8_t *copy = malloc(tree.total);
    if (copy == NULL)
        return 0;
    memcpy(copy, tree.bytes, tree.total);
    fuzz_tree(copy, tree.total);
    free(copy);
    return 0;
}
