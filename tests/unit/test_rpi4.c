/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's tree reader, given what the firmware of a Raspberry Pi 4 leaves: the
 * numbers of cells, the buses and the memory of boards of 1, 2, 4 and 8 GiB, with the
 * graphics processor's 76 MiB taken from the end of the first GiB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel_host.h"
#include "platform_check.h"
#include "tree_builder.h"

#define GIB        0x40000000ull
#define FIRST_END  0x3b400000u  /* where the graphics processor's memory begins */
#define HIGH_END   0xfc000000u  /* where the devices begin */
#define PIECES_MAX 4u

struct piece {
    uint32_t high, low, bytes;
};

/* As the firmware writes /memory's reg: two cells of address, one of size. */
static const struct board {
    unsigned gib, pieces;
    struct piece piece[PIECES_MAX];
    unsigned regions; /* once those that touch are joined */
    uint64_t end;     /* of the last one */
} boards[] = {
    {1, 1, {{0, 0, FIRST_END}}, 1, FIRST_END},
    {2, 2, {{0, 0, FIRST_END}, {0, GIB, GIB}}, 2, 2 * GIB},
    {4, 2, {{0, 0, FIRST_END}, {0, GIB, HIGH_END - GIB}}, 2, HIGH_END},
    {8, 4, {{0, 0, FIRST_END}, {0, GIB, HIGH_END - GIB}, {1, 0, 2 * GIB}, {1, 2 * GIB, 2 * GIB}}, 3, 8 * GIB},
};
#define BOARDS (sizeof boards / sizeof boards[0])

static struct tree tree;
static struct platform platform;

static void memory(const struct board *board)
{
    uint8_t reg[PIECES_MAX * 12];

    for (unsigned i = 0; i < board->pieces; i++) {
        const uint32_t cell[] = {board->piece[i].high, board->piece[i].low, board->piece[i].bytes};
        for (unsigned byte = 0; byte < sizeof cell; byte++)
            reg[i * sizeof cell + byte] = (uint8_t)(cell[byte / 4] >> (24 - byte % 4 * 8));
    }
    tree_node(&tree, "memory@0");
    tree_text(&tree, "device_type", "memory");
    tree_bytes(&tree, "reg", reg, board->pieces * 12);
    tree_end(&tree);
}

static void cores(void)
{
    tree_node(&tree, "cpus");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 0u);
    tree_text(&tree, "enable-method", "brcm,bcm2836-smp");
    for (uint32_t core = 0; core < 4; core++) {
        tree_node(&tree, "cpu");
        tree_text(&tree, "device_type", "cpu");
        tree_cells(&tree, "reg", 1, core);
        tree_text(&tree, "enable-method", "spin-table");
        tree_cells(&tree, "cpu-release-addr", 2, 0u, 0xd8u + core * 8);
        tree_end(&tree);
    }
    tree_end(&tree);
}

static void serial(const char *name, const char *compatible, uint32_t start, uint32_t bytes)
{
    tree_node(&tree, name);
    tree_text(&tree, "compatible", compatible);
    tree_cells(&tree, "reg", 2, start, bytes);
    tree_end(&tree);
}

