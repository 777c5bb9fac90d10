/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentences that init has for faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "print.h"
#include "server.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct init init;

enum thole_status thole_call(unsigned slot, struct message *message)
{
    (void)slot, (void)message;
    return STATUS_BAD_CAPABILITY;
}

bool stack_read(const struct server *server, uint64_t at, void *to, size_t bytes)
{
    (void)server, (void)at, (void)to, (void)bytes;
    return false;
}

uint64_t quota_pages_left(const struct quota *quota)
{
    return quota->count;
}

static char said[1024];

void print_line(const char *format, ...)
{
    size_t used = strlen(said);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(said + used, sizeof(said) - used, format, arguments);
    va_end(arguments);
}

static void each_fault_has_its_sentence(void **state)
{
    static const struct {
        uint64_t word[4]; /* fault, address, syndrome, pc */
        const char *sentence;
    } table[] = {
        {{FAULT_READ, 0x38, 1, 0x400100}, "fault: read of 0x38 at pc 0x400100"},
        {{FAULT_WRITE, 0x38, 1, 0x400100}, "fault: write to 0x38 at pc 0x400100"},
        {{FAULT_EXECUTE, 0x38, 1, 0x38}, "fault: jump to 0x38 at pc 0x38"},
        {{FAULT_ALIGNMENT, 3, 1, 4}, "fault: misaligned access to 0x3 at pc 0x4"},
        {{FAULT_INSTRUCTION, 3, 1, 4}, "fault: undefined instruction, syndrome 0x1 at pc 0x4"},
        {{FAULT_SYSCALL, 99, 1, 4}, "fault: unknown system call 0x63 at pc 0x4"},
        {{FAULT_BREAKPOINT, 7, 1, 4}, "fault: breakpoint 0x7 at pc 0x4"},
        {{FAULT_EXIT, UINT64_MAX, 1, 4}, "ended with exit code -1"},
        {{FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD, 1, 4}, "cannot work, its log says why"},
        {{FAULT_MACHINE, 7, 1, 4}, "fault: machine error at 0x7 at pc 0x4"},
        {{FAULT_TIMEOUT, 62500 * 1001, 0, 0x401234},
         "timeout: used 1001000 us more than lent, its grace is 1000000 us, at pc 0x401234"},
        {{FAULT_TIMEOUT, UINT64_MAX >> 3, 0, 4},
         "timeout: used 36893488147419103 us more than lent, its grace is 1000000 us, at pc 0x4"},
        {{FAULT_STEP, 0, 0, 4}, "stopped after one instruction, at pc 0x4"},
    };
    static const struct system_server tree = {.name = "server", .grace_us = 1000000};
    const struct server server = {.tree = &tree};
    (void)state;

    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        struct message message = {.tag = 0};
        char sentence[sizeof(server.why)];

        memcpy(message.word, table[i].word, sizeof(table[i].word));
        fault_describe(&server, &message, sentence, sizeof(sentence));
        assert_string_equal(sentence, table[i].sentence);
    }
}

static const char *details(uint64_t fault, uint64_t address)
{
    static const struct system_server tree = {.name = "x", .memory_kib = 256, .stack_kib = 16};
    struct server server = {.tree = &tree, .now.quota.count = 24};
    struct message message = {.word = {fault, address}};

    said[0] = '\0';
    fault_details(&server, &message);
    return said;
}

static void a_null_pointer_is_told_with_the_memory_that_is_left(void **state)
{
    static const char line[] = "x: a null pointer, perhaps to what its node does not give; "
                               "of its 256 KiB of memory 96 are left";
    (void)state;

    assert_non_null(strstr(details(FAULT_READ, 0x38), line));
    assert_non_null(strstr(details(FAULT_WRITE, 0), line));
    assert_non_null(strstr(details(FAULT_EXECUTE, 0xfff), line));
    assert_null(strstr(details(FAULT_READ, 0x1000), "null pointer"));
    assert_null(strstr(details(FAULT_EXIT, 0), "null pointer"));
    assert_null(strstr(details(FAULT_MACHINE, 0), "null pointer"));
}

static void a_stack_that_is_used_up_is_told(void **state)
{
    (void)state;

    assert_non_null(strstr(details(FAULT_WRITE, PROGRAM_STACK_TOP - (16 << 10) - 8),
                           "x: its stack is used up: stack-kib is 16"));
    assert_null(strstr(details(FAULT_WRITE, PROGRAM_STACK_TOP - (16 << 10)), "stack is used up"));
    assert_null(strstr(details(FAULT_EXECUTE, PROGRAM_STACK_TOP - (17 << 10)), "stack is used up"));
}

int main(void)
{
    static const struct boot_info info = {.timer_frequency = 62500000};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_sentence),
        cmocka_unit_test(a_null_pointer_is_told_with_the_memory_that_is_left),
        cmocka_unit_test(a_stack_that_is_used_up_is_told),
    };

    init.info = &info;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
