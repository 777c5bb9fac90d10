/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's tree reader: what a sound tree means, and what becomes of every
 * kind of wrong one. Each tree is handed over in an allocation of exactly its
 * size, so that the address checker sees any byte read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel_host.h"
#include "platform_check.h"
#include "tree_builder.h"

#define RAM_START 0x40000000ull
#define RAM_BYTES 0x10000000ull

static struct tree tree;
static struct platform platform;

/* Reads `bytes` of the tree; a success keeps the promises of struct platform. */
static const char *read_bytes(size_t bytes)
{
    uint8_t *copy = malloc(bytes + 1);
    assert_non_null(copy);
    memcpy(copy, tree.bytes, bytes);
    printed[0] = '\0';
    memset(&platform, 0xa5, sizeof platform);
    const char *error = devicetree_read(copy, bytes, &platform);
    assert_string_equal(printed, "");
    devicetree_tell(&platform);
    if (error == NULL)
        assert_null(platform_broken_promise(&platform));
    free(copy);
    return error;
}

static const char *read_tree(void)
{
    tree_finish(&tree);
    return read_bytes(tree.total);
}

static void assert_refused(const char *error, const char *about)
{
    assert_non_null(error);
    if (strstr(error, about) == NULL)
        fail_msg("\"%s\" should speak of \"%s\"", error, about);
}

static void assert_printed(const char *what)
{
    if (strstr(printed, what) == NULL)
        fail_msg("\"%s\" should have been printed, not \"%s\"", what, printed);
}

static void assert_region(struct region region, uint64_t start, uint64_t bytes)
{
    assert_int_equal(region.start.value, start);
    assert_int_equal(region.bytes, bytes);
}

/* --- Pieces of trees --------------------------------------------------------- */

static void root_open(void)
{
    tree_start(&tree);
    tree_node(&tree, "");
    tree_text(&tree, "model", "test board");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
}

static void memory(uint64_t start, uint64_t bytes)
{
    tree_node(&tree, "memory");
    tree_text(&tree, "device_type", "memory");
    tree_reg(&tree, start, bytes);
    tree_end(&tree);
}

static void device(const char *name, const char *compatible, uint64_t start, uint64_t bytes)
{
    tree_node(&tree, name);
    tree_text(&tree, "compatible", compatible);
    tree_reg(&tree, start, bytes);
    tree_end(&tree);
}

/* The root and RAM: what every tree here has. */
static void board_open(void)
{
    root_open();
    memory(RAM_START, RAM_BYTES);
}

static const char *board_read(void)
{
    tree_end(&tree);
    return read_tree();
}

static void gicv2(const char *name, uint64_t at)
{
    tree_node(&tree, name);
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "#interrupt-cells", 1, 3u);
    tree_cells(&tree, "reg", 16, 0u, (uint32_t)at, 0u, 0x1000u, 0u, (uint32_t)at + 0x2000, 0u, 0x2000u,
               0u, (uint32_t)at + 0x4000, 0u, 0x2000u, 0u, (uint32_t)at + 0x6000, 0u, 0x2000u);
    tree_end(&tree);
}

static void bus_open(const char *name, uint32_t child, uint32_t parent, uint32_t bytes)
{
    tree_node(&tree, name);
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    tree_cells(&tree, "ranges", 4, child, 0u, parent, bytes);
}

static void bus_device(const char *name, uint32_t start, uint32_t bytes)
{
    tree_node(&tree, name);
    tree_cells(&tree, "reg", 2, start, bytes);
    tree_end(&tree);
}

static void chosen_text(const char *path)
{
    tree_node(&tree, "chosen");
    tree_text(&tree, "stdout-path", path);
    tree_end(&tree);
}

/* --- Sound trees ---------------------------------------------------------------- */

static void a_small_board_is_understood(void **state)
{
    (void)state;
    root_open();
    chosen_text("/uart@9000000");
    tree_node(&tree, "cpus");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 0u);
    for (uint32_t id = 0; id < 4; id++) {
        tree_node(&tree, "cpu");
        tree_text(&tree, "device_type", "cpu");
        tree_cells(&tree, "reg", 1, id);
        if (id == 2)
            tree_text(&tree, "status", "disabled");
        tree_end(&tree);
    }
    tree_end(&tree);
    memory(RAM_START, RAM_BYTES);
    gicv2("intc@8000000", 0x8000000);
    device("uart@9000000", "arm,pl011", 0x9000000, 0x1000);
    tree_node(&tree, "psci");
    tree_bytes(&tree, "compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
    tree_text(&tree, "method", "smc");
    tree_end(&tree);
    tree_node(&tree, "timer");
    tree_bytes(&tree, "compatible", "arm,armv8-timer\0arm,armv7-timer", 32);
    tree_cells(&tree, "interrupts", 12, 1u, 13u, 4u, 1u, 14u, 4u, 1u, 11u, 4u, 1u, 10u, 4u);
    tree_end(&tree);
    assert_null(board_read());

    assert_string_equal(printed, "");
    assert_string_equal(platform.model, "test board");
    assert_int_equal(platform.ram_count, 1);
    assert_region(platform.ram[0], RAM_START, RAM_BYTES);
    assert_int_equal(platform.core_count, 3);
    assert_int_equal(platform.core_id[2], 3);
    assert_int_equal(platform.gic_version, 2);
    assert_region(platform.gic_cpu, 0x8002000, 0x2000);
    assert_int_equal(platform.timer_line, 27);
    assert_int_equal(platform.psci, PSCI_SMC);
    assert_int_equal(platform.uart, UART_PL011);
    assert_region(platform.uart_registers, 0x9000000, 0x1000);
    assert_int_equal(platform.device_count, 1);
    assert_int_equal(platform.dropped, 0);
}

static void sixty_four_bit_core_numbers_are_read(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "cpus");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 0u);
    tree_node(&tree, "cpu@0");
    tree_text(&tree, "device_type", "cpu");
    tree_cells(&tree, "reg", 2, 1u, 0x300u);
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.core_count, 1);
    assert_int_equal(platform.core_id[0], 0x100000300);
}

static void a_gicv3_has_its_redistributors_and_its_children_are_the_kernels(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "intc");
    tree_text(&tree, "compatible", "arm,gic-v3");
    tree_cells(&tree, "#redistributor-regions", 1, 2u);
    tree_cells(&tree, "#interrupt-cells", 1, 4u);
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
    tree_bytes(&tree, "ranges", "", 0);
    tree_cells(&tree, "reg", 12, 0u, 0x8000000u, 0u, 0x10000u, 0u, 0x80a0000u, 0u, 0xf60000u,
               0x40u, 0u, 0u, 0x4000000u);
    device("its", "arm,gic-v3-its", 0x8080000, 0x20000);
    tree_end(&tree);
    device("thief", "any", 0x8081000, 0x1000);
    device("other-thief", "any", 0x8000000, 0x10000);
    device("near", "any", 0x807f000, 0x2000);
    tree_node(&tree, "timer");
    tree_text(&tree, "compatible", "arm,armv8-timer");
    tree_cells(&tree, "interrupts", 16, 1u, 13u, 4u, 0u, 1u, 14u, 4u, 0u, 1u, 11u, 4u, 0u, 1u, 10u, 4u, 0u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.gic_version, 3);
    assert_int_equal(platform.gic_redistributor_count, 2);
    assert_region(platform.gic_redistributor[1], 0x4000000000, 0x4000000);
    assert_int_equal(platform.timer_line, 27);
    assert_int_equal(platform.device_count, 1);
    assert_region(platform.device[0], 0x807f000, 0x1000);
}

static void addresses_are_translated_through_all_buses(void **state)
{
    (void)state;
    board_open();
    bus_open("soc", 0x7e000000, 0xfe000000, 0x1800000);
    bus_device("direct", 0x7e215040, 0x40);
    tree_node(&tree, "inner");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    tree_cells(&tree, "ranges", 6, 0x100u, 0x7e300000u, 0x1000u, 0x8000u, 0x7e400000u, 0x1000u);
    bus_device("second-range", 0x8000, 0x1000);
    bus_device("crosses-the-end", 0x8800, 0x1000);
    bus_device("in-no-range", 0x4000, 0x10);
    tree_end(&tree);
    tree_node(&tree, "i2c");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    bus_device("not-the-cpus", 0x50, 0x1000);
    tree_end(&tree);
    tree_end(&tree);
    tree_node(&tree, "without-ranges");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    bus_device("not-the-cpus-either", 0x60000000, 0x1000);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 2);
    assert_region(platform.device[0], 0xfe215000, 0x1000);
    assert_region(platform.device[1], 0xfe400000, 0x1000);
}