static void soc(void)
{
    tree_node(&tree, "soc");
    tree_text(&tree, "compatible", "simple-bus");
    tree_cells(&tree, "#address-cells", 1, 1u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    tree_cells(&tree, "ranges", 12, 0x7e000000u, 0u, 0xfe000000u, 0x1800000u, 0x7c000000u, 0u,
               0xfc000000u, 0x2000000u, 0x40000000u, 0u, 0xff800000u, 0x800000u);
    serial("serial@7e201000", "arm,pl011", 0x7e201000, 0x200);
    serial("serial@7e215040", "brcm,bcm2835-aux-uart", 0x7e215040, 0x40);
    tree_node(&tree, "interrupt-controller@40041000");
    tree_text(&tree, "compatible", "arm,gic-400");
    tree_cells(&tree, "#interrupt-cells", 1, 3u);
    tree_cells(&tree, "reg", 8, 0x40041000u, 0x1000u, 0x40042000u, 0x2000u, 0x40044000u, 0x2000u,
               0x40046000u, 0x2000u);
    tree_end(&tree);
    tree_end(&tree);
}

static void timer(void)
{
    tree_node(&tree, "timer");
    tree_text(&tree, "compatible", "arm,armv8-timer");
    tree_cells(&tree, "interrupts", 12, 1u, 13u, 0xf08u, 1u, 14u, 0xf08u, 1u, 11u, 0xf08u, 1u, 10u,
               0xf08u);
    tree_end(&tree);
}

static void chosen_and_aliases(void)
{
    tree_node(&tree, "aliases");
    tree_text(&tree, "serial0", "/soc/serial@7e201000");
    tree_text(&tree, "serial1", "/soc/serial@7e215040");
    tree_end(&tree);
    tree_node(&tree, "chosen");
    tree_text(&tree, "stdout-path", "serial1:115200n8");
    tree_end(&tree);
}

/* What the firmware keeps for itself: with no_map, nobody may even map it. */
static void firmware_keeps(uint32_t start, uint32_t bytes, bool no_map)
{
    tree_node(&tree, "reserved-memory");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 1u);
    tree_bytes(&tree, "ranges", "", 0);
    tree_node(&tree, "nvram");
    tree_cells(&tree, "reg", 3, 0u, start, bytes);
    if (no_map)
        tree_bytes(&tree, "no-map", "", 0);
    tree_end(&tree);
    tree_end(&tree);
}

static void board_open(void)
{
    tree_start(&tree);
    tree_reserve(&tree, 0, 0x1000);
    tree_node(&tree, "");
    tree_text(&tree, "model", "a board");
    tree_cells(&tree, "#address-cells", 1, 2u);
    tree_cells(&tree, "#size-cells", 1, 1u);
}

static void board_read(const struct board *board)
{
    memory(board);
    cores();
    soc();
    timer();
    chosen_and_aliases();
    tree_end(&tree);
    tree_finish(&tree);
    printed[0] = '\0';
    memset(&platform, 0xa5, sizeof platform);
    assert_null(devicetree_read(tree.bytes, tree.total, &platform));
    devicetree_tell(&platform);
    assert_null(platform_broken_promise(&platform));
}

static void assert_region(struct region region, uint64_t start, uint64_t bytes)
{
    assert_int_equal(region.start.value, start);
    assert_int_equal(region.bytes, bytes);
}

static void boards_of_all_sizes_have_all_their_memory(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOARDS; i++) {
        uint64_t bytes = 0, expected = 0;

        board_open();
        board_read(&boards[i]);
        assert_string_equal(printed, "");
        for (unsigned piece = 0; piece < boards[i].pieces; piece++)
            expected += boards[i].piece[piece].bytes;
        for (unsigned region = 0; region < platform.ram_count; region++)
            bytes += platform.ram[region].bytes;
        assert_int_equal(bytes, expected);
        assert_int_equal(platform.ram_count, boards[i].regions);
        assert_region(platform.ram[0], 0, FIRST_END);
        const struct region *last = &platform.ram[platform.ram_count - 1];
        assert_int_equal(last->start.value + last->bytes, boards[i].end);
    }
}

static void page_zero_is_the_firmwares_and_the_cores_wait_there(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOARDS; i++) {
        board_open();
        board_read(&boards[i]);
        assert_int_equal(platform.reserved_count, 1);
        assert_region(platform.reserved[0], 0, 0x1000);
        assert_int_equal(platform.core_count, 4);
        for (unsigned core = 0; core < 4; core++) {
            assert_int_equal(platform.core_start[core], CORE_START_SPIN_TABLE);
            assert_int_equal(platform.core_release[core].value, 0xd8 + core * 8);
        }
        assert_int_equal(platform.psci, PSCI_NONE);
    }
}

