/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every mistake that a system tree can hold gets one clear line, costs its own
 * server and those that need it, and nobody else: `other` starts in each row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "checker_host.h"

#define SERVER "compatible = \"thole,server\"; program = \"shell\";"
#define OTHER  "other { " SERVER " };"

struct row {
    const char *name;      /* a sentence */
    const char *servers;
    const char *said;      /* all of it */
    const char *started;   /* beside `other` */
};

/* Most rows: node x with one wrong property. */
#define WRONG(sentence, property, text) \
    {sentence, "x { " SERVER property " };", "/thole/x: " text "\n", ""}

static const struct row rows[] = {
    WRONG("an unknown property is refused", "prioryti = <1>;",
          "prioryti: expected a property of \"thole,server\", found one that it does not have"
          " (did you mean priority?)"),
    WRONG("a property nobody could mean has no nearest name", "zzzzzz;",
          "zzzzzz: expected a property of \"thole,server\", found one that it does not have"),
    WRONG("a wrong status is refused", "status = \"disable\";",
          "status: expected \"okay\" or \"disabled\", found \"disable\""),
    WRONG("a priority past the last is refused", "priority = <62>;",
          "priority: expected one number from 0 to 61, found <62>"),
    WRONG("a priority of two cells is refused", "priority = <1 2>;",
          "priority: expected one number from 0 to 61, found <1 2>"),
    WRONG("a priority of three bytes is refused", "priority = [01 02 03];",
          "priority: expected one number from 0 to 61, found 3 bytes"),
    WRONG("a priority without value is refused", "priority;",
          "priority: expected one number from 0 to 61, found no value"),
    WRONG("a priority that is text is refused", "priority = \"high\";",
          "priority: expected one number from 0 to 61, found \"high\""),
    WRONG("a core that the board does not have is refused", "core = <3>;",
          "core: expected one of the 3 cores there are, 0 to 2, found <3>"),
    WRONG("a core that no board has is refused", "core = <8>;",
          "core: expected one number from 0 to 7, found <8>"),
    WRONG("a core below zero is refused", "core = <(-1)>;",
          "core: expected one number from 0 to 7, found <4294967295>"),
    WRONG("two cores are refused", "core = <0 1>;",
          "core: expected one number from 0 to 7, found <0 1>"),
    WRONG("a core of two bytes is refused", "core = [00 01];",
          "core: expected one number from 0 to 7, found 2 bytes"),
    WRONG("a core that is text is refused", "core = \"any\";",
          "core: expected one number from 0 to 7, found \"any\""),
    WRONG("a core without value is refused", "core;",
          "core: expected one number from 0 to 7, found no value"),
    WRONG("a budget longer than its period is refused", "time-us = <20 10>;",
          "time-us: expected a budget and a period in microseconds,"
          " 1 <= budget <= period <= 10000000, found <20 10>"),
    WRONG("a budget of nothing is refused", "event-time-us = <0 10>;",
          "event-time-us: expected a budget and a period in microseconds,"
          " 1 <= budget <= period <= 10000000, found <0 10>"),
    WRONG("an endless period is refused", "interrupt-time-us = <1 0xffffffff>;",
          "interrupt-time-us: expected a budget and a period in microseconds,"
          " 1 <= budget <= period <= 10000000, found <1 4294967295>"),
    WRONG("time for events beside time of its own is refused",
          "time-us = <1 10>; event-time-us = <1 10>;",
          "event-time-us: expected no such property beside time-us, found <1 10>"),
    WRONG("an endless grace is refused", "grace-us = <0xffffffff>;",
          "grace-us: expected one number from 0 to 10000000, found <4294967295>"),
    WRONG("memory for nothing is refused", "memory-kib = <16>;",
          "memory-kib: expected one number from 32 to 1073741824, found <16>"),
    WRONG("memory in half pages is refused", "memory-kib = <130>;",
          "memory-kib: expected a multiple of 4, found <130>"),
    WRONG("more memory than there is is refused", "memory-kib = <4096>;",
          "memory-kib: expected at most 764, what is left of the memory, found 4096"),
    WRONG("a stack without end is refused", "stack-kib = <2048>;",
          "stack-kib: expected one number from 4 to 1024, found <2048>"),
    WRONG("a stack that leaves no memory is refused", "stack-kib = <256>;",
          "stack-kib: expected less than the 256 of memory-kib, found as much or more"),
    WRONG("memory for a device without a device is refused", "dma-kib = <4>;",
          "match: expected a device, for dma-kib, found no such property"),
    WRONG("a virtio device without a device is refused", "virtio-device-id = <2>;",
          "match: expected a device, for virtio-device-id, found no such property"),
    WRONG("a virtio device of no kind is refused", "match = \"virtio,mmio\"; virtio-device-id = <0>;",
          "virtio-device-id: expected one number from 1 to 255, found <0>"),
    WRONG("memory for a device in half pages is refused", "match = \"serial0\"; dma-kib = <6>;",
          "dma-kib: expected a multiple of 4, found <6>"),
    WRONG("too much memory for a device is refused", "match = \"serial0\"; dma-kib = <1028>;",
          "dma-kib: expected one number from 0 to 1024, found <1028>"),
    WRONG("memory for a device that reaches none is refused",
          "match = \"test,dma-nothing\"; dma-kib = <4>;",
          "dma-kib: expected a device that can reach memory,"
          " found one whose bus passes none on"),
    WRONG("memory for a device without registers is refused",
          "match = \"test,bare\"; dma-kib = <4>;",
          "dma-kib: expected a device that can reach memory, found one without registers"),
    WRONG("memory for a device behind a bus of three cells is refused",
          "match = \"test,dma-odd\"; dma-kib = <4>;",
          "dma-kib: expected a device that can reach memory,"
          " found one whose bus passes none on"),
    WRONG("memory of which a device's is too much is refused",
          "match = \"serial0\"; dma-kib = <520>;",
          "memory-kib: expected at most 764, what is left of the memory, found 256"),
    WRONG("a wrong restart policy is refused", "restart = \"sometimes\";",
          "restart: expected \"always\", \"on-failure\" or \"never\", found \"sometimes\""),
    WRONG("a restart limit of one number is refused", "restart-limit = <5>;",
          "restart-limit: expected a count up to 32, and seconds from 1 to 86400, found <5>"),
    WRONG("a restart limit past its count is refused", "restart-limit = <33 60>;",
          "restart-limit: expected a count up to 32, and seconds from 1 to 86400, found <33 60>"),
    WRONG("a flag with a value is refused", "system-control = <0>;",
          "system-control: expected no value, found <0>"),
    WRONG("a log flag with a value is refused", "init-log = \"yes\";",
          "init-log: expected no value, found \"yes\""),
    WRONG("a use of nothing is refused", "uses;",
          "uses: expected 1 to 24 servers, such as <&console &log>, found no value"),
    WRONG("a use of an unknown phandle is refused", "uses = <0x7777>;",
          "uses: expected servers of /thole, found a phandle of no node"),
    WRONG("names of no uses are refused", "use-names = \"a\";",
          "use-names: expected a property uses beside it, found \"a\""),
    WRONG("an optional use that is none is refused", "optional = \"a\";",
          "optional: expected names of uses, found a"),
    WRONG("names that are numbers are refused", "use-names = <5>;",
          "use-names: expected names of uses, such as \"console\", \"log\", found <5>"),
    WRONG("a buffer of no use is refused", "buffer-kib = <4>;",
          "buffer-kib: expected 0 numbers, one for each use, found <4>"),
    WRONG("a buffer of an odd size is refused", "buffer-kib = <12>;",
          "buffer-kib: expected 0, or powers of two from 4 to 1024, found <12>"),
    WRONG("a match of three cells is refused", "match = <1 2 3>;",
          "match: expected a compatible, a path, an alias or a phandle, found <1 2 3>"),
    WRONG("a node in a server is refused", "confg { };",
          "confg: expected one node in it, config, or none, found another node"
          " (did you mean config?)"),
    WRONG("a node in config is refused", "config { more { }; };",
          "config: expected properties only, found a node in it"),

    {"a second server for the power is refused",
     "x { " SERVER " system-power; }; y { " SERVER " system-power; };",
     "/thole/y: system-power: expected one server with it, which is /thole/x, found a second"
     " one\n",
     " x"},
    {"a server without program is refused", "x { compatible = \"thole,server\"; };",
     "/thole/x: program: expected the name of a program, found no such property\n", ""},
    {"a node that is no server is refused", "x { program = \"shell\"; };",
     "/thole/x: compatible: expected \"thole,server\", found no such property\n", ""},
    {"a node of another kind is refused",
     "x { compatible = \"thole,srever\"; program = \"shell\"; };",
     "/thole/x: compatible: expected \"thole,server\", found \"thole,srever\"\n", ""},
    {"a program that is not in the archive is refused",
     "x { compatible = \"thole,server\"; program = \"consle\"; };",
     "/thole/x: program: expected a program in the archive, found consle"
     " (did you mean console?)\n",
     ""},
    {"a name with a unit address is refused", "x@1 { " SERVER " };",
     "/thole/x@1: expected a name of 1 to 31 characters without '@', and not \"init\","
     " found x@1\n",
     ""},
    {"the name init is refused", "init { " SERVER " };",
     "/thole/init: expected a name of 1 to 31 characters without '@', and not \"init\","
     " found init\n",
     ""},
    {"a name too long is refused", "a-name-that-has-one-and-thirty-a { " SERVER " };",
     "/thole/a-name-that-has-one-and-thirty-a: expected a name of 1 to 31 characters without"
     " '@', and not \"init\", found a-name-that-has-one-and-thirty-a\n",
     ""},
    {"a name used twice is refused", "x { " SERVER " }; x { " SERVER " };",
     "/thole/x: expected a name that no other server has, found x\n", " x"},
    {"a property of /thole is refused", "compatibel = \"x\";",
     "/thole: compatibel: expected a property of \"thole,system\", found one that it does not"
     " have (did you mean compatible?)\n",
     ""},

    {"too few names are refused",
     "a: a { " SERVER " }; b: b { " SERVER " };"
     "x { " SERVER " uses = <&a &b>; use-names = \"a\"; };",
     "/thole/x: use-names: expected 2 names, one for each use, found \"a\"\n", " a b"},
    {"the same name for two uses is refused",
     "a: a { " SERVER " }; x { " SERVER " uses = <&a &a>; };",
     "/thole/x: use-names: expected each name once, found a\n", " a"},
    {"the name of the control use is refused",
     "a: a { " SERVER " };"
     "x { " SERVER " system-control; uses = <&a>; use-names = \"system\"; };",
     "/thole/x: use-names: expected another name: system-control makes that one, found system\n",
     " a"},
    {"a misspelt optional use is refused",
     "a: console { " SERVER " }; x { " SERVER " uses = <&a>; optional = \"consol\"; };",
     "/thole/x: optional: expected names of uses, found consol (did you mean console?)\n",
     " console"},
    {"a use of a node that is no server is refused",
     "x { " SERVER " uses = <&c>; c: config { }; };",
     "/thole/x: uses: expected servers of /thole, found /thole/x/config\n", ""},
    {"a circle of one is refused", "x: x { " SERVER " uses = <&x>; };",
     "/thole/x: uses: expected no circle of uses, found x -> x\n", ""},
    {"a circle of three is refused, and who needs it waits",
     "a: a { " SERVER " uses = <&b>; }; b: b { " SERVER " uses = <&c>; };"
     "c: c { " SERVER " uses = <&a>; }; d { " SERVER " uses = <&a>; };",
     "/thole/a: uses: expected no circle of uses, found a -> b -> c -> a\n"
     "/thole/b: uses: expected no circle of uses, found b -> c -> a -> b\n"
     "/thole/c: uses: expected no circle of uses, found c -> a -> b -> c\n"
     "note: /thole/d: uses: expected servers that are started,"
     " found needs a, which is in error\n",
     ""},
    {"a client above the ceiling of its server is refused",
     "a: a { " SERVER " priority = <10>; }; x { " SERVER " priority = <11>; uses = <&a>; };",
     "/thole/x: priority: expected at most 10, the priority of /thole/a, which it uses,"
     " found 11\n",
     " a"},
    {"a client above the ceiling of a server on another core is refused",
     "a: a { " SERVER " priority = <10>; core = <1>; };"
     "x { " SERVER " priority = <11>; core = <2>; uses = <&a>; };",
     "/thole/x: priority: expected at most 10, the priority of /thole/a, which it uses,"
     " found 11\n",
     " a"},
    {"who needs a server on a core that is not there is not started",
     "a: a { " SERVER " core = <3>; }; x { " SERVER " uses = <&a>; };",
     "/thole/a: core: expected one of the 3 cores there are, 0 to 2, found <3>\n"
     "note: /thole/x: uses: expected servers that are started,"
     " found needs a, which is in error\n",
     ""},
    {"who needs a server in error is not started, nor who needs that one",
     "a: a { " SERVER " bad; }; b: b { " SERVER " uses = <&a>; }; c { " SERVER " uses = <&b>; };",
     "/thole/a: bad: expected a property of \"thole,server\", found one that it does not have\n"
     "note: /thole/b: uses: expected servers that are started,"
     " found needs a, which is in error\n"
     "note: /thole/c: uses: expected servers that are started,"
     " found needs b, which is not started\n",
     ""},
    {"who needs a disabled server is not started",
     "a: a { " SERVER " status = \"disabled\"; }; b { " SERVER " uses = <&a>; };",
     "note: /thole/b: uses: expected servers that are started, found needs a, which is disabled\n",
     ""},
    {"who comes when the memory is gone is not started",
     "a { " SERVER " memory-kib = <500>; }; b { " SERVER " memory-kib = <500>; };",
     "/thole/b: memory-kib: expected at most 260, what is left of the memory, found 500\n", " a"},

    {"a device's memory is taken also of who is started later",
     "b { " SERVER " status = \"disabled\"; match = \"serial0\"; dma-kib = <500>; memory-kib = <32>; };"
     " a { " SERVER " memory-kib = <252>; };",
     "/thole/b: expected at most 508 KiB, what is left of the memory,"
     " found 516 KiB for its device, buffers and objects\n",
     " a"},
    {"who could be started only when others are stopped is told",
     "b { " SERVER " status = \"disabled\"; match = \"serial0\"; dma-kib = <500>; memory-kib = <32>; };"
     " a { " SERVER " memory-kib = <240>; };",
     "hint: /thole/b: memory-kib: expected at most 4, what is left of the memory,"
     " found 32: it can be started only when others are stopped\n",
     " a"},
    {"buffers of who is started later are taken, but those that lead to nobody",
     "a: a { " SERVER " memory-kib = <236>; }; n: n { " SERVER " match = \"arm,pl012\"; };"
     " b { " SERVER " status = \"disabled\"; memory-kib = <32>; uses = <&a &n>; optional = \"n\";"
     " buffer-kib = <512 1024>; };",
     "note: /thole/n: match: expected a compatible of the hardware,"
     " found no hardware is arm,pl012 (did you mean arm,pl011?)\n"
     "hint: /thole/b: memory-kib: expected at most 8, what is left of the memory,"
     " found 32: it can be started only when others are stopped\n",
     " a"},
    {"a device driven twice is refused",
     "a { " SERVER " match = \"serial0\"; }; b { " SERVER " match = \"/uart@9000000\"; };",
     "/thole/b: match: expected a device that no other server drives,"
     " found \"/uart@9000000\", which /thole/a drives\n",
     " a"},
    {"who names a device that an earlier server drives is refused",
     "a { " SERVER " match = \"arm,pl011\"; }; b { " SERVER " match = \"/uart@9000000\"; };",
     "/thole/b: match: expected a device that no other server drives,"
     " found \"/uart@9000000\", which /thole/a drives\n",
     " a"},
    {"a second driver for one device of a kind is refused",
     "a { " SERVER " match = \"arm,pl011\"; }; b { " SERVER " match = \"arm,pl011\"; };",
     "/thole/b: match: expected a free node compatible with arm,pl011,"
     " found none left: /thole/a drives one\n",
     " a"},
    {"a driver without hardware is not started", "x { " SERVER " match = \"arm,pl012\"; };",
     "note: /thole/x: match: expected a compatible of the hardware,"
     " found no hardware is arm,pl012 (did you mean arm,pl011?)\n",
     ""},
    {"a path that is not there is no hardware", "x { " SERVER " match = \"/uart@1\"; };",
     "note: /thole/x: match: expected a node of the hardware,"
     " found \"/uart@1\", which is not there\n",
     ""},
    {"a device that the firmware disabled is no hardware",
     "x { " SERVER " match = \"/uart@9040000\"; };",
     "note: /thole/x: match: expected a device that is enabled,"
     " found its device is disabled by the firmware\n",
     ""},
    {"a server is no device", "x { " SERVER " match = \"/thole/other\"; };",
     "/thole/x: match: expected a node of the hardware, found \"/thole/other\"\n", ""},
    {"the root is no device", "x { " SERVER " match = \"/\"; };",
     "/thole/x: match: expected a node of the hardware, found \"/\"\n", ""},
    {"the interrupt controller is nobody's device",
     "x { " SERVER " match = \"arm,cortex-a15-gic\"; };",
     "/thole/x: match: expected a device that is not the kernel's own,"
     " found the interrupt controller\n",
     ""},
    {"RAM is nobody's registers", "x { " SERVER " match = \"test,ram\"; };",
     "/thole/x: match: expected registers that are nobody else's,"
     " found 0x1000 bytes at 0x400ff000, shared with RAM\n",
     ""},
    {"the memory node is no device", "x { " SERVER " match = \"/memory@40000000\"; };",
     "/thole/x: match: expected registers that are nobody else's,"
     " found 0x100000 bytes at 0x40000000, shared with RAM\n",
     ""},
    {"registers of another server are refused",
     "a { " SERVER " match = \"serial0\"; }; x { " SERVER " match = \"test,twin\"; };",
     "/thole/x: match: expected registers that are nobody else's,"
     " found 0x100 bytes at 0x9000800, shared with a\n",
     " a"},
    {"registers without end are refused", "x { " SERVER " match = \"test,endless\"; };",
     "/thole/x: match: expected registers of 1 byte to 1 MiB,"
     " found 0xffffffffffffffff bytes at 0x9100000\n",
     ""},
    {"registers of no bytes are refused", "x { " SERVER " match = \"test,nothing\"; };",
     "/thole/x: match: expected registers of 1 byte to 1 MiB, found 0x0 bytes at 0x9200000\n",
     ""},
    {"a reg that is cut off is refused", "x { " SERVER " match = \"test,cut\"; };",
     "/thole/x: match: expected a device with registers that the processor can address,"
     " found one whose reg or bus does not tell them\n",
     ""},
    {"a device outside its bus is refused", "x { " SERVER " match = \"test,outside\"; };",
     "/thole/x: match: expected a device with registers that the processor can address,"
     " found one whose reg or bus does not tell them\n",
     ""},
    {"a device on a bus that nobody drives is not started",
     "x { " SERVER " match = \"test,sensor\"; };",
     "note: /thole/x: match: expected a device whose bus a server drives,"
     " found needs its bus /i2c, which no server drives\n",
     ""},
    {"a device with too many regions is refused", "x { " SERVER " match = \"test,many\"; };",
     "/thole/x: match: expected a device with at most 4 regions, found one with more\n", ""},
    {"a line past the last is refused", "x { " SERVER " match = \"test,far-line\"; };",
     "/thole/x: match: expected a device whose interrupts are lines of the GIC, found none\n",
     ""},
    {"a line of no controller is refused", "x { " SERVER " match = \"test,lost-line\"; };",
     "/thole/x: match: expected a device whose interrupts-extended name their controller,"
     " found none\n",
     ""},
    {"a line that is cut off is refused", "x { " SERVER " match = \"test,short-line\"; };",
     "/thole/x: match: expected a device whose interrupts are lines of the GIC, found none\n",
     ""},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct checked checked;

static void a_row(void **state)
{
    const struct row *row = *state;
    static char source[8192];

    snprintf(source, sizeof(source), "%s%s", OTHER, row->servers);
    /* Properties of /thole come before nodes. */
    if (!strchr(row->servers, '{')) {
        snprintf(source, sizeof(source), "%s%s", row->servers, OTHER);
    }
    checked_run(&checked, source);
    assert_string_equal(checked.said, row->said);
    assert_memory_equal(checked.started, " other", strlen(" other"));
    assert_string_equal(checked.started + strlen(" other"), row->started);
}

static void too_many_servers_are_refused_and_the_first_start(void **state)
{
    static char source[65536];
    (void)state;

    for (unsigned i = 0; i < SYSTEM_SERVERS_MAX + 2; i++) {
        snprintf(source + strlen(source), 256, "s%u { " SERVER " memory-kib = <%u>; };", i,
                 i ? 1024 : 32);
    }
    checked_run(&checked, source);
    assert_int_equal(checked.system.server_count, SYSTEM_SERVERS_MAX);
    assert_non_null(strstr(checked.said, "/thole/s64: expected at most 64 servers"));
    assert_string_equal(checked.started, " s0");
}

static void more_edges_than_a_program_can_have_are_refused(void **state)
{
    static char source[65536];
    (void)state;

    strcpy(source, "hub: hub { " SERVER " };");
    for (unsigned i = 0; i < STARTUP_EDGE_MAX + 1; i++) {
        snprintf(source + strlen(source), 256,
                 "c%u { " SERVER " memory-kib = <32>; stack-kib = <4>; uses = <&hub>;"
                 " buffer-kib = <0>; };", i);
    }
    checked_run(&checked, source);
    assert_non_null(strstr(checked.said, "/thole/c24: uses: expected at most 24 uses and clients"
                                         " of /thole/hub, found one more\n"));
    assert_int_equal(checked_server(&checked, "hub")->client_count, STARTUP_EDGE_MAX);
}

static void config_larger_than_its_room_is_refused(void **state)
{
    static char source[8192];
    (void)state;

    strcpy(source, OTHER "x { " SERVER " config { long = \"");
    memset(source + strlen(source), 'a', 1020);
    strcat(source, "\"; }; };");
    checked_run(&checked, source);
    assert_string_equal(checked.said, "/thole/x: config: expected properties that take at most"
                                      " 1024 bytes, found more\n");
}

int main(void)
{
    static struct CMUnitTest tests[ROWS];
    const struct CMUnitTest more[] = {
        cmocka_unit_test(too_many_servers_are_refused_and_the_first_start),
        cmocka_unit_test(more_edges_than_a_program_can_have_are_refused),
        cmocka_unit_test(config_larger_than_its_room_is_refused),
    };

    for (unsigned i = 0; i < ROWS; i++) {
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = a_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    }
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL) +
           cmocka_run_group_tests_name("limits", more, NULL, NULL);
}