static void nodes_that_share_a_page_give_one_region(void **state)
{
    (void)state;
    board_open();
    for (uint64_t slot = 0; slot < 16; slot++)
        device("virtio", "virtio,mmio", 0xa000000 + (15 - slot) * 0x200, 0x200);
    device("across", "any", 0xb000800, 0x1000);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 3);
    assert_region(platform.device[0], 0xa000000, 0x1000);
    assert_region(platform.device[1], 0xa001000, 0x1000);
    assert_region(platform.device[2], 0xb000000, 0x2000);
}

static void a_disabled_device_is_still_hardware(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "rtc");
    tree_text(&tree, "status", "disabled");
    tree_reg(&tree, 0x9010000, 0x1000);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 1);
}

static void ram_is_joined_shrunk_to_pages_and_without_disabled_parts(void **state)
{
    (void)state;
    root_open();
    memory(0x80000000, 0x10000000);
    memory(0x40000800, 0x1000);
    memory(0x90000000, 0x10000000);
    memory(0x50000800, 0x1800);
    tree_node(&tree, "secure");
    tree_text(&tree, "device_type", "memory");
    tree_text(&tree, "status", "disabled");
    tree_reg(&tree, 0xe000000, 0x1000000);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.ram_count, 2);
    assert_region(platform.ram[0], 0x50001000, 0x1000);
    assert_region(platform.ram[1], 0x80000000, 0x20000000);
    assert_int_equal(platform.device_count, 0);
}

static void reservations_of_both_kinds_are_kept(void **state)
{
    (void)state;
    root_open();
    tree_reserve(&tree, 0x41000010, 0x10);
    tree_reserve(&tree, 0x42000000, UINT64_MAX);
    memory(RAM_START, RAM_BYTES);
    tree_node(&tree, "reserved-memory");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
    device("no-ranges-above", "any", 0x40400000, 0x1000);
    tree_node(&tree, "dynamic");
    tree_cells(&tree, "size", 2, 0u, 0x1000u);
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.reserved_count, 3);
    assert_region(platform.reserved[0], 0x40400000, 0x1000);
    assert_region(platform.reserved[1], 0x41000000, 0x1000);
    assert_region(platform.reserved[2], 0x42000000, (1ull << 48) - 0x42000000);
    assert_int_equal(platform.device_count, 0);
}

static void stdout_is_found_by_path_and_by_alias(void **state)
{
    static const struct { const char *path; enum uart_kind uart; } cases[] = {
        { "/soc/serial@7e215040", UART_BCM2835_AUX },
        { "/soc/serial@7e215040:115200n8", UART_BCM2835_AUX },
        { "/soc/serial", UART_BCM2835_AUX },
        { "serial1:115200", UART_BCM2835_AUX },
        { "serial1", UART_BCM2835_AUX },
        { "serial", UART_NONE },
        { "serial12", UART_NONE },
        { "loop", UART_NONE },
        { "number", UART_NONE },
        { "", UART_NONE },
        { "/", UART_NONE },
        { "/soc", UART_NONE },
        { "/soc/", UART_NONE },
        { "/soc/serial@7e21504", UART_NONE },
        { "/soc/serial@7e215040/child", UART_NONE },
        { "/serial@7e215040", UART_NONE },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_open();
        bus_open("soc", 0x7e000000, 0xfe000000, 0x1800000);
        tree_node(&tree, "serial@7e215040");
        tree_text(&tree, "compatible", "brcm,bcm2835-aux-uart");
        tree_cells(&tree, "reg", 2, 0x7e215040u, 0x40u);
        tree_end(&tree);
        tree_end(&tree);
        chosen_text(cases[i].path);
        tree_node(&tree, "aliases");
        tree_text(&tree, "serial1", "/soc/serial@7e215040");
        tree_text(&tree, "loop", "loop");
        tree_cells(&tree, "number", 1, 0x2f736f63u);
        tree_end(&tree);
        assert_null(board_read());
        if (platform.uart != cases[i].uart)
            fail_msg("stdout-path \"%s\" gives UART %d", cases[i].path, platform.uart);
        if (platform.uart != UART_NONE)
            assert_region(platform.uart_registers, 0xfe215040, 0x40);
    }
}

static void a_path_without_an_end_is_none(void **state)
{
    (void)state;
    board_open();
    device("uar", "arm,pl011", 0x9000000, 0x1000);
    tree_node(&tree, "chosen");
    tree_bytes(&tree, "stdout-path", "/uar", 4);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_NONE);
}

static void archive_and_system_tree_are_found(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "chosen");
    tree_cells(&tree, "linux,initrd-start", 1, 0x48000000u);
    tree_cells(&tree, "linux,initrd-end", 2, 0u, 0x48001234u);
    tree_cells(&tree, "thole,system", 4, 0u, 0x47000000u, 0u, 0x777u);
    tree_end(&tree);
    assert_null(board_read());
    assert_region(platform.archive, 0x48000000, 0x1234);
    assert_region(platform.system_tree, 0x47000000, 0x777);
}

/* --- Wrong forms ------------------------------------------------------------------ */

static void sound_board(void)
{
    board_open();
    device("uart@9000000", "arm,pl011", 0x9000000, 0x1000);
    tree_end(&tree);
    tree_finish(&tree);
}

static void no_tree_at_all_is_refused(void **state)
{
    (void)state;
    sound_board();
    assert_refused(devicetree_read(NULL, 0, &platform), "no device tree");
    assert_refused(devicetree_read(tree.bytes, 0, &platform), "no device tree");
    assert_int_equal(devicetree_bytes(NULL, 0), 0);
    assert_int_equal(devicetree_bytes(tree.bytes, 39), 0);
    assert_int_equal(devicetree_bytes(tree.bytes, TREE_BYTES), tree.total);
    tree.bytes[0] = 0;
    assert_refused(devicetree_read(tree.bytes, tree.total, &platform), "no device tree");
    assert_int_equal(devicetree_bytes(tree.bytes, TREE_BYTES), 0);
}

static void a_tree_that_is_cut_off_anywhere_is_refused(void **state)
{
    (void)state;
    sound_board();
    size_t whole = tree.total;
    assert_null(read_bytes(whole));
    for (size_t bytes = 0; bytes < whole; bytes++)
        assert_non_null(read_bytes(bytes));
    /* Also where the header was made to agree. */
    for (size_t bytes = 40; bytes < whole; bytes++) {
        tree_put(&tree, TREE_TOTAL, (uint32_t)bytes);
        assert_non_null(read_bytes(bytes));
    }
}

static void a_tree_that_lies_about_itself_is_refused(void **state)
{
    static const struct { enum tree_header field; uint32_t value; const char *about; } cases[] = {
        { TREE_TOTAL, 0, "size" },
        { TREE_TOTAL, 39, "size" },
        { TREE_TOTAL, 0x7fffffff, "size" },
        { TREE_TOTAL, UINT32_MAX, "size" },
        { TREE_VERSION, 16, "version" },
        { TREE_LAST_COMPATIBLE, 18, "version" },
        { TREE_STRUCTURE, 0, "structure" },
        { TREE_STRUCTURE, 121, "structure" },
        { TREE_STRUCTURE, UINT32_MAX - 3, "structure" },
        { TREE_STRUCTURE_SIZE, UINT32_MAX, "structure" },
        { TREE_STRUCTURE_SIZE, 12, "property" },
        { TREE_STRUCTURE_SIZE, 0, "truncated" },
        { TREE_STRINGS_AT, 4, "strings" },
        { TREE_STRINGS_AT, UINT32_MAX, "strings" },
        { TREE_STRINGS_SIZE, UINT32_MAX, "strings" },
        { TREE_STRINGS_SIZE, 0, "name" },
        { TREE_RESERVE, 0, "reservations" },
        { TREE_RESERVE, UINT32_MAX - 7, "reservations" },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sound_board();
        tree_put(&tree, cases[i].field, cases[i].value);
        assert_refused(read_bytes(tree.total), cases[i].about);
    }
}

static void reservations_without_an_end_are_refused(void **state)
{
    (void)state;
    root_open();
    memory(RAM_START, RAM_BYTES);
    tree_end(&tree);
    tree_finish(&tree);
    memset(tree.bytes + 40, 0x11, tree.total - 40);
    assert_refused(read_bytes(tree.total), "reservations");
}

