/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program reads by program_config: the properties of its `config`, then those of its
 * device. Trees go through merge and checker, and what comes out is read by the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libfdt.h>

#include "checker_host.h"
#include "config.h"

#define BOARD                                                                       \
    "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; "                       \
    "memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x4000000>; }; " \
    "slot: slot@1000 { compatible = \"a,slot\"; reg = <0x1000 0x100>; %s }; };"
#define SERVER "x { compatible = \"thole,server\"; program = \"shell\"; "
#define MATCH  SERVER "match = \"a,slot\"; "

static struct checked checked;
static struct config config;

/* Checks the system on a board whose slot has these properties, and makes the server's list. */
static void run(const char *properties, const char *servers)
{
    static char source[32768];
    struct blob board;

    snprintf(source, sizeof(source), BOARD, properties);
    board = blob_compile(source);
    checked_run_of(&checked, &board, servers);
    free(board.data);
    memset(&config, 0xa5, sizeof(config));
    system_config(checked.tree, checked_server(&checked, "x"), &config);
    assert_in_range(config.bytes, 0, sizeof(config.data));
}

static const void *find(const char *name, uint32_t *bytes)
{
    return config_find(config.data, config.bytes, name, bytes);
}

static void assert_cell(const char *name, uint32_t value)
{
    uint32_t bytes = 0;
    const void *found = find(name, &bytes);

    assert_non_null(found);
    assert_int_equal(bytes, sizeof(uint32_t));
    assert_int_equal(config_cell(found), value);
}

static void a_program_reads_the_properties_of_its_device(void **state)
{
    uint32_t bytes;
    (void)state;

    run("bus-width = <4>; broken-cd; label = \"slot\";", MATCH "config { own = <7>; }; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " x");
    assert_cell("own", 7);
    assert_cell("bus-width", 4);
    assert_non_null(find("broken-cd", &bytes));
    assert_int_equal(bytes, 0);
    assert_string_equal(find("label", NULL), "slot");
    assert_string_equal(find("compatible", NULL), "a,slot");
    assert_null(find("disable-wp", NULL));
    assert_null(config.left_out);
}

static void what_config_says_stands_in_the_place_of_the_devices(void **state)
{
    uint32_t alone, bytes = 1;
    (void)state;

    run("", MATCH "config { bus-width = <1>; label; }; };");
    alone = config.bytes;
    run("bus-width = <4>; label = \"slot\";", MATCH "config { bus-width = <1>; label; }; };");
    assert_cell("bus-width", 1);
    assert_non_null(find("label", &bytes));
    assert_int_equal(bytes, 0);
    assert_int_equal(config.bytes, alone);
}

static void without_config_the_devices_are_read(void **state)
{
    (void)state;
    run("bus-width = <4>;", MATCH "};");
    assert_cell("bus-width", 4);
}

static void addresses_and_phandles_are_not_given(void **state)
{
    static const char *const name[] = {
        "phandle", "reg", "ranges", "dma-ranges", "interrupts", "interrupt-parent",
        "interrupts-extended", "clocks", "resets", "mboxes", "dmas", "gpios", "cd-gpios",
        "old-gpio", "vmmc-supply", "pinctrl-0", "msi-parent", "assigned-clock-parents"};
    char properties[1024] = "gpio = <1>; clock-frequency = <2>; regular = <3>; supply = <4>;"
                            "interrup = <5>;";
    (void)state;

    for (unsigned i = 1; i < sizeof(name) / sizeof(name[0]); i++) {
        if (strcmp(name[i], "reg") != 0) {
            snprintf(properties + strlen(properties), 64, "%s = <0x77>;", name[i]);
        }
    }
    strcat(properties, "phandle = <0x55>;");
    run(properties, MATCH "};");
    for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
        assert_null(find(name[i], NULL));
    }
    assert_null(find("gpio", NULL));
    assert_cell("clock-frequency", 2);
    assert_cell("regular", 3);
    assert_cell("supply", 4);
    assert_cell("interrup", 5);
}

/* But its own node may say them: nobody would read a phandle there as one. */
static void config_may_have_any_name(void **state)
{
    (void)state;
    run("reg-io-width = <4>;", MATCH "config { clocks = <9>; }; };");
    assert_cell("clocks", 9);
    assert_cell("reg-io-width", 4);
}

static void a_server_without_a_device_has_its_config_alone(void **state)
{
    (void)state;
    run("bus-width = <4>;", SERVER "config { own = <7>; }; };");
    assert_cell("own", 7);
    assert_null(find("bus-width", NULL));
    run("bus-width = <4>;", SERVER "};");
    assert_int_equal(config.bytes, 0);
}

