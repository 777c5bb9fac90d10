/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What joins devices in the hardware's tree, a bus and what is on it, a line and who
 * waits for it, becomes an edge between the servers that drive them; trees that lie
 * about it give nobody more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libfdt.h>

#include "checker_host.h"

#define SERVER  "compatible = \"thole,server\"; program = \"shell\"; memory-kib = <32>; "
#define I2C     "i2c { " SERVER "match = \"test,i2c\"; };"
#define GPIO    "gpio { " SERVER "match = \"test,gpio\"; };"
#define CLOCKS  "clocks { " SERVER "match = \"test,clocks\"; };"
#define MAILBOX "mailbox { " SERVER "match = \"test,mailbox\"; };"
#define TEN(X)  X X X X X X X X X X

static const char board_source[] =
    "/dts-v1/;\n"
    "/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n"
    "  memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x1000000>; };\n"
    "  gic: gic@8000000 { compatible = \"arm,gic-400\"; interrupt-controller;\n"
    "    #interrupt-cells = <3>; reg = <0 0x8000000 0 0x10000>; };\n"
    "  fixed: apb-pclk { compatible = \"fixed-clock\"; #clock-cells = <0>; };\n"
    "  gpio: gpio@9030000 { compatible = \"test,gpio\"; reg = <0 0x9030000 0 0x1000>;\n"
    "    #gpio-cells = <2>; #interrupt-cells = <2>; clocks = <&fixed>; own-gpios = <&gpio 1 0>; };\n"
    "  clocks: clocks@9040000 { compatible = \"test,clocks\"; reg = <0 0x9040000 0 0x1000>;\n"
    "    #clock-cells = <1>; #reset-cells = <1>; clocks = <&fixed>, <&looper 0>; };\n"
    "  looper: looper { compatible = \"test,looper\"; #clock-cells = <1>; clocks = <&clocks 3>; };\n"
    "  mailbox: mailbox@9050000 { compatible = \"test,mailbox\"; reg = <0 0x9050000 0 0x40>;\n"
    "    #mbox-cells = <0>; };\n"
    "  wide: wide { #gpio-cells = <5>; compatible = \"test,wide\"; };\n"
    "  huge: huge { #gpio-cells = <1>; compatible = \"test,huge\"; };\n"
    "  odd: odd { #gpio-cells = <2>; compatible = \"test,odd\"; };\n"
    "  gpio-keys { compatible = \"gpio-keys\"; poweroff { gpios = <&gpio 3 1>; }; };\n"
    "  firmware { compatible = \"test,firmware\", \"simple-mfd\"; mboxes = <&mailbox>;\n"
    "    clocks { compatible = \"test,firmware-clocks\"; }; };\n"
    "  soc { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = <1>;\n"
    "    ranges = <0x7e000000 0 0xfe000000 0x1000000>;\n"
    "    i2c@7e804000 { compatible = \"test,i2c\"; reg = <0x7e804000 0x100>;\n"
    "      interrupts = <0 5 4>; #address-cells = <1>; #size-cells = <0>;\n"
    "      sensor@48 { compatible = \"test,sensor\"; reg = <0x48>;\n"
    "        interrupts-extended = <&gpio 7 8>, <&gic 0 9 4>, <&gpio 8 4>;\n"
    "        interrupt-names = \"alert\", \"ready\"; reset-gpios = <&gpio 4 1>;\n"
    "        gpios = <&gpio 5 0>, <0>, <&gpio 6 1>; clocks = <&clocks 17>, <&fixed>;\n"
    "        clock-names = \"core\", \"bus-clock\"; resets = <&clocks 2>; };\n"
    "      sensor@49 { compatible = \"test,sensor\"; reg = <0x49>; };\n"
    "      twin@49,1 { compatible = \"test,twin\"; reg = <0x49>; };\n"
    "      pair@49,2 { compatible = \"test,pair\"; reg = <0x49 0x4b>; };\n"
    "      parent@4a { compatible = \"test,parented\"; reg = <0x4a>; interrupt-parent = <&gpio>;\n"
    "        interrupts = <9 2>; };\n"
    "      empty { compatible = \"test,empty-reg\"; reg; };\n"
    "      long { compatible = \"test,long-reg\"; reg = <1 2 3 4 5>; };\n"
    "      four { compatible = \"test,four-reg\"; reg = <1 2 3 4>; };\n"
    "      cut { compatible = \"test,cut-reg\"; reg = [01 02 03]; };\n"
    "      mux@70 { reg = <0x70>; channel@0 { reg = <0>;\n"
    "        deep@1 { compatible = \"test,behind-mux\"; reg = <1>; }; }; }; };\n"
    "    monitor@7e300000 { compatible = \"test,monitor\", \"syscon\", \"simple-mfd\";\n"
    "      reg = <0x7e300000 0xf00>;\n"
    "      thermal { compatible = \"test,thermal\"; };\n"
    "      part@40 { compatible = \"test,part\"; reg = <0x40 4>; };\n"
    "      off { compatible = \"test,off\"; status = \"disabled\"; }; };\n"
    "    spi@7e204000 { compatible = \"test,spi\"; reg = <0x7e204000 0x100>; status = \"disabled\";\n"
    "      #address-cells = <1>; #size-cells = <0>;\n"
    "      flash@0 { compatible = \"test,flash\"; reg = <0>; }; }; };\n"
    "  two { compatible = \"test,two\"; reset-gpios = <&gpio 1 0>; resets = <&clocks 1>;\n"
    "    mboxes = <&mailbox &mailbox>; };\n"
    "  named-system { compatible = \"test,named-system\"; system-gpios = <&gpio 1 0>; };\n"
    "  lost { compatible = \"test,lost\"; gpios = <0x7777 1 2>; clocks = <&gic 1>;\n"
    "    resets = <&clocks>; nr-gpios = <5>; x,nr-gpios = <5>; xgpios = <5>; };\n"
    "  liar { compatible = \"test,liar\"; a-gpios = <&wide 1 2 3 4 5>; b-gpios = <&huge 1>;\n"
    "    c-gpios = <&odd 1 2>; d-gpios = [01 02]; e-gpios; f-gpios = <0xffffffff>;\n"
    "    a-name-of-more-than-thirty-1-characters-gpios = <&gpio 1 0>; g-gpios = <&gpio 2 0>; };\n"
    "  many { compatible = \"test,many\";\n"
    "    gpios = " TEN("<&gpio 1 0>, <&gpio 2 0>, <&gpio 3 0>, ") "<&gpio 4 0>; };\n"
    "  zeros { compatible = \"test,zeros\"; gpios = <" TEN(TEN("0 ")) ">; };\n"
    "  far { compatible = \"test,far\"; phandle = <0x10001>; #gpio-cells = <1>; };\n"
    "  near { compatible = \"test,near\"; gpios = <0x10001 9>; reset-gpios = <0x20001 9>; };\n"
    "  line { compatible = \"test,line\"; interrupts-extended = <&wide 1>; };\n"
    "  line-cut { compatible = \"test,line-cut\"; interrupts-extended = <&gpio 1>; };\n"
    "};\n";