static void a_name_without_an_end_is_refused(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_node(&tree, "");
    tree_token(&tree, TREE_NODE);
    for (unsigned i = 0; i < 8; i++)
        tree_token(&tree, 0x61616161);
    tree_finish(&tree);
    tree_put(&tree, tree.total - 4, 0x61616161);
    assert_refused(read_bytes(tree.total), "name of a node");

    /* And a property's, in a strings block that does not end with a zero. */
    sound_board();
    tree.bytes[tree.total - 1] = 'x';
    assert_refused(read_bytes(tree.total), "name");
}

static void nesting_deeper_than_the_limit_is_refused(void **state)
{
    (void)state;
    for (unsigned depth = 31; depth <= 33; depth++) {
        board_open();
        for (unsigned i = 1; i < depth; i++)
            tree_node(&tree, "n");
        for (unsigned i = 1; i < depth; i++)
            tree_end(&tree);
        const char *error = board_read();
        if (depth <= 32)
            assert_null(error);
        else
            assert_refused(error, "deeper");
    }
}

static void tokens_in_a_wrong_order_are_refused(void **state)
{
    (void)state;
    board_open();
    tree_token(&tree, 7);
    assert_refused(board_read(), "token");

    board_open();
    tree_end(&tree);
    tree_end(&tree);
    assert_refused(read_tree(), "not begun");

    board_open();
    assert_refused(read_tree(), "before its root");

    board_open();
    tree_text(&tree, "late", "property");
    assert_refused(board_read(), "property outside");

    board_open();
    tree_end(&tree);
    tree_node(&tree, "");
    tree_end(&tree);
    assert_refused(read_tree(), "more than one root");

    tree_start(&tree);
    tree_text(&tree, "homeless", "property");
    assert_refused(read_tree(), "property outside");

    tree_start(&tree);
    assert_refused(read_tree(), "before its root");
}

static void a_property_longer_than_the_tree_is_refused(void **state)
{
    static const uint32_t lengths[] = { 9, 16, 17, 0x10000, 0x7fffffff, UINT32_MAX - 8,
                                        UINT32_MAX - 3, UINT32_MAX };
    (void)state;
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        root_open();
        tree_token(&tree, TREE_PROPERTY);
        tree_token(&tree, lengths[i]);
        tree_token(&tree, 0);
        tree_end(&tree);
        assert_refused(read_tree(), "longer");
    }
}

static void nothing_but_nops_comes_to_an_end(void **state)
{
    (void)state;
    tree_start(&tree);
    while (tree.total < TREE_BYTES - TREE_STRINGS - 8)
        tree_token(&tree, TREE_NOP);
    assert_refused(read_tree(), "before its root");
}

static void any_single_damaged_byte_is_refused_or_keeps_all_promises(void **state)
{
    (void)state;
    board_open();
    gicv2("intc@8000000", 0x8000000);
    bus_open("soc", 0x7e000000, 0xfe000000, 0x1800000);
    bus_device("direct", 0x7e215040, 0x40);
    tree_end(&tree);
    tree_end(&tree);
    tree_finish(&tree);
    for (size_t at = 0; at < tree.total; at++) {
        uint8_t sound = tree.bytes[at];
        for (unsigned bit = 0; bit < 8; bit++) {
            tree.bytes[at] = (uint8_t)(sound ^ 1u << bit);
            (void)read_bytes(tree.total);
        }
        tree.bytes[at] = sound;
    }
}

/* --- Wrong meanings ----------------------------------------------------------------- */

static void a_tree_without_ram_is_refused(void **state)
{
    (void)state;
    root_open();
    assert_refused(board_read(), "no RAM");

    tree_start(&tree);
    tree_node(&tree, "");
    tree_cells(&tree, "#address-cells", 1, 0xffffffffu);
    tree_cells(&tree, "#size-cells", 1, 2u);
    memory(RAM_START, RAM_BYTES);
    assert_refused(board_read(), "no RAM");
    assert_printed("impossible number of cells");
}

static void regions_that_wrap_are_left_out_with_a_line(void **state)
{
    static const struct { uint64_t start, bytes; } cases[] = {
        { UINT64_MAX - 0xfff, 0x1000 }, { UINT64_MAX, 1 }, { 1, UINT64_MAX }, { 0x1000, UINT64_MAX - 0xfff },
        { 1ull << 48, 0x1000 }, { (1ull << 48) - 0x1000, 0x1001 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_open();
        memory(cases[i].start, cases[i].bytes);
        device("odd@0", "any", cases[i].start, cases[i].bytes);
        device("empty", "any", 0x1000, 0);
        assert_null(board_read());
        assert_printed("odd@0: a region wraps");
        assert_int_equal(platform.ram_count, 1);
        assert_int_equal(platform.device_count, 0);
    }
}

static void a_translation_that_wraps_is_no_address(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "bus");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
    tree_cells(&tree, "ranges", 6, 0u, 0u, ~0u, ~0u, ~0u, ~0u);
    device("odd", "any", 0x1000, 0x1000);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 0);
}

static void a_reg_that_is_cut_off_gives_its_whole_entries(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "cut");
    tree_cells(&tree, "reg", 7, 0u, 0x1000u, 0u, 0x1000u, 0u, 0x5000u, 0u);
    tree_end(&tree);
    tree_node(&tree, "bytes");
    tree_bytes(&tree, "reg", "abc", 3);
    tree_end(&tree);
    assert_null(board_read());
    assert_printed("cut: reg is cut off");
    assert_printed("bytes: reg is cut off");
    assert_int_equal(platform.device_count, 1);
}

static void a_device_in_ram_does_not_get_ram(void **state)
{
    (void)state;
    board_open();
    device("around", "any", RAM_START - 0x1000, RAM_BYTES + 0x2000);
    device("inside", "simple-framebuffer", RAM_START + 0x100000, 0x100000);
    assert_null(board_read());
    assert_printed("a device lies in RAM");
    assert_int_equal(platform.device_count, 2);
    assert_region(platform.device[0], RAM_START - 0x1000, 0x1000);
    assert_region(platform.device[1], RAM_START + RAM_BYTES, 0x1000);
}

static void registers_in_ram_are_not_used(void **state)
{
    (void)state;
    board_open();
    gicv2("intc", RAM_START + 0x10000);
    device("uart", "arm,pl011", RAM_START, 0x1000);
    chosen_text("/uart");
    assert_null(board_read());
    assert_printed("an interrupt controller in RAM");
    assert_printed("stdout-path's registers");
    assert_int_equal(platform.gic_version, 0);
    assert_int_equal(platform.uart, UART_NONE);
}

static void an_archive_that_is_not_in_ram_is_none(void **state)
{
    static const struct { uint32_t start[2], end[2]; } cases[] = {
        { { 0, 0x30000000 }, { 0, 0x30001000 } },
        { { 0, 0x48000000 }, { 0, 0x48000000 } },
        { { 0, 0x48001000 }, { 0, 0x48000000 } },
        { { 0, 0x4ffff000 }, { 0, 0x50001000 } },
        { { ~0u, ~0u }, { 0, 0x48000000 } },
        { { 0, 0x48000000 }, { ~0u, ~0u } },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_open();
        tree_node(&tree, "chosen");
        tree_cells(&tree, "linux,initrd-start", 2, cases[i].start[0], cases[i].start[1]);
        tree_cells(&tree, "linux,initrd-end", 2, cases[i].end[0], cases[i].end[1]);
        tree_cells(&tree, "thole,system", 4, cases[i].start[0], cases[i].start[1],
                   cases[i].end[0], cases[i].end[1]);
        tree_end(&tree);
        assert_null(board_read());
        assert_printed("linux,initrd-start");
        assert_printed("thole,system");
        assert_int_equal(platform.archive.bytes, 0);
        assert_int_equal(platform.system_tree.bytes, 0);
    }
    root_open();
    memory(0, RAM_BYTES);
    tree_node(&tree, "chosen");
    tree_cells(&tree, "linux,initrd-end", 1, 0x1000u);
    tree_cells(&tree, "thole,system", 5, 0u, 0x1000u, 0u, 0x1000u, 0u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.archive.bytes, 0);
    assert_int_equal(platform.system_tree.bytes, 0);
}

static void small_gicv2(const char *name, uint32_t distributor_bytes, uint32_t core_bytes)
{
    tree_node(&tree, name);
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "reg", 8, 0u, 0xc000000u, 0u, distributor_bytes, 0u, 0xc002000u, 0u, core_bytes);
    tree_end(&tree);
}

