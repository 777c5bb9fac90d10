/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker with systems that are right: everything is resolved, with the
 * defaults that docs/bindings.md promises, and phandles of two trees joined.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libfdt.h>

#include "checker_host.h"

#define SERVER "compatible = \"thole,server\";"
#define SERIAL                                                                 \
    "serial: serial { " SERVER " program = \"pl011\"; match = \"arm,pl011\"; " \
    "priority = <48>; };"
#define CONSOLE                                                                   \
    "console: console { " SERVER " program = \"console\"; priority = <40>; "      \
    "uses = <&serial>; use-names = \"line\"; buffer-kib = <16>; init-log; };"
#define SHELL                                                                     \
    "shell { " SERVER " program = \"shell\"; time-us = <5000 10000>; "            \
    "uses = <&console>; system-control; config { greeting = \"hi\"; }; };"

static struct checked checked;

static const struct system_server *run_one(const char *servers, const char *name)
{
    checked_run(&checked, servers);
    assert_string_equal(checked.said, "");
    return checked_server(&checked, name);
}

static void servers_start_after_those_they_use(void **state)
{
    (void)state;
    checked_run(&checked, SHELL CONSOLE SERIAL);
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " serial console shell");
}

static void a_device_is_found_with_its_registers_and_lines(void **state)
{
    const struct system_server *serial = run_one(SERIAL, "serial");
    (void)state;

    assert_int_equal(serial->region_count, 1);
    assert_int_equal(serial->region[0].address, 0x9000000);
    assert_int_equal(serial->region[0].bytes, 0x1000);
    assert_int_equal(serial->interrupt_count, 1);
    assert_int_equal(serial->interrupt[0].line, 33);
    assert_int_equal(serial->interrupt[0].trigger, TRIGGER_LEVEL);
    assert_int_equal(serial->device, checked.system.stdout_node);
}

static void interrupts_extended_tell_shared_and_per_core_lines(void **state)
{
    const struct system_server *server =
        run_one("rtc { " SERVER " program = \"pl011\"; match = \"arm,pl031\"; };", "rtc");
    (void)state;

    assert_int_equal(server->interrupt_count, 2);
    assert_int_equal(server->interrupt[0].line, 34);
    assert_int_equal(server->interrupt[0].trigger, TRIGGER_EDGE);
    assert_int_equal(server->interrupt[1].line, 27);
}

static void registers_behind_a_bus_are_translated(void **state)
{
    const struct system_server *server =
        run_one("x { " SERVER " program = \"pl011\"; match = \"test,moved\"; };", "x");
    (void)state;

    assert_int_equal(server->region[0].address, 0xfe201000);
    assert_int_equal(server->region[0].bytes, 0x200);
}

static void a_match_may_be_a_path_an_alias_or_a_phandle(void **state)
{
    static const char *const match[] = {"\"/uart@9000000\"", "\"serial0\"", "<0x55>"};
    char servers[256];
    (void)state;

    for (unsigned i = 0; i < 3; i++) {
        snprintf(servers, sizeof(servers),
                 "x { " SERVER " program = \"pl011\"; match = %s; };", match[i]);
        assert_int_equal(run_one(servers, "x")->region[0].address, 0x9000000);
    }
}

static void who_matches_a_kind_leaves_named_devices_to_others(void **state)
{
    (void)state;
    checked_run(&checked, "any { " SERVER " program = \"pl011\"; match = \"arm,primecell\"; };"
                          "one { " SERVER " program = \"pl011\"; match = \"serial0\"; };");
    assert_string_equal(checked.said, "");
    assert_int_equal(checked_server(&checked, "any")->region[0].address, 0x9010000);
    assert_int_equal(checked_server(&checked, "one")->region[0].address, 0x9000000);
}