static struct checked checked;

/* What dtc itself does not survive is put in afterwards. */
static struct blob board_make(void)
{
    static const char two_cells[8] = {0, 0, 0, 2, 0, 0, 0, 2};
    struct blob board = blob_compile(board_source);

    assert_int_equal(fdt_open_into(board.data, board.data, CHECKED_TREE_BYTES), 0);
    fdt_setprop_u32(board.data, fdt_path_offset(board.data, "/huge"), "#gpio-cells", UINT32_MAX);
    fdt_setprop(board.data, fdt_path_offset(board.data, "/odd"), "#gpio-cells", two_cells, 8);
    fdt_pack(board.data);
    board.bytes = fdt_totalsize(board.data);
    return board;
}

static void run(const char *servers)
{
    static struct blob board;

    if (!board.data) {
        board = board_make();
    }
    checked_run_of(&checked, &board, servers);
}

/* The server's uses as text: "name>server origin: cells;". */
static const char *edges_of(const char *name)
{
    static char text[4096];
    const struct system_server *server = checked_server(&checked, name);
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < server->use_count; i++) {
        const struct system_use *use = &server->use[i];

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s>%s %u:", use->name,
                                 checked.system.server[use->server].name, use->origin);
        for (unsigned j = 0; j < use->cells; j++) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, " %u", use->cell[j]);
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, ";");
        assert_int_equal(use->buffer_bytes, use->origin == EDGE_FROM_USES ? use->buffer_bytes : 4096);
    }
    return text;
}