static void an_incomplete_interrupt_controller_is_not_used(void **state)
{
    (void)state;
    board_open();
    device("v2", "arm,cortex-a15-gic", 0x8000000, 0x10000);
    device("v3", "arm,gic-v3", 0x9000000, 0x10000);
    small_gicv2("short", 0x1000, 0x1000);
    small_gicv2("low", 0xfff, 0x2000);
    gicv2("good", 0xa000000);
    gicv2("second", 0xb000000);
    assert_null(board_read());
    assert_printed("v2: an interrupt controller without its registers");
    assert_printed("v3: an interrupt controller without its registers");
    assert_printed("short: an interrupt controller without its registers");
    assert_printed("low: an interrupt controller without its registers");
    assert_printed("second: this interrupt controller is not used");
    assert_int_equal(platform.gic_version, 2);
    assert_region(platform.gic_distributor, 0xa000000, 0x1000);
    assert_int_equal(platform.device_count, 0);
}

static void a_gicv3_of_too_many_or_unsaid_regions_is_cut_or_not_used(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        board_open();
        tree_node(&tree, "intc");
        tree_text(&tree, "compatible", "arm,gic-v3");
        if (i == 0)
            tree_cells(&tree, "#redistributor-regions", 1, 5u);
        else
            tree_bytes(&tree, "#redistributor-regions", "", 0);
        tree_cells(&tree, "reg", 24, 0u, 0x8000000u, 0u, 0x10000u, 0u, 0x9000000u, 0u, 0x20000u,
                   0u, 0xa000000u, 0u, 0x20000u, 0u, 0xb000000u, 0u, 0x20000u,
                   0u, 0xc000000u, 0u, 0x20000u, 0u, 0xd000000u, 0u, 0x20000u);
        tree_end(&tree);
        assert_null(board_read());
        assert_int_equal(platform.gic_version, i == 0 ? 3 : 0);
        assert_int_equal(platform.gic_redistributor_count, i == 0 ? 4 : 0);
        assert_printed(i == 0 ? "some redistributor regions" : "without its registers");
    }
}

static void an_impossible_timer_is_none(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        board_open();
        tree_node(&tree, "timer");
        tree_text(&tree, "compatible", "arm,armv8-timer");
        tree_cells(&tree, "interrupts", i == 0 ? 6 : i == 4 ? 7 : 9, 1u, 13u, 4u, 1u, 14u, 4u,
                   i == 1 ? 0u : 1u, i == 2 ? 16u : i == 3 ? ~0u : 11u, 4u);
        tree_end(&tree);
        assert_null(board_read());
        assert_printed("timer's third interrupt");
        assert_int_equal(platform.timer_line, 0);
    }
}

static void more_than_there_is_room_for_is_counted(void **state)
{
    (void)state;
    board_open();
    for (uint64_t i = 0; i < PLATFORM_DEVICE_MAX + 3; i++)
        device("d", "any", 0x1000000 + i * 0x2000, 0x1000);
    for (uint64_t i = 0; i < PLATFORM_RAM_MAX; i++)
        memory(0x80000000 + i * 0x2000, 0x1000);
    assert_null(board_read());
    assert_int_equal(platform.device_count, PLATFORM_DEVICE_MAX);
    assert_int_equal(platform.ram_count, PLATFORM_RAM_MAX);
    assert_int_equal(platform.dropped, 4);
    assert_printed("no room for another device");
}

static void a_device_that_ram_splits_needs_room_too(void **state)
{
    (void)state;
    board_open();
    for (uint64_t i = 0; i < PLATFORM_DEVICE_MAX - 1; i++)
        device("d", "any", 0x1000000 + i * 0x2000, 0x1000);
    device("around", "any", RAM_START - 0x1000, RAM_BYTES + 0x2000);
    assert_null(board_read());
    assert_int_equal(platform.device_count, PLATFORM_DEVICE_MAX);
    assert_region(platform.device[PLATFORM_DEVICE_MAX - 1], RAM_START - 0x1000, 0x1000);
    assert_int_equal(platform.dropped, 1);
}

static void reserved_memory_is_never_forgotten(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "reserved-memory");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
    for (uint64_t i = 0; i <= PLATFORM_RESERVED_MAX; i++)
        device("r", "any", RAM_START + i * 0x2000, 0x1000);
    tree_end(&tree);
    assert_refused(board_read(), "reserves more");
}

static void more_cores_than_can_be_used_are_left_out(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "cpus");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 0u);
    for (uint32_t id = 0; id < PLATFORM_CORES_MAX + 2; id++) {
        tree_node(&tree, "cpu");
        tree_text(&tree, "device_type", "cpu");
        tree_cells(&tree, "reg", 1, id == 3 ? 2u : id);
        tree_end(&tree);
    }
    tree_node(&tree, "headless");
    tree_text(&tree, "device_type", "cpu");
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.core_count, PLATFORM_CORES_MAX);
    assert_printed("listed twice");
    assert_printed("headless: a core without a readable reg");
}

/* --- How cores are started -------------------------------------------------------- */

#define RELEASE 0x7ff0000ull   /* not in RAM */

static void cpus_open(void)
{
    board_open();
    tree_node(&tree, "cpus");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 0u);
}

static void cpu_open(uint32_t id, const char *method)
{
    tree_node(&tree, "cpu");
    tree_text(&tree, "device_type", "cpu");
    tree_cells(&tree, "reg", 1, id);
    if (method != NULL)
        tree_text(&tree, "enable-method", method);
}

static void cpu(uint32_t id, const char *method)
{
    cpu_open(id, method);
    tree_end(&tree);
}

/* One core, released at an address of 64 bits. */
static void cpu_released(uint64_t at)
{
    cpu_open(1, "spin-table");
    tree_cells(&tree, "cpu-release-addr", 2, (uint32_t)(at >> 32), (uint32_t)at);
    tree_end(&tree);
}

static const char *cpus_read(void)
{
    tree_end(&tree);
    return board_read();
}

static void each_core_has_its_own_way_to_start(void **state)
{
    (void)state;
    cpus_open();
    cpu(0, NULL);
    cpu(1, "psci");
    cpu_open(2, "spin-table");
    tree_cells(&tree, "cpu-release-addr", 2, 0x10u, (uint32_t)RELEASE);
    tree_end(&tree);
    cpu_open(3, "spin-table");
    tree_cells(&tree, "cpu-release-addr", 1, (uint32_t)RELEASE + 8);
    tree_end(&tree);
    cpu(4, "acme,smp");
    cpu_open(5, NULL);
    tree_bytes(&tree, "enable-method", "acme,smp\0psci", 14);
    tree_end(&tree);
    assert_null(cpus_read());
    assert_int_equal(platform.core_count, 6);
    assert_int_equal(platform.core_start[0], CORE_START_NONE);
    assert_int_equal(platform.core_start[1], CORE_START_PSCI);
    assert_int_equal(platform.core_start[2], CORE_START_SPIN_TABLE);
    assert_int_equal(platform.core_release[2].value, 0x1000000000 + RELEASE);
    assert_int_equal(platform.core_start[3], CORE_START_SPIN_TABLE);
    assert_int_equal(platform.core_release[3].value, RELEASE + 8);
    assert_int_equal(platform.core_start[4], CORE_START_NONE);
    assert_int_equal(platform.core_start[5], CORE_START_PSCI);
    assert_string_equal(printed, "");
}

static void a_disabled_core_is_none(void **state)
{
    (void)state;
    cpus_open();
    cpu_open(0, "psci");
    tree_text(&tree, "status", "disabled");
    tree_end(&tree);
    cpu(1, "psci");
    cpu_open(2, "psci");
    tree_text(&tree, "status", "fail");
    tree_end(&tree);
    cpu_open(3, "psci");
    tree_text(&tree, "status", "okay");
    tree_end(&tree);
    assert_null(cpus_read());
    assert_int_equal(platform.core_count, 2);
    assert_int_equal(platform.core_id[0], 1);
    assert_int_equal(platform.core_id[1], 3);
}

static void cores_keep_the_order_of_the_tree(void **state)
{
    (void)state;
    cpus_open();
    cpu(0x101, "psci");
    cpu(0x100, NULL);
    cpu(0, "spin-table");
    assert_null(cpus_read());
    assert_int_equal(platform.core_count, 3);
    assert_int_equal(platform.core_id[0], 0x101);
    assert_int_equal(platform.core_start[0], CORE_START_PSCI);
    assert_int_equal(platform.core_id[1], 0x100);
    assert_int_equal(platform.core_start[1], CORE_START_NONE);
    assert_int_equal(platform.core_id[2], 0);
    assert_int_equal(platform.core_start[2], CORE_START_NONE);
    assert_printed("cpu: cpu-release-addr should be one address");
}