static void what_is_not_said_has_its_default(void **state)
{
    const struct system_server *server = run_one("x { " SERVER " program = \"shell\"; };", "x");
    (void)state;

    assert_int_equal(server->priority, 16);
    assert_int_equal(server->core, 0);
    assert_int_equal(server->memory_kib, 256);
    assert_int_equal(server->stack_kib, 16);
    assert_int_equal(server->grace_us, 1000000);
    assert_int_equal(server->time.period_us, 0);
    assert_int_equal(server->event_time.budget_us, 1000);
    assert_int_equal(server->event_time.period_us, 10000);
    assert_int_equal(server->interrupt_time.period_us, 10000);
    assert_int_equal(server->restart, RESTART_ON_FAILURE);
    assert_int_equal(server->restart_count, 10);
    assert_int_equal(server->restart_seconds, 60);
    assert_false(server->system_control || server->init_log);
}

static void uses_have_names_buffers_and_servers(void **state)
{
    const struct system_server *console = run_one(SERIAL CONSOLE SHELL, "console");
    const struct system_server *shell = checked_server(&checked, "shell");
    (void)state;

    assert_int_equal(console->use_count, 1);
    assert_string_equal(console->use[0].name, "line");
    assert_int_equal(console->use[0].buffer_bytes, 16384);
    assert_true(console->init_log);
    assert_string_equal(shell->use[0].name, "console");
    assert_int_equal(shell->use[0].buffer_bytes, 4096);
    assert_ptr_equal(&checked.system.server[shell->use[0].server], console);
    assert_true(shell->system_control && shell->config >= 0);
}

static void an_optional_use_does_not_keep_a_server_from_starting(void **state)
{
    (void)state;
    checked_run(&checked, "a: a { " SERVER " program = \"shell\"; status = \"disabled\"; };"
                          "b { " SERVER " program = \"shell\"; uses = <&a>; optional = \"a\"; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " b");
}

static void a_disabled_server_is_resolved_but_not_started(void **state)
{
    (void)state;
    checked_run(&checked, "a { " SERVER " program = \"pl011\"; match = \"arm,pl011\";"
                          " status = \"disabled\"; };");
    assert_string_equal(checked.started, "");
    assert_int_equal(checked_server(&checked, "a")->verdict, VERDICT_DISABLED);
    assert_int_equal(checked_server(&checked, "a")->region_count, 1);
}

static void an_enabled_server_gets_the_device_before_a_disabled_one(void **state)
{
    (void)state;
    checked_run(&checked, "a { " SERVER " program = \"pl011\"; match = \"arm,pl011\";"
                          " status = \"disabled\"; };" SERIAL);
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " serial");
    assert_int_equal(checked_server(&checked, "a")->verdict, VERDICT_NO_HARDWARE);
}

static void phandles_of_the_two_trees_do_not_meet(void **state)
{
    uint32_t gic, serial;
    (void)state;

    checked_run(&checked, SERIAL CONSOLE);
    gic = fdt_get_phandle(checked.tree, fdt_path_offset(checked.tree, "/gic@8000000"));
    serial = fdt_get_phandle(checked.tree, fdt_path_offset(checked.tree, "/thole/serial"));
    assert_true(gic != 0 && serial != 0 && gic != serial);
    assert_int_equal(fdt_check_full(checked.tree, fdt_totalsize(checked.tree)), 0);
}

static void the_system_tree_replaces_the_thole_of_the_hardware_tree(void **state)
{
    struct blob first, both;
    (void)state;

    checked_run(&checked, "old { " SERVER " program = \"shell\"; };");
    first = (struct blob){malloc(sizeof(checked.tree)), fdt_totalsize(checked.tree)};
    memcpy(first.data, checked.tree, first.bytes);
    both = blob_compile("/dts-v1/; / { thole { compatible = \"thole,system\"; new { " SERVER
                        " program = \"shell\"; }; }; };");
    assert_null(checked_trees(&checked, &first, NULL));
    assert_string_equal(checked.started, " old");
    assert_null(checked_trees(&checked, &first, &both));
    assert_string_equal(checked.started, " new");
    free(first.data);
    free(both.data);
}

static void a_hardware_tree_without_thole_has_no_system(void **state)
{
    (void)state;
    assert_null(checked_trees(&checked, checked_board(), NULL));
    assert_true(checked.system.node < 0);
    assert_int_equal(checked.system.server_count, 0);
}