static void a_device_on_a_bus_is_reached_through_the_bus_s_server(void **state)
{
    const struct system_server *x;
    (void)state;

    run("x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\"; };" I2C);
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " i2c x");
    assert_string_equal(edges_of("x"), "bus>i2c 1: 73;");
    x = checked_server(&checked, "x");
    assert_int_equal(x->region_count + x->interrupt_count, 0);
    assert_int_equal(checked_server(&checked, "i2c")->client_count, 1);
    assert_int_equal(checked_server(&checked, "i2c")->region[0].address, 0xfe804000);
    assert_int_equal(checked_server(&checked, "i2c")->bus, -1);
}

static void devices_on_a_bus_are_found_by_their_kind(void **state)
{
    (void)state;
    run(I2C "a { " SERVER "match = \"test,sensor\"; }; b { " SERVER "match = \"test,sensor\"; };");
    assert_string_equal(checked.started, " i2c a b");
    assert_non_null(strstr(edges_of("a"), "bus>i2c 1: 72;"));
    assert_string_equal(edges_of("b"), "bus>i2c 1: 73;");
}

/* The bus's server tells clients apart by their cells: of two with the same both would be served. */
static void an_address_on_a_bus_has_one_owner(void **state)
{
    static const char *const others[] = {"test,twin", "test,pair"};
    char servers[1024];
    (void)state;

    for (unsigned i = 0; i < 2; i++) {
        snprintf(servers, sizeof(servers),
                 I2C "off { " SERVER "match = \"%s\"; status = \"disabled\"; };"
                 "x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\"; };"
                 "y { " SERVER "match = \"%s\"; };", others[1 - i], others[i]);
        run(servers);
        assert_string_equal(checked.started, " i2c x");
        assert_int_equal(checked_server(&checked, "i2c")->client_count, 1);
        assert_false(system_startable(checked_server(&checked, "y")));
        assert_false(system_startable(checked_server(&checked, "off")));
        assert_non_null(strstr(checked.said, "/thole/y: match: expected an address on its bus that"
                                             " is nobody else's, found that of x\n"));
    }
}

static void all_that_a_device_names_of_others_is_an_edge(void **state)
{
    const struct system_server *x;
    (void)state;

    run(I2C GPIO "looper { " SERVER "match = \"test,clocks\"; };"
                 "x { " SERVER "match = \"test,sensor\"; };");
    assert_string_equal(edges_of("x"),
                        "bus>i2c 1: 72;alert>gpio 3: 7 8;interrupt2>gpio 3: 8 4;"
                        "reset>gpio 2: 4 1;gpio>gpio 2: 5 0;gpio2>gpio 2: 6 1;"
                        "core>looper 4: 17;");
    x = checked_server(&checked, "x");
    assert_int_equal(x->interrupt_count, 1);
    assert_int_equal(x->interrupt[0].line, 41);
    /* Two properties make the same name: the second is said. */
    assert_string_equal(x->without, "resets");
    assert_string_equal(checked.started, " i2c gpio looper x");
}

static void several_without_names_are_numbered(void **state)
{
    (void)state;
    run(CLOCKS GPIO MAILBOX "x { " SERVER "match = \"test,two\"; };");
    assert_string_equal(edges_of("x"), "reset>gpio 2: 1 0;mbox>mailbox 6:;mbox1>mailbox 6:;");
    assert_string_equal(checked_server(&checked, "x")->without, "resets");
    assert_non_null(strstr(checked.said, "hint: /thole/x: match: expected a server for it, found its"
                                         " device's resets have no name for a use that is free\n"));
}