static void a_core_too_many_or_twice_changes_no_other(void **state)
{
    (void)state;
    cpus_open();
    for (uint32_t id = 0; id < PLATFORM_CORES_MAX; id++)
        cpu(id, "psci");
    cpu(3, "acme,smp");
    cpu(PLATFORM_CORES_MAX, "psci");
    assert_null(cpus_read());
    assert_int_equal(platform.core_count, PLATFORM_CORES_MAX);
    for (uint32_t id = 0; id < PLATFORM_CORES_MAX; id++) {
        assert_int_equal(platform.core_id[id], id);
        assert_int_equal(platform.core_start[id], CORE_START_PSCI);
    }
    assert_int_equal(platform.psci, PSCI_NONE);
    assert_printed("listed twice");
    assert_printed("a core more than the kernel can use (0x8)");
}

static void a_damaged_release_address_is_no_way_to_start(void **state)
{
    (void)state;
    static const char bytes[12] = { 0, 0, 0, 0, 0x07, (char)0xff, 0, 0, 0, 0, 0, 8 };
    static const size_t lengths[] = { 0, 3, 7, 9, 12 };

    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cpus_open();
        cpu_open(1, "spin-table");
        tree_bytes(&tree, "cpu-release-addr", bytes, lengths[i]);
        tree_end(&tree);
        assert_null(cpus_read());
        assert_int_equal(platform.core_count, 1);
        assert_int_equal(platform.core_start[0], CORE_START_NONE);
        assert_printed("cpu: cpu-release-addr should be one address");
    }
}

static void a_release_address_is_aligned_and_physical(void **state)
{
    (void)state;
    static const uint64_t addresses[] = { 0, RELEASE + 1, RELEASE + 4, 1ull << 48, UINT64_MAX - 7 };

    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        cpus_open();
        cpu_released(addresses[i]);
        assert_null(cpus_read());
        assert_int_equal(platform.core_start[0], CORE_START_NONE);
        assert_printed("cpu-release-addr should be");
    }
}

static void a_release_address_in_memory_is_reserved(void **state)
{
    (void)state;
    for (unsigned reserved = 0; reserved < 2; reserved++) {
        tree_start(&tree);
        if (reserved)
            tree_reserve(&tree, RAM_START, 0x1000);
        tree_node(&tree, "");
        tree_cells(&tree, "#address-cells", 1, 2u);
        tree_cells(&tree, "#size-cells", 1, 2u);
        memory(RAM_START, RAM_BYTES);
        tree_node(&tree, "cpus");
        tree_cells(&tree, "#address-cells", 1, 1u);
        tree_cells(&tree, "#size-cells", 1, 0u);
        cpu_released(RAM_START + 0xd8);
        assert_null(cpus_read());
        assert_int_equal(platform.core_start[0], reserved ? CORE_START_SPIN_TABLE : CORE_START_NONE);
        if (!reserved)
            assert_printed("should be in reserved memory, or not in memory (0x400000d8)");
    }
}

static void no_core_is_released_through_the_kernels_own_devices(void **state)
{
    (void)state;
    static const uint64_t addresses[] = { 0x8000000, 0x8003ff8, 0x9000000 };

    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        cpus_open();
        cpu_released(addresses[i]);
        tree_end(&tree);
        chosen_text("/serial@9000000");
        gicv2("intc", 0x8000000);
        device("serial@9000000", "arm,pl011", 0x9000000, 0x1000);
        assert_null(board_read());
        assert_int_equal(platform.gic_version, 2);
        assert_int_equal(platform.uart, UART_PL011);
        assert_int_equal(platform.core_start[0], CORE_START_NONE);
    }
}

static void cyclic_phandles_lead_nowhere(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "a");
    tree_cells(&tree, "phandle", 1, 1u);
    tree_cells(&tree, "interrupt-parent", 1, 2u);
    tree_end(&tree);
    tree_node(&tree, "b");
    tree_cells(&tree, "phandle", 1, 2u);
    tree_cells(&tree, "interrupt-parent", 1, 1u);
    tree_end(&tree);
    assert_null(board_read());
}

static void hostile_names_are_printed_harmlessly_and_not_without_end(void **state)
{
    char name[300];
    (void)state;
    memset(name, '\033', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    tree_start(&tree);
    tree_node(&tree, "");
    tree_text(&tree, "model", name);
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 2u);
    memory(RAM_START, RAM_BYTES);
    for (unsigned i = 0; i < 50; i++)
        device(name, "any", UINT64_MAX, 1);
    assert_null(board_read());
    assert_int_equal(strlen(platform.model), PLATFORM_NAME_BYTES - 1);
    assert_int_equal(platform.model[0], '?');
    unsigned lines = 0;
    for (const char *at = printed; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 17);
}

static void the_uart_of_a_broken_tree_is_still_found(void **state)
{
    (void)state;
    board_open();
    chosen_text("/uart@9000000");
    device("uart@9000000", "arm,pl011", 0x9000000, 0x1000);
    tree_token(&tree, 77);
    assert_refused(board_read(), "token");
    assert_int_equal(platform.uart, UART_PL011);
    assert_int_equal(platform.uart_registers.start.value, 0x9000000);
    assert_refused(devicetree_read(tree.bytes, 12, &platform), "no device tree");
    assert_int_equal(platform.uart, UART_NONE);
}
/* --- Edges -------------------------------------------------------------------------- */

static bool has_device(uint64_t start)
{
    for (unsigned i = 0; i < platform.device_count; i++)
        if (platform.device[i].start.value == start)
            return true;
    return false;
}

/* `count` numbers of one cell each, the form of a reg or of ranges where all counts are 1. */
static void tree_numbers(const char *name, const uint32_t *number, unsigned count)
{
    uint8_t bytes[66 * 3 * 4];
    assert_in_range(count, 1, 66 * 3);
    for (unsigned i = 0; i < count; i++)
        for (unsigned byte = 0; byte < 4; byte++)
            bytes[4 * i + byte] = (uint8_t)(number[i] >> (24 - 8 * byte));
    tree_bytes(&tree, name, bytes, 4 * count);
}

static void cells(uint32_t address, uint32_t size)
{
    tree_cells(&tree, "#address-cells", 1, address);
    tree_cells(&tree, "#size-cells", 1, size);
}

static void root_of_small_cells(void)
{
    tree_start(&tree);
    tree_node(&tree, "");
    cells(1, 1);
    tree_node(&tree, "memory");
    tree_text(&tree, "device_type", "memory");
    tree_cells(&tree, "reg", 2, (uint32_t)RAM_START, (uint32_t)RAM_BYTES);
    tree_end(&tree);
}

static void a_node_of_entries(unsigned count)
{
    uint32_t number[66 * 2];
    root_of_small_cells();
    for (unsigned i = 0; i < count; i++) {
        number[2 * i] = 0x1000000 + i * 0x2000;
        number[2 * i + 1] = 0x1000;
    }
    tree_node(&tree, "many");
    tree_numbers("reg", number, 2 * count);
    tree_end(&tree);
    assert_null(board_read());
}

static void of_a_reg_sixty_four_entries_are_used(void **state)
{
    (void)state;
    a_node_of_entries(64);
    assert_int_equal(platform.device_count, 64);
    assert_string_equal(printed, "");
    a_node_of_entries(66);
    assert_int_equal(platform.device_count, 64);
    assert_printed("many: reg has more entries than are used (0x42)");
}

static void of_ranges_sixty_four_entries_are_used(void **state)
{
    uint32_t number[66 * 3];
    (void)state;
    root_of_small_cells();
    for (unsigned i = 0; i < 66; i++) {
        number[3 * i] = i * 0x1000;
        number[3 * i + 1] = 0x2000000 + i * 0x2000;
        number[3 * i + 2] = 0x1000;
    }
    tree_node(&tree, "bus");
    cells(1, 1);
    tree_numbers("ranges", number, 66 * 3);
    bus_device("last", 63 * 0x1000, 0x1000);
    bus_device("beyond", 64 * 0x1000, 0x1000);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 1);
    assert_true(has_device(0x2000000 + 63 * 0x2000));
}

static void a_translation_to_the_last_address_is_said_in_a_line(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "bus");
    cells(2, 2);
    tree_cells(&tree, "ranges", 6, 0u, 0u, ~0u, 0xffffefffu, ~0u, ~0u);
    device("odd", "any", 0x1000, 0x1000);
    tree_end(&tree);
    assert_null(board_read());
    assert_printed("odd: a region wraps");
    assert_int_equal(platform.device_count, 0);
}