static void cut_trees_are_refused_at_every_length(void **state)
{
    struct blob system = blob_compile("/dts-v1/; / { thole { compatible = \"thole,system\"; }; };");
    (void)state;

    for (size_t bytes = 0; bytes < system.bytes; bytes++) {
        struct blob cut = {malloc(bytes + 1), bytes};

        memcpy(cut.data, system.data, bytes);
        assert_string_equal(checked_trees(&checked, checked_board(), &cut),
                            "the system tree is damaged");
        assert_string_equal(checked_trees(&checked, &cut, &system), "the hardware tree is damaged");
        free(cut.data);
    }
    free(system.data);
}

static void a_tree_that_does_not_fit_is_refused(void **state)
{
    char small[512] __attribute__((aligned(8)));
    const struct blob *board = checked_board();
    (void)state;

    assert_string_equal(tree_merge(board->data, board->bytes, NULL, 0, small, sizeof(small)),
                        "the two trees together are too large");
}

/* Where there is little room, each property's name is there once. */
static void a_tree_that_fits_with_each_name_once_is_made(void **state)
{
    static char into[CHECKED_TREE_BYTES] __attribute__((aligned(8)));
    const struct blob *board = checked_board();
    size_t room = sizeof(into);
    uint32_t names, bytes;
    (void)state;

    assert_null(tree_merge(board->data, board->bytes, NULL, 0, into, room));
    names = fdt_size_dt_strings(into);
    bytes = fdt_totalsize(into);
    assert_null(tree_merge(board->data, board->bytes, NULL, 0, into, bytes - 8));
    assert_true(fdt_size_dt_strings(into) < names);
    assert_int_equal(fdt_check_full(into, bytes - 8), 0);
}

static void memory_of_all_banks_is_counted(void **state)
{
    (void)state;
    assert_int_equal(system_ram_bytes(checked_board()->data), 0x100000);
}

static void cores_that_are_enabled_and_have_a_number_are_counted_once(void **state)
{
    (void)state;
    assert_int_equal(system_cores(checked_board()->data), 3);
}

static void no_more_cores_are_counted_than_the_kernel_uses(void **state)
{
    char source[2048] = "/dts-v1/; / { cpus { #address-cells = <1>; #size-cells = <0>;";
    struct blob board;
    (void)state;

    for (unsigned i = 0; i < 9; i++) {
        snprintf(source + strlen(source), 128, "c%u { device_type = \"cpu\"; reg = <%u>; };", i, 20 + i);
    }
    strcat(source, "}; };");
    board = blob_compile(source);
    assert_int_equal(system_cores(board.data), SYSTEM_CORES_MAX);
    free(board.data);
}

/* Checks a system on a board with so many cores; 0: it does not say. */
static void run_on_cores(unsigned cores, const char *system_source)
{
    char source[1024] = "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>;"
                        "cpus { #address-cells = <1>; #size-cells = <0>;";
    struct blob board, system = blob_compile(system_source);

    for (unsigned i = 0; i < cores; i++) {
        snprintf(source + strlen(source), 64, "c%u { device_type = \"cpu\"; reg = <%u>; };", i, i);
    }
    strcat(source, "}; memory@0 { device_type = \"memory\"; reg = <0 0 0 0x1000000>; }; };");
    board = blob_compile(source);
    assert_null(checked_trees(&checked, &board, &system));
    free(board.data);
    free(system.data);
}

static void a_core_is_one_that_the_machine_has(void **state)
{
    static const char spread[] = "/dts-v1/; / { thole { compatible = \"thole,system\";"
                                 "x { " SERVER " program = \"shell\"; core = <7>; };"
                                 "y { " SERVER " program = \"shell\"; core = <1>; }; }; };";
    (void)state;

    run_on_cores(8, spread);
    assert_string_equal(checked.started, " x y");
    assert_int_equal(checked_server(&checked, "x")->core, 7);
    run_on_cores(7, spread);
    assert_string_equal(checked.said, "/thole/x: core: expected one of the 7 cores there are,"
                                      " 0 to 6, found <7>\n");
    assert_string_equal(checked.started, " y");
    run_on_cores(1, spread);
    assert_string_equal(checked.said,
                        "/thole/x: core: expected 0, the only core there is, found <7>\n"
                        "/thole/y: core: expected 0, the only core there is, found <1>\n");
    run_on_cores(0, spread);
    assert_string_equal(checked.started, " x y");
}