static void an_interrupt_parent_may_be_a_server_s_device(void **state)
{
    (void)state;
    run(I2C GPIO "x { " SERVER "match = \"test,parented\"; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(edges_of("x"), "bus>i2c 1: 74;interrupt>gpio 3: 9 2;");
}

static void a_device_without_memory_or_kind_is_matched_by_its_path(void **state)
{
    (void)state;
    run(GPIO "x { " SERVER "match = \"/gpio-keys/poweroff\"; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(edges_of("x"), "gpio>gpio 2: 3 1;");
    assert_string_equal(checked.started, " gpio x");
}

static void a_part_of_a_block_of_registers_has_those_of_the_block(void **state)
{
    const struct system_server *x;
    (void)state;

    run("x { " SERVER "match = \"test,thermal\"; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(checked.started, " x");
    x = checked_server(&checked, "x");
    assert_int_equal(x->region_count, 1);
    assert_int_equal(x->region[0].address, 0xfe300000);
    assert_int_equal(x->region[0].bytes, 0xf00);
    assert_int_equal(x->bus, -1);
    run("x { " SERVER "match = \"test,part\"; };"); /* which says where it is: on a bus */
    assert_string_equal(checked.started, "");
    run("x { " SERVER "match = \"test,off\"; };");
    assert_string_equal(checked.started, "");
    run("x { " SERVER "match = \"test,thermal\"; }; y { " SERVER "match = \"test,monitor\"; };");
    assert_string_equal(checked.started, " x");
    assert_non_null(strstr(checked.said, "registers that are nobody else's"));
}

static void a_child_without_address_has_an_edge_without_cells(void **state)
{
    (void)state;
    run(MAILBOX "firmware { " SERVER "match = \"test,firmware\"; };"
                "x { " SERVER "match = \"test,firmware-clocks\"; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(edges_of("firmware"), "mbox>mailbox 6:;");
    assert_string_equal(edges_of("x"), "bus>firmware 1:;");
}

static void what_a_device_names_of_itself_is_its_own_affair(void **state)
{
    (void)state;
    run(GPIO);
    assert_string_equal(checked.said, "");
    assert_string_equal(edges_of("gpio"), "");
}

static void a_server_goes_without_what_nobody_drives(void **state)
{
    (void)state;
    run(I2C "x { " SERVER "match = \"test,sensor\"; };");
    assert_string_equal(checked.started, " i2c x");
    assert_string_equal(edges_of("x"), "bus>i2c 1: 72;");
    assert_string_equal(checked_server(&checked, "x")->without,
                        "interrupts-extended, reset-gpios, gpios, clocks, resets");
    assert_non_null(strstr(checked.said,
                           "hint: /thole/x: match: expected a server for it, found its device's"
                           " clocks lead to /clocks@9040000, which no server drives\n"));
}

static void a_device_whose_bus_nobody_drives_cannot_run(void **state)
{
    (void)state;
    run("x { " SERVER "match = \"test,sensor\"; };"
        "y { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\"; status = \"disabled\"; };");
    assert_string_equal(checked.started, "");
    assert_string_equal(checked_server(&checked, "x")->why,
                        "needs its bus /soc/i2c@7e804000, which no server drives");
    assert_int_equal(checked_server(&checked, "x")->verdict, VERDICT_NEEDS);
    assert_false(system_startable(checked_server(&checked, "x")));
    assert_int_equal(checked_server(&checked, "y")->verdict, VERDICT_DISABLED);
    assert_false(system_startable(checked_server(&checked, "y")));
    assert_null(strstr(checked.said, "/thole/y"));
}

static void who_is_on_a_bus_that_is_not_started_waits_for_it(void **state)
{
    (void)state;
    run("i2c { " SERVER "match = \"test,i2c\"; status = \"disabled\"; };"
        "x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\"; };");
    assert_string_equal(checked.said, "note: /thole/x: uses: expected servers that are started,"
                                      " found needs i2c, which is disabled\n");
    assert_true(system_startable(checked_server(&checked, "x")));
}

static void an_edge_of_the_hardware_may_be_optional(void **state)
{
    (void)state;
    run("gpio { " SERVER "match = \"test,gpio\"; status = \"disabled\"; };"
        "x { " SERVER "match = \"/gpio-keys/poweroff\"; optional = \"gpio\"; };");
    assert_string_equal(checked.started, " x");
    /* Without a server for it there is no such use, and that is no mistake. */
    run("x { " SERVER "match = \"/gpio-keys/poweroff\"; optional = \"gpio\"; };");
    assert_string_equal(checked.started, " x");
    assert_int_equal(checked.system.errors, 0);
}

static void a_bus_that_is_disabled_has_no_devices(void **state)
{
    (void)state;
    run("x { " SERVER "match = \"test,flash\"; };");
    assert_int_equal(checked_server(&checked, "x")->verdict, VERDICT_NO_HARDWARE);
    run("x { " SERVER "match = \"/soc/spi@7e204000/flash@0\"; };");
    assert_int_equal(checked_server(&checked, "x")->verdict, VERDICT_NO_HARDWARE);
}

static void who_is_behind_a_part_that_nobody_drives_is_not_on_the_bus_above(void **state)
{
    (void)state;
    run(I2C "x { " SERVER "match = \"test,behind-mux\"; };");
    assert_string_equal(checked_server(&checked, "x")->why,
                        "needs its bus /soc/i2c@7e804000/mux@70/channel@0, which no server drives");
}

static void circles_of_devices_are_refused(void **state)
{
    (void)state;
    run(CLOCKS "looper { " SERVER "match = \"test,looper\"; };");
    assert_string_equal(checked.said,
                        "/thole/clocks: uses: expected no circle of uses,"
                        " found clocks -> looper -> clocks\n"
                        "/thole/looper: uses: expected no circle of uses,"
                        " found looper -> clocks -> looper\n");
}

static void a_device_is_not_above_the_ceiling_of_its_bus(void **state)
{
    (void)state;
    run(I2C "x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\"; priority = <20>; };");
    assert_string_equal(checked.said, "/thole/x: priority: expected at most 16, the priority of"
                                      " /thole/i2c, which it uses, found 20\n");
}

static void names_of_uses_and_of_the_hardware_are_apart(void **state)
{
    (void)state;
    run(I2C "o: o { " SERVER "}; x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\";"
            " uses = <&o>; use-names = \"bus\"; buffer-kib = <8>; };");
    assert_string_equal(checked.said, "/thole/x: use-names: expected another name: its device's bus"
                                      " makes that one, found bus\n");
    run(GPIO "x { " SERVER "match = \"test,named-system\"; system-control; };");
    assert_string_equal(edges_of("x"), "");
    assert_string_equal(checked.started, " gpio x");
    run(GPIO "x { " SERVER "match = \"test,named-system\"; };");
    assert_string_equal(edges_of("x"), "system>gpio 2: 1 0;");
}

static void buffers_are_of_what_the_node_uses_alone(void **state)
{
    (void)state;
    run(I2C "o: o { " SERVER "}; x { " SERVER "match = \"/soc/i2c@7e804000/sensor@49\";"
            " uses = <&o>; buffer-kib = <8>; };");
    assert_string_equal(checked.said, "");
    assert_string_equal(edges_of("x"), "o>o 0:;bus>i2c 1: 73;");
    assert_int_equal(checked_server(&checked, "x")->use[0].buffer_bytes, 8192);
    assert_int_equal(checked_server(&checked, "x")->use[1].buffer_bytes, 4096);
}

static void an_address_is_one_to_four_cells(void **state)
{
    static const char *const bad[] = {"test,empty-reg", "test,long-reg", "test,cut-reg"};
    char servers[512];
    (void)state;

    for (unsigned i = 0; i < 3; i++) {
        snprintf(servers, sizeof(servers), I2C "x { " SERVER "match = \"%s\"; };", bad[i]);
        run(servers);
        assert_string_equal(checked.said, "/thole/x: match: expected a device on a bus, whose reg"
                                          " is 1 to 4 cells, found another\n");
    }
    run(I2C "x { " SERVER "match = \"test,four-reg\"; };");
    assert_string_equal(edges_of("x"), "bus>i2c 1: 1 2 3 4;");
}

static void phandles_and_cells_that_lie_lead_nowhere(void **state)
{
    (void)state;
    run(GPIO CLOCKS "x { " SERVER "match = \"test,lost\"; };"
                    "w { " SERVER "match = \"test,wide\"; };"
                    "y { " SERVER "match = \"test,liar\"; };");
    assert_string_equal(edges_of("x"), "");
    assert_string_equal(checked_server(&checked, "x")->without, "gpios, clocks, resets");
    assert_string_equal(edges_of("y"), "g>gpio 2: 2 0;");
    assert_string_equal(checked_server(&checked, "y")->without,
                        "a-gpios, b-gpios, c-gpios, f-gpios, a-name-of-more-than-thirty-1-"
                        "characters-gpios");
    assert_int_equal(checked.system.errors, 0);
}

/* Their last bits are those of the board's first. */
static void phandles_that_are_far_apart_are_told_apart(void **state)
{
    (void)state;
    run("far { " SERVER "match = \"test,far\"; }; x { " SERVER "match = \"test,near\"; };" GPIO
        "y { " SERVER "match = \"/gpio-keys/poweroff\"; };");
    assert_string_equal(edges_of("x"), "gpio>far 2: 9;");
    assert_string_equal(checked_server(&checked, "x")->without, "reset-gpios");
    assert_string_equal(edges_of("y"), "gpio>gpio 2: 3 1;");
}

static void lines_that_lie_lead_nowhere(void **state)
{
    (void)state;
    run(GPIO "x { " SERVER "match = \"test,line\"; }; y { " SERVER "match = \"test,line-cut\"; };");
    assert_string_equal(checked.said,
                        "hint: /thole/x: match: expected a server for it, found its device's"
                        " interrupts-extended name what is no interrupt controller\n"
                        "hint: /thole/y: match: expected a server for it, found its device's"
                        " interrupts-extended are cut off\n");
    assert_string_equal(checked.started, " gpio x y");
}

static void more_lines_than_edges_are_refused(void **state)
{
    (void)state;
    run(GPIO "x { " SERVER "match = \"test,many\"; };");
    assert_string_equal(checked.said, "/thole/x: match: expected at most 24 uses and clients of"
                                      " /thole/x, found one more\n");
    run("x { " SERVER "match = \"test,many\"; };");
    assert_string_equal(checked.started, " x");
    run(GPIO "x { " SERVER "match = \"test,zeros\"; };");
    assert_string_equal(checked_server(&checked, "x")->without, "gpios");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_on_a_bus_is_reached_through_the_bus_s_server),
        cmocka_unit_test(devices_on_a_bus_are_found_by_their_kind),
        cmocka_unit_test(an_address_on_a_bus_has_one_owner),
        cmocka_unit_test(all_that_a_device_names_of_others_is_an_edge),
        cmocka_unit_test(several_without_names_are_numbered),
        cmocka_unit_test(an_interrupt_parent_may_be_a_server_s_device),
        cmocka_unit_test(a_device_without_memory_or_kind_is_matched_by_its_path),
        cmocka_unit_test(a_part_of_a_block_of_registers_has_those_of_the_block),
        cmocka_unit_test(a_child_without_address_has_an_edge_without_cells),
        cmocka_unit_test(what_a_device_names_of_itself_is_its_own_affair),
        cmocka_unit_test(a_server_goes_without_what_nobody_drives),
        cmocka_unit_test(a_device_whose_bus_nobody_drives_cannot_run),
        cmocka_unit_test(who_is_on_a_bus_that_is_not_started_waits_for_it),
        cmocka_unit_test(an_edge_of_the_hardware_may_be_optional),
        cmocka_unit_test(a_bus_that_is_disabled_has_no_devices),
        cmocka_unit_test(who_is_behind_a_part_that_nobody_drives_is_not_on_the_bus_above),
        cmocka_unit_test(circles_of_devices_are_refused),
        cmocka_unit_test(a_device_is_not_above_the_ceiling_of_its_bus),
        cmocka_unit_test(names_of_uses_and_of_the_hardware_are_apart),
        cmocka_unit_test(buffers_are_of_what_the_node_uses_alone),
        cmocka_unit_test(an_address_is_one_to_four_cells),
        cmocka_unit_test(phandles_and_cells_that_lie_lead_nowhere),
        cmocka_unit_test(phandles_that_are_far_apart_are_told_apart),
        cmocka_unit_test(lines_that_lie_lead_nowhere),
        cmocka_unit_test(more_lines_than_edges_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