/* An outer bus whose addresses have three cells: below it none is known. */
static void addresses_of_three_cells_are_none(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "outer");
    cells(3, 1);
    tree_cells(&tree, "ranges", 6, 0u, 0u, 0u, 0u, 0x3000000u, 0x100000u);
    tree_node(&tree, "direct");
    tree_cells(&tree, "reg", 4, 0u, 0u, 0x1000u, 0x1000u);
    tree_end(&tree);
    tree_node(&tree, "inner");
    cells(1, 1);
    tree_cells(&tree, "ranges", 5, 0u, 0u, 0u, 0u, 0x10000u);
    bus_device("translated", 0x2000, 0x1000);
    tree_end(&tree);
    tree_node(&tree, "same");
    cells(1, 1);
    tree_cells(&tree, "ranges", 0);
    bus_device("untranslated", 0x3000, 0x1000);
    tree_end(&tree);
    tree_end(&tree);
    tree_node(&tree, "transparent");
    cells(3, 1);
    tree_bytes(&tree, "ranges", "", 0);
    tree_node(&tree, "direct");
    tree_cells(&tree, "reg", 4, 0u, 0u, 0x4000u, 0x1000u);
    tree_end(&tree);
    tree_node(&tree, "inner");
    cells(1, 1);
    tree_cells(&tree, "ranges", 5, 0u, 0u, 0u, 0u, 0x10000u);
    bus_device("translated", 0x5000, 0x1000);
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 0);
}

static void without_counts_addresses_have_two_cells_and_sizes_one(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "counted");
    cells(1, 1);
    tree_cells(&tree, "ranges", 0);
    bus_device("one", 0x1000, 0x1000);
    tree_end(&tree);
    tree_node(&tree, "uncounted");
    tree_cells(&tree, "ranges", 0);
    tree_node(&tree, "two");
    tree_cells(&tree, "reg", 3, 2u, 0x5000u, 0x1000u);
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 2);
    assert_true(has_device(0x1000));
    assert_true(has_device(0x200005000));
}

static void four_cells_are_possible_and_five_are_not(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "wide");
    cells(4, 4);
    tree_end(&tree);
    assert_null(board_read());
    assert_string_equal(printed, "");
    tree_start(&tree);
    tree_node(&tree, "");
    cells(2, 5);
    memory(RAM_START, RAM_BYTES);
    assert_refused(board_read(), "no RAM");
    assert_printed("device tree: /: an impossible number of cells");
}

static void an_entry_without_bytes_ends_nothing(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "holes");
    tree_cells(&tree, "reg", 12, 0u, 0x1000u, 0u, 0u, 0u, 0x2000u, 0u, 0x1000u, 0u, 0x9000u, 0u, 0u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.device_count, 1);
    assert_true(has_device(0x2000));
}

static void an_interrupt_controller_with_half_its_registers_is_not_used(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "intc");
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "#interrupt-cells", 1, 3u);
    tree_cells(&tree, "reg", 8, 0u, 0x8000000u, 0u, 0x10000u, 0u, 0x8010000u, 0u, 0u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.gic_version, 0);
}

static void reserved_memory_that_wraps_is_reserved_to_the_end(void **state)
{
    bool found = false;
    (void)state;
    board_open();
    tree_node(&tree, "reserved-memory");
    cells(2, 2);
    device("r", "any", RAM_START + 0x1000, UINT64_MAX);
    tree_end(&tree);
    assert_null(board_read());
    for (unsigned i = 0; i < platform.reserved_count; i++)
        found |= platform.reserved[i].start.value == RAM_START + 0x1000 &&
                 platform.reserved[i].bytes >= RAM_BYTES - 0x1000;
    assert_true(found);
}

static void alias(const char *wrong, const char *name)
{
    board_open();
    tree_node(&tree, "aliases");
    tree_text(&tree, wrong, "/none");
    tree_text(&tree, name, "/uart");
    tree_end(&tree);
    device("uart", "arm,pl011", 0x9000000, 0x1000);
}

static void an_alias_is_compared_from_its_first_letter(void **state)
{
    (void)state;
    alias("xerial0", "serial0");
    chosen_text("serial0");
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_PL011);
    board_open();
    device("uart", "arm,pl011", 0x9000000, 0x1000);
    chosen_text("serial0");
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_NONE);
}

static void only_stdout_path_of_chosen_says_where_to_write(void **state)
{
    (void)state;
    board_open();
    device("uart", "arm,pl011", 0x9000000, 0x1000);
    tree_node(&tree, "chosen");
    tree_text(&tree, "stdout-path", "/uart");
    tree_text(&tree, "bootargs", "/other");
    tree_end(&tree);
    tree_node(&tree, "other");
    tree_text(&tree, "stdout-path", "/other");
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_PL011);
}

static void odd_nodes(unsigned count)
{
    board_open();
    for (unsigned i = 0; i < count; i++) {
        tree_node(&tree, "cut");
        tree_cells(&tree, "reg", 1, i);
        tree_end(&tree);
    }
    assert_null(board_read());
}

static void as_many_oddities_as_there_is_room_for_are_all(void **state)
{
    (void)state;
    odd_nodes(PLATFORM_ODDITIES_MAX);
    assert_null(strstr(printed, "more of the kind"));
    odd_nodes(PLATFORM_ODDITIES_MAX + 1);
    assert_printed("more of the kind");
}

static void a_board_without_a_model_has_none(void **state)
{
    (void)state;
    root_of_small_cells();
    assert_null(board_read());
    assert_string_equal(platform.model, "");
}

/* --- What nodes mean, at its edges -------------------------------------------------------- */

static void two_regions(const char *name, uint32_t one, uint32_t other)
{
    tree_node(&tree, name);
    tree_cells(&tree, "reg", 8, 0u, one, 0u, 0x1000u, 0u, other, 0u, 0x1000u);
}

static void all_regions_of_a_node_are_taken(void **state)
{
    (void)state;
    board_open();
    two_regions("memory@1", 0x80000000, 0x90000000);
    tree_text(&tree, "device_type", "memory");
    tree_end(&tree);
    tree_node(&tree, "reserved-memory");
    cells(2, 2);
    two_regions("r", (uint32_t)RAM_START, (uint32_t)RAM_START + 0x10000);
    tree_end(&tree);
    tree_end(&tree);
    two_regions("device", 0x1000, 0x90000000); /* the second lies in RAM */
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.ram_count, 3);
    assert_int_equal(platform.reserved_count, 2);
    assert_int_equal(platform.device_count, 1);
}

static void scattered_ram_that_is_dropped_is_said(void **state)
{
    (void)state;
    board_open();
    for (uint64_t i = 0; i < PLATFORM_RAM_MAX; i++)
        memory(0x80000000 + i * 0x2000, 0x1000);
    assert_null(board_read());
    assert_printed("no room for so much scattered RAM");
    assert_int_equal(platform.dropped, 1);
}

static void the_first_node_on_the_path_with_registers_is_written_to(void **state)
{
    (void)state;
    board_open();
    chosen_text("/uart");
    device("uart@0", "arm,pl011", 0x1000, 0);
    device("uart@1", "arm,pl011", 0x9000000, 0x1000);
    device("uart@2", "arm,pl011", 0x9100000, 0x1000);
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_PL011);
    assert_region(platform.uart_registers, 0x9000000, 0x1000);
}

#define LIST(text) text, sizeof text

static void the_devices_that_can_be_written_to_are_known_by_any_compatible(void **state)
{
    static const struct { const char *compatible; size_t bytes; enum uart_kind uart; } cases[] = {
        { LIST("arm,pl011\0arm,primecell"), UART_PL011 },
        { LIST("brcm,bcm2711-aux-uart\0brcm,bcm2835-aux-uart"), UART_BCM2835_AUX },
        { LIST("fsl,imx8mp-uart\0fsl,imx6q-uart"), UART_IMX },
        { LIST("fsl,imx1-uart"), UART_NONE },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_open();
        chosen_text("/uart");
        tree_node(&tree, "uart");
        tree_bytes(&tree, "compatible", cases[i].compatible, cases[i].bytes);
        tree_cells(&tree, "reg", 4, 0u, 0x30890000u, 0u, 0x10000u);
        tree_end(&tree);
        assert_null(board_read());
        assert_int_equal(platform.uart, cases[i].uart);
    }
}

static void a_device_that_cannot_be_written_to_is_said(void **state)
{
    (void)state;
    board_open();
    chosen_text("/uart");
    device("uart", "acme,uart", 0x9000000, 0x1000);
    assert_null(board_read());
    assert_int_equal(platform.uart, UART_NONE);
    assert_printed("stdout-path names a device that the kernel cannot write to");
}

static void firmware(const char *compatible, const char *method, const char *status)
{
    tree_node(&tree, "psci");
    tree_text(&tree, "compatible", compatible);
    tree_text(&tree, "method", method);
    tree_text(&tree, "status", status);
    tree_end(&tree);
}