/* --- Memory for devices ------------------------------------------------------------------- */

static const struct system_server *run_dma(const char *match)
{
    char servers[256];

    snprintf(servers, sizeof(servers),
             "x { " SERVER " program = \"pl011\"; match = \"%s\"; dma-kib = <20>; };", match);
    return run_one(servers, "x");
}

static void assert_window(const struct system_window *window, uint64_t address, uint64_t bus,
                          uint64_t bytes)
{
    assert_int_equal(window->address, address);
    assert_int_equal(window->bus, bus);
    assert_int_equal(window->bytes, bytes);
}

static void a_device_below_no_bus_reaches_all_memory(void **state)
{
    const struct system_server *server = run_dma("arm,pl011");
    (void)state;

    assert_int_equal(server->dma_kib, 20);
    assert_int_equal(system_dma_bytes(server), 32768);
    assert_int_equal(server->window_count, 1);
    assert_window(&server->window[0], 0, 0, UINT64_MAX);
    assert_false(server->dma_coherent);
}

static void a_device_reaches_memory_through_the_windows_of_its_bus(void **state)
{
    const struct system_server *server = run_dma("test,dma");
    (void)state;

    assert_int_equal(server->window_count, 2);
    assert_window(&server->window[0], 0, 0xc0000000, 0x40000000);
    assert_window(&server->window[1], 0x80000000, 0x80000000, 0x40000000);
    assert_true(server->dma_coherent);
    assert_false(run_dma("test,noncoherent")->dma_coherent);
}

static void buses_that_say_nothing_pass_all_on(void **state)
{
    const struct system_server *server = run_dma("test,dma-deep");
    (void)state;

    assert_int_equal(server->window_count, 2);
    assert_window(&server->window[0], 0, 0xc0000000, 0x40000000);
    assert_true(server->dma_coherent);
}

/* 0x10000000 up to 0x30000000 of the inner bus is 0xf0000000 and on of the outer. */
static void windows_of_two_buses_are_cut_with_each_other(void **state)
{
    const struct system_server *server = run_dma("test,dma-moved");
    (void)state;

    assert_int_equal(server->window_count, 1);
    assert_window(&server->window[0], 0x30000000, 0x10000000, 0x10000000);
}

static void windows_that_wrap_are_left_out(void **state)
{
    const struct system_server *server = run_dma("test,dma-wraps");
    (void)state;

    assert_int_equal(server->window_count, 1);
    assert_window(&server->window[0], 0x6000, 0x5000, 0x1000);
}

/* --- Slots for virtio devices ------------------------------------------------------------- */

#define DISK(name, more) \
    name " { " SERVER " program = \"pl011\"; match = \"virtio,mmio\"; virtio-device-id = <2>; " \
         "memory-kib = <32>; " more " };"

/* What the board has beside its four slots is told when a server has looked at all of them. */
#define NO_SLOTS                                                                                \
    "/virtio-short: reg: expected registers of a virtio device, found too few registers at "    \
    "0xa000800\n"                                                                               \
    "/virtio-thief: reg: expected registers of a virtio device, found serial at 0x9000000\n"    \
    "/virtio-in-ram: reg: expected registers of a virtio device, found RAM at 0x40000000\n"

static void a_virtio_device_is_found_in_its_slot(void **state)
{
    (void)state;
    checked_run_on(&checked, DISK("a", "") DISK("b", ""), (uint32_t[]){4, 2, 0, 2});
    assert_string_equal(checked.said, "");
    assert_int_equal(checked_server(&checked, "a")->region[0].address, 0xa000200);
    assert_int_equal(checked_server(&checked, "a")->interrupt[0].line, 49);
    assert_int_equal(checked_server(&checked, "b")->region[0].address, 0xa000600);
}