static void a_device_that_is_gone_gives_nothing(void **state)
{
    static const char *const gone[] = {"\"a,slto\"", "\"/slot@2000\"", "<0x99>"};
    char servers[256];
    (void)state;

    for (unsigned i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        snprintf(servers, sizeof(servers), SERVER "match = %s; };", gone[i]);
        run("bus-width = <4>;", servers);
        assert_string_equal(checked.started, "");
        assert_int_equal(config.bytes, 0);
    }
    run("bus-width = <4>; status = \"disabled\";", MATCH "};");
    assert_string_equal(checked.started, "");
    assert_int_equal(config.bytes, 0);
}

static void of_two_of_one_name_the_first_is_read(void **state)
{
    (void)state;
    run("bus-width = <4>; bus-width = <8>;", MATCH "};");
    assert_cell("bus-width", 4);
}

/* The name's property, of so many bytes: "name = "aaa";" */
static void long_property(char *to, const char *name, unsigned bytes)
{
    to += strlen(to);
    to += sprintf(to, "%s = \"", name);
    memset(to, 'a', bytes - 1);
    strcpy(to + bytes - 1, "\";");
}

static void long_values_of_a_device_are_not_given(void **state)
{
    static char properties[16384];
    (void)state;

    properties[0] = '\0';
    long_property(properties, "huge", 12000);
    long_property(properties, "longer", 65);
    long_property(properties, "long", 64);
    run(properties, MATCH "};");
    assert_string_equal(checked.said, "");
    assert_null(find("huge", NULL));
    assert_null(find("longer", NULL));
    assert_non_null(find("long", NULL));
}

/* On a board whose slot has three properties of 15, 18 and 6 bytes, behind 22 of compatible. */
static void run_with_own_of(unsigned bytes)
{
    static char servers[2048];

    strcpy(servers, MATCH "config { ");
    long_property(servers, "own", bytes - 8);
    strcat(servers, " }; };");
    run("label = \"slot\"; bus-width = <4>; a;", servers);
    assert_string_equal(checked.started, " x");
    assert_non_null(find("own", NULL));
}

static void what_has_no_room_is_left_out_whole_and_told(void **state)
{
    (void)state;
    run_with_own_of(1024 - 22 - 6);
    assert_string_equal(checked.said,
                        "hint: /thole/x: config: expected room for the device's properties, found"
                        " goes without its device's label, for which config leaves no room\n");
    assert_non_null(find("a", NULL));
    assert_null(find("label", NULL));
    assert_null(find("bus-width", NULL));
    assert_string_equal(config.left_out, "label");
    assert_int_equal(config.bytes, 1024);
}

static void a_property_lacks_room_by_a_byte_as_by_many(void **state)
{
    (void)state;
    run_with_own_of(1024 - 22 - 6 + 1);
    assert_null(find("a", NULL));
    assert_int_equal(config.bytes, 1024 - 6 + 1);
}

static void a_device_fills_the_room_to_its_last_byte_and_no_further(void **state)
{
    static char properties[32768];
    char name[8];
    (void)state;

    properties[0] = '\0';
    for (unsigned i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "p%03u", i);
        long_property(properties, name, 10 + i % 50);
    }
    run(properties, MATCH "};");
    assert_in_range(config.bytes, 1024 - 19, 1024);
    assert_non_null(config.left_out);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "p%03u", i);
        assert_int_equal(strlen(find(name, NULL)), 9 + i % 50);
    }
}

static void a_tree_whose_last_name_does_not_end_is_refused(void **state)
{
    struct blob board = blob_compile("/dts-v1/; / { slot { compatible = \"a,slot\"; last; }; };");
    struct blob system = blob_compile("/dts-v1/; / { thole { compatible = \"thole,system\"; }; };");
    char *strings = (char *)board.data + fdt_off_dt_strings(board.data);
    (void)state;

    assert_null(checked_trees(&checked, &board, &system));
    strings[fdt_size_dt_strings(board.data) - 1] = 'x';
    assert_non_null(checked_trees(&checked, &board, &system));
    free(board.data);
    free(system.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_reads_the_properties_of_its_device),
        cmocka_unit_test(what_config_says_stands_in_the_place_of_the_devices),
        cmocka_unit_test(without_config_the_devices_are_read),
        cmocka_unit_test(addresses_and_phandles_are_not_given),
        cmocka_unit_test(config_may_have_any_name),
        cmocka_unit_test(a_server_without_a_device_has_its_config_alone),
        cmocka_unit_test(a_device_that_is_gone_gives_nothing),
        cmocka_unit_test(of_two_of_one_name_the_first_is_read),
        cmocka_unit_test(long_values_of_a_device_are_not_given),
        cmocka_unit_test(what_has_no_room_is_left_out_whole_and_told),
        cmocka_unit_test(a_property_lacks_room_by_a_byte_as_by_many),
        cmocka_unit_test(a_device_fills_the_room_to_its_last_byte_and_no_further),
        cmocka_unit_test(a_tree_whose_last_name_does_not_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