static void the_first_firmware_that_is_enabled_is_called(void **state)
{
    (void)state;
    board_open();
    firmware("arm,psci-1.0", "smc", "disabled");
    firmware("arm,psci-0.2", "acme", "okay");
    assert_null(board_read());
    assert_int_equal(platform.psci, PSCI_NONE);
    assert_printed("PSCI's method should be");
    board_open();
    firmware("arm,psci-0.2", "hvc", "okay");
    firmware("arm,psci-1.0", "smc", "okay");
    assert_null(board_read());
    assert_int_equal(platform.psci, PSCI_HVC);
    board_open();
    firmware("arm,psci-1.0", "smc", "okay");
    assert_null(board_read());
    assert_int_equal(platform.psci, PSCI_SMC);
}

/* Each has the properties of another kind of node. */
static void a_node_has_one_meaning(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "chosen");
    tree_cells(&tree, "linux,initrd-start", 1, (uint32_t)RAM_START);
    tree_cells(&tree, "linux,initrd-end", 1, (uint32_t)RAM_START + 0x1000);
    tree_text(&tree, "device_type", "cpu");
    tree_cells(&tree, "reg", 2, 0u, 7u);
    tree_end(&tree);
    tree_node(&tree, "reserved-memory");
    cells(2, 2);
    device("r", "any", RAM_START, 0x1000);
    tree_end(&tree);
    tree_node(&tree, "intc");
    tree_bytes(&tree, "compatible", "arm,gic-400\0arm,armv8-timer", 28);
    tree_cells(&tree, "interrupts", 9, 1u, 13u, 4u, 1u, 14u, 4u, 1u, 11u, 4u);
    tree_cells(&tree, "reg", 8, 0u, 0x8000000u, 0u, 0x1000u, 0u, 0x8010000u, 0u, 0x2000u);
    cells(2, 2);
    tree_node(&tree, "part");
    tree_text(&tree, "method", "smc");
    tree_end(&tree);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.core_count, 0);
    assert_region(platform.archive, RAM_START, 0x1000);
    assert_int_equal(platform.gic_version, 2);
    assert_int_equal(platform.timer_line, 0);
    assert_int_equal(platform.psci, PSCI_NONE);
}

static void the_first_core_listed_twice_is_used_once(void **state)
{
    (void)state;
    cpus_open();
    cpu(5, "psci");
    cpu(5, "psci");
    assert_null(cpus_read());
    assert_int_equal(platform.core_count, 1);
}

static void numbers_of_cores_have_one_or_two_cells(void **state)
{
    (void)state;
    for (unsigned count = 0; count < 5; count++) {
        board_open();
        tree_node(&tree, "cpus");
        cells(count, 0);
        tree_node(&tree, "cpu");
        tree_text(&tree, "device_type", "cpu");
        tree_cells(&tree, "reg", 4, 0u, 1u, 2u, 3u);
        tree_end(&tree);
        assert_null(cpus_read());
        assert_int_equal(platform.core_count, count == 1 || count == 2);
        if (count != 1 && count != 2)
            assert_printed("a core without a readable reg is not used");
    }
}

static void a_damaged_release_address_is_none(void **state)
{
    (void)state;
    cpus_open();
    cpu_open(1, "spin-table");
    tree_cells(&tree, "cpu-release-addr", 3, 0u, 0u, (uint32_t)RELEASE);
    tree_end(&tree);
    assert_null(cpus_read());
    assert_int_equal(platform.core_release[0].value, 0);
}

static void every_core_s_release_address_is_looked_at(void **state)
{
    (void)state;
    cpus_open();
    cpu(0, "psci");
    cpu_released(RAM_START + 0xd8);
    assert_null(cpus_read());
    assert_int_equal(platform.core_start[0], CORE_START_PSCI);
    assert_int_equal(platform.core_start[1], CORE_START_NONE);
}

static void an_archive_with_one_end_or_of_three_cells_is_said(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        board_open();
        tree_node(&tree, "chosen");
        if (i == 0)
            tree_cells(&tree, "linux,initrd-end", 1, (uint32_t)RAM_START + 0x1000);
        else if (i == 1)
            tree_cells(&tree, "linux,initrd-start", 1, (uint32_t)RAM_START);
        else
            tree_cells(&tree, "linux,initrd-start", 3, 0u, 0u, (uint32_t)RAM_START);
        tree_end(&tree);
        assert_null(board_read());
        assert_printed(i == 1 ? "linux,initrd-start and -end should enclose RAM (0x40000000)"
                              : "linux,initrd-start and -end should enclose RAM (0x0)");
        assert_int_equal(platform.archive.bytes, 0);
    }
}

static void a_device_that_the_kernel_s_own_splits_needs_room_too(void **state)
{
    (void)state;
    board_open();
    for (uint64_t i = 0; i < PLATFORM_DEVICE_MAX - 1; i++)
        device("d", "any", 0x1000000 + i * 0x2000, 0x1000);
    gicv2("intc", 0x8000000);
    device("around", "any", 0x7fff000, 0x10000);
    assert_null(board_read());
    assert_int_equal(platform.dropped, 1);
    assert_printed("no room for all device regions");
}

/* The last register that the kernel uses must be there. */
static void an_interrupt_controller_is_complete_or_not(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        board_open();
        small_gicv2("v2", 0x1000, 0x2000 - i);
        assert_null(board_read());
        assert_int_equal(platform.gic_version, i == 0 ? 2 : 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        board_open();
        tree_node(&tree, "v3");
        tree_text(&tree, "compatible", "arm,gic-v3");
        tree_cells(&tree, "reg", 12, 0u, 0x8000000u, 0u, 0x10000u - (i == 1), 0u, 0x9000000u, 0u,
                   0x20000u - (i == 2), 0u, 0xa000000u, 0u, 0x20000u);
        tree_end(&tree);
        assert_null(board_read());
        assert_int_equal(platform.gic_version, i == 0 ? 3 : 0);
        assert_int_equal(platform.gic_redistributor_count, i == 0 ? 1 : 0); /* not said: one */
        assert_int_equal(platform.gic_cpu.bytes, 0);
    }
}

static void timer_of_interrupts(unsigned count, uint32_t number, uint32_t controller_cells)
{
    board_open();
    tree_node(&tree, "intc");
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "#interrupt-cells", 1, controller_cells);
    tree_end(&tree);
    tree_node(&tree, "timer");
    tree_text(&tree, "compatible", "arm,armv8-timer");
    tree_cells(&tree, "interrupts", count, 1u, 13u, 4u, 1u, 14u, 4u, 1u, number, 4u, 1u, 10u, 4u);
    tree_end(&tree);
}

static void a_timer_s_line_is_below_sixteen_and_complete(void **state)
{
    (void)state;
    timer_of_interrupts(8, 15, 3);
    assert_null(board_read());
    assert_int_equal(platform.timer_line, 31);
    for (uint32_t count = 1; count < 7; count++) {
        timer_of_interrupts(12, 11, count);
        assert_null(board_read());
        assert_int_equal(platform.timer_line == 27, count == 3);
        if (count < 3 || count > 4)
            assert_printed("#interrupt-cells should be 3 or 4");
    }
}

static void interrupts_of_two_cells_are_no_timer_s(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "intc");
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "#interrupt-cells", 1, 2u);
    tree_end(&tree);
    tree_node(&tree, "timer");
    tree_text(&tree, "compatible", "arm,armv8-timer");
    tree_cells(&tree, "interrupts", 8, 1u, 13u, 1u, 14u, 1u, 11u, 1u, 10u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.timer_line, 0);
}

static void the_first_architected_timer_is_the_one(void **state)
{
    (void)state;
    timer_of_interrupts(12, 11, 3);
    tree_node(&tree, "second");
    tree_text(&tree, "compatible", "arm,armv8-timer");
    tree_cells(&tree, "interrupts", 9, 1u, 1u, 4u, 1u, 2u, 4u, 1u, 3u, 4u);
    tree_end(&tree);
    assert_null(board_read());
    assert_int_equal(platform.timer_line, 27);
    board_open();
    tree_node(&tree, "memory-mapped");
    tree_text(&tree, "compatible", "arm,armv7-timer-mem");
    tree_cells(&tree, "interrupts", 9, 1u, 1u, 4u, 1u, 2u, 4u, 1u, 3u, 4u);
    tree_reg(&tree, 0xc000000, 0x1000);
    tree_end(&tree);
    device("thief", "any", 0xc000000, 0x2000);
    assert_null(board_read());
    assert_int_equal(platform.timer_line, 0);
    assert_int_equal(platform.device_count, 1);
    assert_region(platform.device[0], 0xc001000, 0x1000);
}