static void an_empty_slot_is_no_hardware(void **state)
{
    (void)state;
    checked_run_on(&checked,
                   SERIAL DISK("a", "") DISK("b", "") DISK("c", "status = \"disabled\";"),
                   (uint32_t[]){0, 2, 0, 0});
    assert_string_equal(checked.said, NO_SLOTS
                                      "note: /thole/b: virtio-device-id: expected a device that is"
                                      " there, found no free virtio,mmio has device 2\n");
    assert_string_equal(checked.started, " serial a");
    assert_int_equal(checked_server(&checked, "b")->verdict, VERDICT_NO_HARDWARE);
    assert_int_equal(checked_server(&checked, "c")->verdict, VERDICT_NO_HARDWARE);
}

static void a_slot_where_nothing_answers_is_told_once_and_the_next_is_looked_at(void **state)
{
    (void)state;
    checked_run_on(&checked, SERIAL DISK("a", "") DISK("b", "") DISK("c", "status = \"disabled\";"),
                   (uint32_t[]){CHECKED_SLOT_BAD, 2, CHECKED_SLOT_BAD, 2});
    assert_string_equal(checked.said,
                        "/virtio_mmio@a000000: reg: expected registers of a virtio device, found"
                        " nothing that answers at 0xa000000\n"
                        "/virtio_mmio@a000400: reg: expected registers of a virtio device, found"
                        " nothing that answers at 0xa000400\n" NO_SLOTS);
    assert_string_equal(checked.started, " serial a b");
    assert_int_equal(checked_server(&checked, "b")->region[0].address, 0xa000600);
    assert_int_equal(checked.asked, 4);
}

/* Two ask for the same; the slot is read for the first of them only. */
static void a_slot_is_read_once(void **state)
{
    (void)state;
    checked_run_on(&checked, SERIAL DISK("a", "") DISK("b", ""), (uint32_t[]){0, 0, 0, 4});
    assert_int_equal(checked.asked, 4);
    assert_string_equal(checked.started, " serial");
}

static void more_slots_than_are_looked_at_are_told_once(void **state)
{
    static char source[32768];
    struct blob board;
    size_t used = (size_t)snprintf(source, sizeof(source),
                                   "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>;");
    (void)state;

    for (unsigned i = 0; i < 66; i++) {
        used += (size_t)snprintf(source + used, sizeof(source) - used,
                                 "v%u { compatible = \"virtio,mmio\"; reg = <0 0x40 0 0x20>; };", i);
    }
    snprintf(source + used, sizeof(source) - used, "};");
    board = blob_compile(source);
    checked.machine = true;
    checked_run_of(&checked, &board, DISK("a", "") DISK("b", ""));
    checked.machine = false;
    free(board.data);
    assert_non_null(strstr(checked.said, "/v63: reg: expected"));
    assert_non_null(strstr(checked.said, "/v64: compatible: expected at most 64 slots for virtio"
                                         " devices, found one more\n"));
    assert_null(strstr(checked.said, "/v65"));
    assert_null(strstr(strstr(checked.said, "/v64") + 1, "/v64"));
}

static void a_slot_that_is_named_must_hold_the_device(void **state)
{
    static const char servers[] =
        "x { " SERVER " program = \"pl011\"; match = \"/virtio_mmio@a000400\";"
        " virtio-device-id = <4>; };";
    (void)state;

    checked_run_on(&checked, servers, (uint32_t[]){4, 4, 4, 4});
    assert_int_equal(checked_server(&checked, "x")->region[0].address, 0xa000400);
    checked_run_on(&checked, servers, (uint32_t[]){4, 4, 0, 4});
    assert_int_equal(checked_server(&checked, "x")->verdict, VERDICT_NO_HARDWARE);
}