static void devices_are_where_the_bus_puts_them(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOARDS; i++) {
        board_open();
        board_read(&boards[i]);
        assert_int_equal(platform.gic_version, 2);
        assert_region(platform.gic_distributor, 0xff841000, 0x1000);
        assert_region(platform.gic_cpu, 0xff842000, 0x2000);
        assert_int_equal(platform.timer_line, 27);
        assert_int_equal(platform.uart, UART_BCM2835_AUX);
        assert_region(platform.uart_registers, 0xfe215040, 0x40);
    }
}

static void what_the_firmware_keeps_is_reserved_and_stays_mapped(void **state)
{
    (void)state;
    board_open();
    firmware_keeps(0x3b200000, 0x1000, false);
    board_read(&boards[1]);
    assert_region(platform.reserved[1], 0x3b200000, 0x1000);
    assert_int_equal(platform.ram_count, 2);
}

static void what_nobody_may_map_is_no_ram(void **state)
{
    (void)state;
    board_open();
    firmware_keeps(0x3b200010, 0x1000, true);
    board_read(&boards[1]);
    assert_region(platform.reserved[1], 0x3b200000, 0x2000);
    assert_int_equal(platform.ram_count, 3);
    assert_region(platform.ram[0], 0, 0x3b200000);
    assert_region(platform.ram[1], 0x3b202000, FIRST_END - 0x3b202000);

    /* Over the end of RAM, and where there is none. */
    board_open();
    firmware_keeps(FIRST_END - 0x1000, 0x2000, true);
    board_read(&boards[0]);
    assert_int_equal(platform.ram_count, 1);
    assert_region(platform.ram[0], 0, FIRST_END - 0x1000);
    board_open();
    firmware_keeps(FIRST_END, 0x1000, true);
    board_read(&boards[0]);
    assert_region(platform.ram[0], 0, FIRST_END);
}

/* Whose loop polls in memory that nobody may map is released all the same. */
static void a_core_that_waits_in_unmapped_memory_can_be_started(void **state)
{
    (void)state;
    board_open();
    firmware_keeps(0, 0x1000, true);
    board_read(&boards[0]);
    assert_region(platform.ram[0], 0x1000, FIRST_END - 0x1000);
    assert_int_equal(platform.core_start[1], CORE_START_SPIN_TABLE);
}

static void more_unmapped_memory_than_there_is_room_for_is_refused(void **state)
{
    (void)state;
    for (unsigned count = 16; count <= 17; count++) {
        board_open();
        tree_node(&tree, "reserved-memory");
        tree_cells(&tree, "#address-cells", 1, 2u);
        tree_cells(&tree, "#size-cells", 1, 1u);
        for (uint32_t i = 0; i < count; i++) {
            tree_node(&tree, "kept");
            tree_cells(&tree, "reg", 3, 0u, 0x1000000u + i * 0x10000, 0x1000u);
            tree_bytes(&tree, "no-map", "", 0);
            tree_end(&tree);
        }
        tree_end(&tree);
        memory(&boards[0]);
        tree_end(&tree);
        tree_finish(&tree);
        const char *error = devicetree_read(tree.bytes, tree.total, &platform);
        assert_true((error != NULL) == (count == 17));
        assert_true(error == NULL || strstr(error, "no-map") != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boards_of_all_sizes_have_all_their_memory),
        cmocka_unit_test(page_zero_is_the_firmwares_and_the_cores_wait_there),
        cmocka_unit_test(devices_are_where_the_bus_puts_them),
        cmocka_unit_test(what_the_firmware_keeps_is_reserved_and_stays_mapped),
        cmocka_unit_test(what_nobody_may_map_is_no_ram),
        cmocka_unit_test(a_core_that_waits_in_unmapped_memory_can_be_started),
        cmocka_unit_test(more_unmapped_memory_than_there_is_room_for_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