static void registers_of_what_is_not_used_are_no_driver_s(void **state)
{
    (void)state;
    board_open();
    gicv2("intc", 0x8000000);
    gicv2("second", 0xb000000);
    device("thief", "any", 0xb000000, 0x1000);
    tree_node(&tree, "other");
    tree_text(&tree, "compatible", "arm,gic-400");
    cells(2, 2);
    tree_bytes(&tree, "ranges", "", 0);
    two_regions("part", 0xd000000, 0xe000000);
    tree_end(&tree);
    tree_node(&tree, "byte");
    tree_reg(&tree, 0xf000000, 1);
    tree_end(&tree);
    tree_end(&tree);
    device("thief", "any", 0xe000000, 0x1000);
    device("thief", "any", 0xf000000, 0x1000);
    assert_null(board_read());
    assert_int_equal(platform.gic_version, 2);
    assert_int_equal(platform.device_count, 0);
}

static void too_many_parts_of_the_kernel_s_own_are_refused(void **state)
{
    (void)state;
    board_open();
    tree_node(&tree, "intc");
    tree_text(&tree, "compatible", "arm,gic-400");
    cells(2, 2);
    tree_bytes(&tree, "ranges", "", 0);
    for (uint64_t i = 0; i < 33; i++)
        device("part", "any", 0x8000000 + i * 0x2000, 0x1000);
    tree_end(&tree);
    assert_refused(board_read(), "more interrupt controllers' regions");
}

static void redistributors_in_ram_are_not_used(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        board_open();
        tree_node(&tree, "intc");
        tree_text(&tree, "compatible", "arm,gic-v3");
        tree_cells(&tree, "#redistributor-regions", 1, 2u);
        tree_cells(&tree, "reg", 12, 0u, 0x8000000u, 0u, 0x10000u,
                   0u, i == 1 ? (uint32_t)RAM_START : 0x9000000u, 0u, 0x20000u,
                   0u, i == 2 ? (uint32_t)RAM_START : 0xa000000u, 0u, 0x20000u);
        tree_end(&tree);
        assert_null(board_read());
        assert_int_equal(platform.gic_version, i == 0 ? 3 : 0);
        assert_int_equal(platform.gic_redistributor_count, i == 0 ? 2 : 0);
        for (unsigned each = 0; each < 4; each++)
            assert_int_equal(platform.gic_redistributor[each].bytes, i == 0 && each < 2 ? 0x20000 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_board_is_understood),
        cmocka_unit_test(sixty_four_bit_core_numbers_are_read),
        cmocka_unit_test(a_gicv3_has_its_redistributors_and_its_children_are_the_kernels),
        cmocka_unit_test(addresses_are_translated_through_all_buses),
        cmocka_unit_test(nodes_that_share_a_page_give_one_region),
        cmocka_unit_test(a_disabled_device_is_still_hardware),
        cmocka_unit_test(ram_is_joined_shrunk_to_pages_and_without_disabled_parts),
        cmocka_unit_test(reservations_of_both_kinds_are_kept),
        cmocka_unit_test(stdout_is_found_by_path_and_by_alias),
        cmocka_unit_test(a_path_without_an_end_is_none),
        cmocka_unit_test(archive_and_system_tree_are_found),
        cmocka_unit_test(no_tree_at_all_is_refused),
        cmocka_unit_test(a_tree_that_is_cut_off_anywhere_is_refused),
        cmocka_unit_test(a_tree_that_lies_about_itself_is_refused),
        cmocka_unit_test(reservations_without_an_end_are_refused),
        cmocka_unit_test(a_name_without_an_end_is_refused),
        cmocka_unit_test(nesting_deeper_than_the_limit_is_refused),
        cmocka_unit_test(tokens_in_a_wrong_order_are_refused),
        cmocka_unit_test(a_property_longer_than_the_tree_is_refused),
        cmocka_unit_test(nothing_but_nops_comes_to_an_end),
        cmocka_unit_test(any_single_damaged_byte_is_refused_or_keeps_all_promises),
        cmocka_unit_test(a_tree_without_ram_is_refused),
        cmocka_unit_test(regions_that_wrap_are_left_out_with_a_line),
        cmocka_unit_test(a_translation_that_wraps_is_no_address),
        cmocka_unit_test(a_reg_that_is_cut_off_gives_its_whole_entries),
        cmocka_unit_test(a_device_in_ram_does_not_get_ram),
        cmocka_unit_test(registers_in_ram_are_not_used),
        cmocka_unit_test(an_archive_that_is_not_in_ram_is_none),
        cmocka_unit_test(an_incomplete_interrupt_controller_is_not_used),
        cmocka_unit_test(a_gicv3_of_too_many_or_unsaid_regions_is_cut_or_not_used),
        cmocka_unit_test(an_impossible_timer_is_none),
        cmocka_unit_test(more_than_there_is_room_for_is_counted),
        cmocka_unit_test(a_device_that_ram_splits_needs_room_too),
        cmocka_unit_test(reserved_memory_is_never_forgotten),
        cmocka_unit_test(more_cores_than_can_be_used_are_left_out),
        cmocka_unit_test(each_core_has_its_own_way_to_start),
        cmocka_unit_test(a_disabled_core_is_none),
        cmocka_unit_test(cores_keep_the_order_of_the_tree),
        cmocka_unit_test(a_core_too_many_or_twice_changes_no_other),
        cmocka_unit_test(a_damaged_release_address_is_no_way_to_start),
        cmocka_unit_test(a_release_address_is_aligned_and_physical),
        cmocka_unit_test(a_release_address_in_memory_is_reserved),
        cmocka_unit_test(no_core_is_released_through_the_kernels_own_devices),
        cmocka_unit_test(cyclic_phandles_lead_nowhere),
        cmocka_unit_test(hostile_names_are_printed_harmlessly_and_not_without_end),
        cmocka_unit_test(the_uart_of_a_broken_tree_is_still_found),
        cmocka_unit_test(of_a_reg_sixty_four_entries_are_used),
        cmocka_unit_test(of_ranges_sixty_four_entries_are_used),
        cmocka_unit_test(a_translation_to_the_last_address_is_said_in_a_line),
        cmocka_unit_test(addresses_of_three_cells_are_none),
        cmocka_unit_test(without_counts_addresses_have_two_cells_and_sizes_one),
        cmocka_unit_test(four_cells_are_possible_and_five_are_not),
        cmocka_unit_test(an_entry_without_bytes_ends_nothing),
        cmocka_unit_test(an_interrupt_controller_with_half_its_registers_is_not_used),
        cmocka_unit_test(reserved_memory_that_wraps_is_reserved_to_the_end),
        cmocka_unit_test(an_alias_is_compared_from_its_first_letter),
        cmocka_unit_test(only_stdout_path_of_chosen_says_where_to_write),
        cmocka_unit_test(as_many_oddities_as_there_is_room_for_are_all),
        cmocka_unit_test(a_board_without_a_model_has_none),
        cmocka_unit_test(all_regions_of_a_node_are_taken),
        cmocka_unit_test(scattered_ram_that_is_dropped_is_said),
        cmocka_unit_test(the_first_node_on_the_path_with_registers_is_written_to),
        cmocka_unit_test(the_devices_that_can_be_written_to_are_known_by_any_compatible),
        cmocka_unit_test(a_device_that_cannot_be_written_to_is_said),
        cmocka_unit_test(the_first_firmware_that_is_enabled_is_called),
        cmocka_unit_test(a_node_has_one_meaning),
        cmocka_unit_test(the_first_core_listed_twice_is_used_once),
        cmocka_unit_test(numbers_of_cores_have_one_or_two_cells),
        cmocka_unit_test(a_damaged_release_address_is_none),
        cmocka_unit_test(every_core_s_release_address_is_looked_at),
        cmocka_unit_test(an_archive_with_one_end_or_of_three_cells_is_said),
        cmocka_unit_test(a_device_that_the_kernel_s_own_splits_needs_room_too),
        cmocka_unit_test(an_interrupt_controller_is_complete_or_not),
        cmocka_unit_test(a_timer_s_line_is_below_sixteen_and_complete),
        cmocka_unit_test(interrupts_of_two_cells_are_no_timer_s),
        cmocka_unit_test(the_first_architected_timer_is_the_one),
        cmocka_unit_test(registers_of_what_is_not_used_are_no_driver_s),
        cmocka_unit_test(too_many_parts_of_the_kernel_s_own_are_refused),
        cmocka_unit_test(redistributors_in_ram_are_not_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