/* Nodes of other kinds are not touched; slot_at sees to those that lie elsewhere. */
static void only_slots_are_looked_at_and_only_when_asked_for(void **state)
{
    (void)state;
    checked_run_on(&checked, SERIAL "x { " SERVER " program = \"pl011\"; match = \"virtio,mmio\"; };",
                   (uint32_t[]){2, 2, 2, 2});
    assert_int_equal(checked.asked, 0);
    assert_int_equal(checked_server(&checked, "x")->region[0].address, 0xa000000);
    checked_run_on(&checked, SERIAL "x { " SERVER " program = \"pl011\"; match = \"arm,pl031\";"
                                    " virtio-device-id = <2>; };",
                   (uint32_t[]){2, 2, 2, 2});
    assert_int_equal(checked.asked, 0);
    assert_string_equal(checked.said, "/thole/x: virtio-device-id: expected a device that is"
                                      " virtio,mmio, found one that is something else\n");
    /* One has registers of the serial line, one lies in RAM, one is too short. */
    checked_run_on(&checked, SERIAL DISK("a", ""), (uint32_t[]){0, 0, 0, 0});
    assert_int_equal(checked.asked, 4);
}

static void without_a_machine_the_first_slot_stands_for_all(void **state)
{
    (void)state;
    checked_run(&checked, DISK("a", "") DISK("b", ""));
    assert_string_equal(checked.said,
                        "hint: /thole/a: virtio-device-id: expected a machine to be asked,"
                        " found which slot it is in is seen at boot\n"
                        "hint: /thole/b: virtio-device-id: expected a machine to be asked,"
                        " found which slot it is in is seen at boot\n");
    assert_string_equal(checked.started, " a b");
    assert_true(checked_server(&checked, "a")->device != checked_server(&checked, "b")->device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_start_after_those_they_use),
        cmocka_unit_test(a_device_is_found_with_its_registers_and_lines),
        cmocka_unit_test(interrupts_extended_tell_shared_and_per_core_lines),
        cmocka_unit_test(registers_behind_a_bus_are_translated),
        cmocka_unit_test(a_match_may_be_a_path_an_alias_or_a_phandle),
        cmocka_unit_test(who_matches_a_kind_leaves_named_devices_to_others),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(uses_have_names_buffers_and_servers),
        cmocka_unit_test(an_optional_use_does_not_keep_a_server_from_starting),
        cmocka_unit_test(a_disabled_server_is_resolved_but_not_started),
        cmocka_unit_test(an_enabled_server_gets_the_device_before_a_disabled_one),
        cmocka_unit_test(phandles_of_the_two_trees_do_not_meet),
        cmocka_unit_test(the_system_tree_replaces_the_thole_of_the_hardware_tree),
        cmocka_unit_test(a_hardware_tree_without_thole_has_no_system),
        cmocka_unit_test(cut_trees_are_refused_at_every_length),
        cmocka_unit_test(a_tree_that_does_not_fit_is_refused),
        cmocka_unit_test(a_tree_that_fits_with_each_name_once_is_made),
        cmocka_unit_test(memory_of_all_banks_is_counted),
        cmocka_unit_test(cores_that_are_enabled_and_have_a_number_are_counted_once),
        cmocka_unit_test(no_more_cores_are_counted_than_the_kernel_uses),
        cmocka_unit_test(a_device_below_no_bus_reaches_all_memory),
        cmocka_unit_test(a_device_reaches_memory_through_the_windows_of_its_bus),
        cmocka_unit_test(buses_that_say_nothing_pass_all_on),
        cmocka_unit_test(windows_of_two_buses_are_cut_with_each_other),
        cmocka_unit_test(windows_that_wrap_are_left_out),
        cmocka_unit_test(a_virtio_device_is_found_in_its_slot),
        cmocka_unit_test(a_slot_where_nothing_answers_is_told_once_and_the_next_is_looked_at),
        cmocka_unit_test(a_slot_is_read_once),
        cmocka_unit_test(more_slots_than_are_looked_at_are_told_once),
        cmocka_unit_test(an_empty_slot_is_no_hardware),
        cmocka_unit_test(a_slot_that_is_named_must_hold_the_device),
        cmocka_unit_test(only_slots_are_looked_at_and_only_when_asked_for),
        cmocka_unit_test(without_a_machine_the_first_slot_stands_for_all),
        cmocka_unit_test(a_core_is_one_that_the_machine_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
