/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's `tree`: fetched in pieces from a played init, printed with owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>
#include <service/init.h>
#include <service/result.h>

#include "fake_program.h"
#include "servers/shell/terminal.h"

#include "servers/shell/hardware.c"

#define BUFFER 4096
#define TREE   16384

static char text[65536];
struct out terminal = {text, 0, sizeof(text) - 1, NULL};
static char system_buffer[BUFFER];
static _Alignas(8) uint8_t heap[TREE], given[TREE];
static size_t heap_left;

static struct answer play_tree(uint64_t offset)
{
    size_t whole = fdt_totalsize(given), part = whole - offset;
    part = part < 100 ? part : 100;
    memcpy(system_buffer, given + offset, part);
    return (struct answer){.word = {part, whole}};
}

static struct answer play_owner(void)
{
    if (strncmp(system_buffer, "/bus/pl011@9000000", 18) != 0)
        return (struct answer){.result = SERVICE_NOT_FOUND};
    strcpy(system_buffer, "serial");
    return (struct answer){.result = SERVICE_OK};
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    (void)use;
    (void)words;
    switch (operation) {
    case INIT_GROW:
        if (word[0] > heap_left)
            return (struct answer){.result = SERVICE_NO_MEMORY};
        heap_left -= word[0];
        return (struct answer){.word = {(uintptr_t)heap + sizeof(heap) - heap_left}};
    case INIT_TREE:
        return play_tree(word[0]);
    case INIT_OWNER:
        return play_owner();
    }
    return (struct answer){.result = SERVICE_BAD_REQUEST};
}

static void begin_node(const char *name, const char *compatible, int size)
{
    assert_int_equal(fdt_begin_node(given, name), 0);
    if (compatible != NULL)
        fdt_property(given, "compatible", compatible, size);
}

static void build_tree(void)
{
    fdt_create(given, sizeof(given));
    fdt_finish_reservemap(given);
    begin_node("", "linux,dummy-virt", 17);
    fdt_property_u32(given, "#address-cells", 2);
    fdt_property_u32(given, "#size-cells", 2);
    begin_node("bus", NULL, 0);
    fdt_property_u32(given, "#address-cells", 1);
    fdt_property_u32(given, "#size-cells", 1);
    begin_node("pl011@9000000", "arm,pl011\0arm,primecell", 24);
    uint32_t reg[2] = {cpu_to_fdt32(0x9000000), cpu_to_fdt32(0x1000)};
    fdt_property(given, "reg", reg, sizeof(reg));
    fdt_end_node(given);
    begin_node("off@1", "x", 2);
    fdt_property(given, "reg", reg, sizeof(reg));
    fdt_property_string(given, "status", "disabled");
    fdt_end_node(given);
    fdt_end_node(given);
    begin_node("memory", NULL, 0);
    uint64_t memory[2] = {cpu_to_fdt64(0x40000000), cpu_to_fdt64(0x100000000)};
    fdt_property(given, "reg", memory, sizeof(memory));
    fdt_end_node(given);
    fdt_end_node(given);
    assert_int_equal(fdt_finish(given), 0);
}

static int with_tree(void **state)
{
    (void)state;
    fake_reset();
    fake_edge(EDGE_USE, "system", system_buffer, BUFFER);
    heap_left = sizeof(heap);
    memset(&tree, 0, sizeof(tree));
    build_tree();
    return 0;
}

static void expect(const char *path, bool good, const char *answer)
{
    char *word[] = {(char[]){"tree"}, (char *)(uintptr_t)path};
    terminal.size = 0;
    assert_int_equal(command_tree(path != NULL ? 2 : 1, word), good);
    text[terminal.size] = '\0';
    assert_string_equal(text, answer);
}

static void the_tree_is_printed_with_owners(void **state)
{
    (void)state;
    expect(NULL, true,
           "/                                        linux,dummy-virt\n"
           "  bus\n"
           "    pl011@9000000                        arm,pl011, arm,primecell"
           "  0x9000000+0x1000  owner serial\n"
           "    off@1                                x  0x9000000+0x1000  disabled\n"
           "  memory  0x40000000+0x100000000\n");
}

static void a_part_of_the_tree_is_printed(void **state)
{
    (void)state;
    expect("/bus/pl011@9000000", true,
           "pl011@9000000                            arm,pl011, arm,primecell"
           "  0x9000000+0x1000  owner serial\n");
    expect("memory/", true, "memory  0x40000000+0x100000000\n");
}

static void a_wrong_path_names_the_nearest(void **state)
{
    (void)state;
    expect("/bsu/x", false, "The tree has no node 'bsu' there. Did you mean 'bus'?\n");
    expect("/bus/pl01@9000000", false,
           "The tree has no node 'pl01@9000000' there. Did you mean 'pl011@9000000'?\n");
    expect("/bus/nothing", false, "The tree has no node 'nothing' there.\n");
}

static void too_little_memory_is_said(void **state)
{
    (void)state;
    heap_left = 0;
    expect("/", false,
           "The shell's memory is too small for the tree: see memory-kib in its node.\n");
}

static void damaged_trees_are_refused_or_printed_without_harm(void **state)
{
    (void)state;
    size_t size = fdt_totalsize(given);
    for (size_t at = 8; at < size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            given[at] ^= (uint8_t)(1 << bit);
            if (tree_is_sound(given, size)) {
                terminal.size = 0;
                tree_print(given, "/", ask_owner, &terminal);
                tree_print(given, "/bus/pl011@9000000", ask_owner, &terminal);
            }
            given[at] ^= (uint8_t)(1 << bit);
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_tree)
    const struct CMUnitTest tests[] = {
        TEST(the_tree_is_printed_with_owners),
        TEST(a_part_of_the_tree_is_printed),
        TEST(a_wrong_path_names_the_nearest),
        TEST(too_little_memory_is_said),
        TEST(damaged_trees_are_refused_or_printed_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
