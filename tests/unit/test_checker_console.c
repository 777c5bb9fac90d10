/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A console that does not stand on the line which stdout-path names is warned of, with
 * what it stands on instead; nothing is refused, and who has no console hears nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "checker_host.h"

#define SERVER "compatible = \"thole,server\"; memory-kib = <32>; "
#define LINE(match, more) \
    "line: line { " SERVER "program = \"pl011\"; match = \"" match "\"; " more "};"
#define CONSOLE(uses, more)                                                            \
    "console: console { " SERVER "program = \"console\"; uses = <&" uses ">; " more "};"
#define STDOUT                                                                           \
    "warning: /thole/console: uses: expected the driver of /uart@9000000 (arm,pl011),"   \
    " stdout-path's line, which else has no prompt, found "

static struct checked checked;

static void said(const char *servers, const char *text)
{
    checked_run(&checked, servers);
    assert_string_equal(checked.said, text);
    assert_int_equal(checked.system.errors, 0);
    assert_int_equal(checked.system.warnings, strstr(text, "warning: ") ? 1 : 0);
}

static void a_console_on_its_line_is_right(void **state)
{
    (void)state;
    said(LINE("arm,pl011", "") CONSOLE("line", "init-log;"), "");
}

static void a_console_on_another_line_is_warned_of(void **state)
{
    (void)state;
    said(LINE("arm,pl031", "") CONSOLE("line", "init-log;"),
         STDOUT "line, which drives /rtc@9010000 (arm,pl031)\n");
    assert_string_equal(checked.started, " line console");
}

static void of_several_wrong_consoles_the_first_is_named(void **state)
{
    (void)state;
    said(LINE("arm,pl031", "") CONSOLE("line", "init-log;")
             "second { " SERVER "program = \"console\"; uses = <&line>; init-log; };",
         STDOUT "line, which drives /rtc@9010000 (arm,pl031)\n");
}

/* What drives the right line is of no use to a console that does not use it. */
static void a_driver_that_it_does_not_use_does_not_help(void **state)
{
    (void)state;
    said(LINE("arm,pl031", "") CONSOLE("line", "init-log;")
             "right { " SERVER "program = \"pl011\"; match = \"arm,pl011\"; };",
         STDOUT "line, which drives /rtc@9010000 (arm,pl031)\n");
}

static void a_line_that_is_not_started_is_named_with_the_reason(void **state)
{
    (void)state;
    said(LINE("arm,pl011", "status = \"disabled\"; ") CONSOLE("line", "init-log;"),
         "note: /thole/console: uses: expected servers that are started, found needs line,"
         " which is disabled\n" STDOUT "line, which is not started: disabled by the tree\n");
    said(LINE("acme,line-of-another-board", "") CONSOLE("line", "init-log;"),
         "note: /thole/line: match: expected a compatible of the hardware, found no hardware is"
         " acme,line-of-another-board\n"
         "note: /thole/console: uses: expected servers that are started, found needs line,"
         " which is without hardware\n"
         STDOUT "line, which is not started: no hardware is acme,line-of-another-board\n");
}

static void a_console_on_no_driver_is_warned_of(void **state)
{
    (void)state;
    said("line: line { " SERVER "program = \"shell\"; };" CONSOLE("line", "init-log;"),
         STDOUT "none\n");
}

static void one_right_console_is_enough_and_may_stand_on_others(void **state)
{
    (void)state;
    said(LINE("arm,pl011", "") "mux: mux { " SERVER "program = \"shell\"; uses = <&line>; };"
         CONSOLE("mux", "init-log;"), "");
    said(LINE("arm,pl011", "") CONSOLE("line", "init-log;")
             "rtc: rtc { " SERVER "program = \"pl011\"; match = \"arm,pl031\"; };"
             "second { " SERVER "program = \"console\"; uses = <&rtc>; init-log; };", "");
}

static void without_a_console_there_is_nothing_to_say(void **state)
{
    (void)state;
    said(LINE("arm,pl031", "") CONSOLE("line", ""), "");
    said(LINE("arm,pl031", "") CONSOLE("line", "init-log; status = \"disabled\";"), "");
    said("log { " SERVER "program = \"shell\"; init-log; };", "");
}

static void a_board_that_names_no_line_is_asked_for_none(void **state)
{
    static const char source[] = "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
                                 " memory@0 { device_type = \"memory\"; reg = <0 0x100000>; };"
                                 " rtc@200000 { compatible = \"arm,pl031\"; }; };";
    struct blob board = blob_compile(source);
    (void)state;

    checked_run_of(&checked, &board, LINE("arm,pl031", "") CONSOLE("line", "init-log;"));
    assert_string_equal(checked.said, "");
    free(board.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_console_on_its_line_is_right),
        cmocka_unit_test(a_console_on_another_line_is_warned_of),
        cmocka_unit_test(of_several_wrong_consoles_the_first_is_named),
        cmocka_unit_test(a_driver_that_it_does_not_use_does_not_help),
        cmocka_unit_test(a_line_that_is_not_started_is_named_with_the_reason),
        cmocka_unit_test(a_console_on_no_driver_is_warned_of),
        cmocka_unit_test(one_right_console_is_enough_and_may_stand_on_others),
        cmocka_unit_test(without_a_console_there_is_nothing_to_say),
        cmocka_unit_test(a_board_that_names_no_line_is_asked_for_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
