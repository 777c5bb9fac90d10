/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults as messages: what they say exactly, and how the handler, main, lets
 * the thread go on. Each is tried in main's own address space and in another,
 * and through a capability with and without badge.
 */
#include "conformance.h"

#define BADGE        0x5a5a
#define SPACE_HOLE   0x5e0000ULL /* where space_make maps nothing, but has tables */
#define WINDOW_HOLE  (WINDOW_ADDRESS + 0x100000ULL)
#define INSTRUCTION_BYTES 4

#define EC_SHIFT     26
#define EC_FETCH     0x20u /* Arm ARM D24.2.40, ESR_EL1.EC */
#define EC_DATA      0x24u
#define EC_BREAK     0x3cu
#define EC_UNKNOWN   0x00u
#define EC_ANY       ~0u
#define WNR          (1u << 6)

helper_function fault_read, fault_write, fault_jump, fault_syscall, fault_instruction, fault_break,
    fault_steps, fault_calls;
extern const char fault_read_at[], fault_write_at[], fault_jump_after[], fault_syscall_at[],
    fault_instruction_at[], fault_break_at[], fault_steps_at[], fault_calls_at[];

_Static_assert(SYSCALL_CALL == 1, "as fault_calls has it");

struct expectation {
    helper_function *run;
    enum thole_fault fault;
    uint64_t address;   /* 0: the hole */
    const char *pc;     /* NULL: the hole */
    unsigned class;
    unsigned write;     /* of the syndrome */
    const char *after;  /* where a handler may send the thread */
};

static const struct expectation reading = {
    fault_read, FAULT_READ, 0, fault_read_at, EC_DATA, 0, fault_read_at + 4};
static const struct expectation writing = {
    fault_write, FAULT_WRITE, 0, fault_write_at, EC_DATA, WNR, fault_write_at + 8};
static const struct expectation jumping = {
    fault_jump, FAULT_EXECUTE, 0, NULL, EC_FETCH, 0, fault_jump_after};
static const struct expectation calling = {
    fault_syscall, FAULT_SYSCALL, 99, fault_syscall_at + 4, EC_ANY, 0, fault_syscall_at + 4};

/* A helper that has just faulted, and its first message. */
struct faulted {
    struct helper *helper;
    unsigned endpoint;  /* where its faults arrive */
    uint64_t hole;
    unsigned space;
    struct message message;
};

static struct faulted fault_make(const struct expectation *what, const struct space *space,
                                 uint64_t badge, uint64_t argument)
{
    struct faulted faulted = {.endpoint = make(OBJECT_ENDPOINT, 0), .hole = argument};
    unsigned watch = mint(faulted.endpoint, RIGHT_SEND, badge);

    faulted.space = space != NULL ? space->slot : INIT_SLOT_ADDRESS_SPACE;
    faulted.helper = HELPER_GO(what->run, argument, PRIORITY_HIGH, .watch = watch, .space = space);
    CHECK_EQUAL(thole_recv(faulted.endpoint, &faulted.message), STATUS_OK);
    return faulted;
}

static void check_message(const struct faulted *faulted, const struct expectation *what,
                          uint64_t badge)
{
    const struct message *message = &faulted->message;
    uint64_t address = what->address != 0 ? what->address : faulted->hole;
    uint64_t pc = what->pc != NULL ? (uintptr_t)what->pc : faulted->hole;

    CHECK_EQUAL(thole_tag_kind(message->tag), KIND_FAULT);
    CHECK_EQUAL(thole_tag_words(message->tag), 5);
    CHECK_EQUAL(message->badge, badge);
    CHECK_EQUAL(message->word[0], what->fault);
    CHECK_EQUAL(message->word[1], address);
    CHECK_EQUAL(message->word[3], pc);
    if (what->class != EC_ANY) {
        CHECK_EQUAL(message->word[2] >> EC_SHIFT, what->class);
        CHECK_EQUAL(message->word[2] & WNR, what->write);
    }
}

/* The stack pointer is where helper_enter left it, one pair further down for the jump. */
static void check_stack(const struct faulted *faulted, unsigned used)
{
    CHECK_EQUAL(faulted->message.word[4], faulted->helper->stack_top - 64 - used);
}

static void registers_write(const struct helper *helper, unsigned first, uint64_t value)
{
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_WRITE_REGISTERS, first, 1, value), RESULT_DONE);
}

/* Answers the fault; what comes next. */
static void answer(struct faulted *faulted, unsigned label)
{
    faulted->message = (struct message){.tag = thole_tag(label, 0)};
    CHECK_EQUAL(thole_reply_recv(faulted->endpoint, &faulted->message), STATUS_OK);
}

static void check_exit(struct faulted *faulted, uint64_t code)
{
    CHECK_EQUAL(faulted->message.word[0], FAULT_EXIT);
    CHECK_EQUAL(faulted->message.word[1], code);
}

/* The handler writes the program counter and x0, and lets the thread go on there. */
static void restart_by_registers(struct faulted *faulted, const struct expectation *what)
{
    registers_write(faulted->helper, 32, (uintptr_t)what->after);
    registers_write(faulted->helper, 0, 1234);
    answer(faulted, THOLE_FAULT_RESUME);
    check_exit(faulted, 1234);
}

/* A frame for the hole; main sees it at *seen. */
static unsigned filler_make(uint64_t **seen)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K);

    *seen = window_map(copy(frame, RIGHTS_ALL), RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL);
    return frame;
}

#define RET_INSTRUCTION 0xd65f03c0u

/* What the thread returns when it could do what it wanted. */
static uint64_t code_of(const struct faulted *faulted, const struct expectation *what)
{
    if (what->fault == FAULT_EXECUTE)
        return faulted->hole;
    return what->fault == FAULT_READ ? 4321 : 77;
}

/* The handler takes the cause away and lets the thread try again. */
static void restart_by_reply(struct faulted *faulted, const struct expectation *what)
{
    uint64_t *seen;
    unsigned frame = filler_make(&seen);
    unsigned rights = what->fault == FAULT_EXECUTE ? RIGHT_EXECUTE : RIGHT_WRITE;
    uint64_t content = what->fault == FAULT_EXECUTE ? RET_INSTRUCTION : 4321;

    *seen = content;
    code_written(seen, sizeof(*seen));
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, faulted->space, faulted->hole, RIGHT_READ | rights,
                       MEMORY_NORMAL), RESULT_DONE);
    answer(faulted, THOLE_FAULT_RESUME);
    check_exit(faulted, code_of(faulted, what));
    CHECK_EQUAL(*seen, what->fault == FAULT_WRITE ? 77 : content);
    CHECK_EQUAL(delete(frame), RESULT_DONE);
}

static void try_access(const struct expectation *what, const struct space *space)
{
    uint64_t hole = space != NULL ? SPACE_HOLE : WINDOW_HOLE;

    for (unsigned badged = 0; badged < 2; badged++) {
        uint64_t badge = badged ? BADGE : 0;
        struct faulted faulted = fault_make(what, space, badge, hole);

        check_message(&faulted, what, badge);
        check_stack(&faulted, what->fault == FAULT_EXECUTE ? 16 : 0);
        restart_by_registers(&faulted, what);
        CHECK_EQUAL(delete(faulted.helper->thread), RESULT_DONE);
        faulted = fault_make(what, space, badge, hole);
        check_message(&faulted, what, badge);
        restart_by_reply(&faulted, what);
        CHECK_EQUAL(delete(faulted.helper->thread), RESULT_DONE);
    }
}

static void a_read_of_nothing_is_told_exactly_and_can_be_restarted(void)
{
    try_access(&reading, NULL);
}

static void a_write_to_nothing_is_told_exactly_and_can_be_restarted(void)
{
    try_access(&writing, NULL);
}

static void a_jump_to_nothing_is_told_exactly_and_can_be_restarted(void)
{
    try_access(&jumping, NULL);
}

static void a_read_of_nothing_in_another_space_is_told_and_restarted(void)
{
    struct space space = space_make();

    try_access(&reading, &space);
}

static void a_write_to_nothing_in_another_space_is_told_and_restarted(void)
{
    struct space space = space_make();

    try_access(&writing, &space);
}

static void a_jump_to_nothing_in_another_space_is_told_and_restarted(void)
{
    struct space space = space_make();

    try_access(&jumping, &space);
}

/* A fault that is no access: it goes on behind the instruction, or where the handler says. */
static void try_calling(const struct space *space)
{
    for (unsigned badged = 0; badged < 2; badged++) {
        uint64_t badge = badged ? BADGE : 0;
        struct faulted faulted = fault_make(&calling, space, badge, 5);

        check_message(&faulted, &calling, badge);
        check_stack(&faulted, 0);
        answer(&faulted, THOLE_FAULT_RESUME);
        check_exit(&faulted, 5);
        CHECK_EQUAL(delete(faulted.helper->thread), RESULT_DONE);
        faulted = fault_make(&calling, space, badge, 5);
        restart_by_registers(&faulted, &calling);
        CHECK_EQUAL(delete(faulted.helper->thread), RESULT_DONE);
    }
}

static void an_unknown_system_call_is_told_exactly_and_can_be_restarted(void)
{
    try_calling(NULL);
}

static void an_unknown_system_call_in_another_space_is_told_and_restarted(void)
{
    struct space space = space_make();

    try_calling(&space);
}

static void try_trap(const struct expectation *what, const struct space *space)
{
    for (unsigned badged = 0; badged < 2; badged++) {
        uint64_t badge = badged ? BADGE : 0;
        struct faulted faulted = fault_make(what, space, badge, 6);

        check_message(&faulted, what, badge);
        check_stack(&faulted, 0);
        answer(&faulted, THOLE_FAULT_RESUME); /* it is executed again */
        check_message(&faulted, what, badge);
        restart_by_registers(&faulted, what);
        CHECK_EQUAL(delete(faulted.helper->thread), RESULT_DONE);
    }
}

static void try_undefined(const struct space *space)
{
    struct expectation undefined = {fault_instruction, FAULT_INSTRUCTION,
        (uintptr_t)fault_instruction_at, fault_instruction_at, EC_UNKNOWN, 0,
        fault_instruction_at + INSTRUCTION_BYTES};

    try_trap(&undefined, space);
}

static void an_undefined_instruction_is_told_exactly_and_can_be_passed(void)
{
    try_undefined(NULL);
}

static void an_undefined_instruction_in_another_space_is_told_and_passed(void)
{
    struct space space = space_make();

    try_undefined(&space);
}

static void a_breakpoint_instruction_is_told_with_its_number(void)
{
    struct expectation breaking = {fault_break, FAULT_BREAKPOINT, 0x1234, fault_break_at, EC_BREAK,
        0, fault_break_at + INSTRUCTION_BYTES};
    struct space space = space_make();

    try_trap(&breaking, NULL);
    try_trap(&breaking, &space);
}

static void a_thread_is_stepped_through_one_instruction_at_a_time(void)
{
    static const struct expectation steps = {
        fault_break, FAULT_BREAKPOINT, 0, NULL, EC_ANY, 0, NULL};
    struct faulted faulted = fault_make(&steps, NULL, 0, 0);

    registers_write(faulted.helper, 32, (uintptr_t)fault_steps_at);
    for (unsigned step = 1; step <= 4; step++) {
        struct message registers = {.tag = thole_tag(THREAD_READ_REGISTERS, 1)};

        answer(&faulted, THOLE_FAULT_STEP);
        CHECK_EQUAL(faulted.message.word[0], FAULT_STEP);
        CHECK_EQUAL(faulted.message.word[3], (uintptr_t)fault_steps_at + step * INSTRUCTION_BYTES);
        CHECK_EQUAL(thole_call(faulted.helper->thread, &registers), STATUS_OK);
        CHECK_EQUAL(registers.word[0], step * (step + 1) / 2);
    }
    answer(&faulted, THOLE_FAULT_RESUME);
    check_exit(&faulted, 10);
}

/* Lets the thread make the call; it stands behind it, and has the answer. */
static void try_step_over(struct faulted *faulted, unsigned target, uint32_t label,
                          enum thole_result expected, const uint64_t word[4])
{
    struct message registers = {.tag = thole_tag(THREAD_READ_REGISTERS, 1)};
    registers_write(faulted->helper, 32, (uintptr_t)fault_calls_at);
    registers_write(faulted->helper, 0, target);
    registers_write(faulted->helper, 1, thole_tag(label, 4));
    for (unsigned i = 0; i < 4; i++)
        registers_write(faulted->helper, 2 + i, word[i]);
    for (unsigned step = 1; step <= 2; step++) {
        answer(faulted, THOLE_FAULT_STEP);
        CHECK_EQUAL(faulted->message.word[0], FAULT_STEP);
        CHECK_EQUAL(faulted->message.word[3], (uintptr_t)fault_calls_at + step * INSTRUCTION_BYTES);
    }
    CHECK_EQUAL(thole_call(faulted->helper->thread, &registers), STATUS_OK);
    CHECK_EQUAL(registers.word[0], STATUS_OK);
    CHECK_EQUAL(registers.word[1], thole_tag(expected, 0));
}

/* What the kernel does at once, what takes it longer, and what is refused. */
static void a_thread_is_stepped_over_calls_of_the_kernel(void)
{
    static const struct expectation steps = {
        fault_break, FAULT_BREAKPOINT, 0, NULL, EC_ANY, 0, NULL};
    struct faulted faulted = fault_make(&steps, NULL, 0, 0);
    unsigned slot = slot_take(), original = make(OBJECT_ENDPOINT, 0);
    const unsigned table = INIT_SLOT_CAPTABLE;

    for (unsigned i = 0; i < 3; i++) {
        try_step_over(&faulted, table, CAPTABLE_COPY, RESULT_DONE,
                      (const uint64_t[4]){slot, table, original, RIGHTS_ALL});
        try_step_over(&faulted, table, CAPTABLE_MOVE, RESULT_OCCUPIED,
                      (const uint64_t[]){slot, table, slot, 0});
        try_step_over(&faulted, table, CAPTABLE_DELETE, RESULT_DONE, (const uint64_t[4]){slot});
        try_step_over(&faulted, pool, UNTYPED_RETYPE, RESULT_DONE,
                      (const uint64_t[]){OBJECT_NOTIFICATION, 0, table, slot});
        try_step_over(&faulted, pool, UNTYPED_RETYPE, RESULT_OCCUPIED,
                      (const uint64_t[]){OBJECT_NOTIFICATION, 0, table, pool});
        try_step_over(&faulted, table, CAPTABLE_DELETE, RESULT_DONE, (const uint64_t[4]){slot});
    }
    registers_write(faulted.helper, 0, 10);
    answer(&faulted, THOLE_FAULT_RESUME);
    check_exit(&faulted, 10);
}

static void a_fault_that_nobody_handles_stops_the_thread(void)
{
    unsigned nobody = make(OBJECT_ENDPOINT, 0);
    struct helper *helper;
    struct message state = {.tag = thole_tag(THREAD_INSPECT, 0)};

    CHECK_EQUAL(INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, nobody), RESULT_DONE);
    helper = HELPER_GO(fault_read, WINDOW_HOLE, PRIORITY_HIGH, .watch = nobody);
    CHECK_EQUAL(thole_call(helper->thread, &state), STATUS_OK);
    CHECK_EQUAL(state.word[0], THREAD_STOPPED);
    CHECK_EQUAL(state.word[5], FAULT_READ);
}

static const struct test tests[] = {
    TEST(a_read_of_nothing_is_told_exactly_and_can_be_restarted, "PAGEFAULT0001", 0),
    TEST(a_write_to_nothing_is_told_exactly_and_can_be_restarted, "PAGEFAULT0002", 0),
    TEST(a_jump_to_nothing_is_told_exactly_and_can_be_restarted, "PAGEFAULT0003", 0),
    TEST(an_unknown_system_call_is_told_exactly_and_can_be_restarted, "PAGEFAULT0004", 0),
    TEST(an_undefined_instruction_is_told_exactly_and_can_be_passed, "PAGEFAULT0005", 0),
    TEST(a_read_of_nothing_in_another_space_is_told_and_restarted, "PAGEFAULT1001", 0),
    TEST(a_write_to_nothing_in_another_space_is_told_and_restarted, "PAGEFAULT1002", 0),
    TEST(a_jump_to_nothing_in_another_space_is_told_and_restarted, "", 0),
    TEST(an_unknown_system_call_in_another_space_is_told_and_restarted, "PAGEFAULT1004", 0),
    TEST(an_undefined_instruction_in_another_space_is_told_and_passed, "PAGEFAULT1005", 0),
    TEST(a_breakpoint_instruction_is_told_with_its_number, "BREAK_REQUEST_001", 0),
    TEST(a_thread_is_stepped_through_one_instruction_at_a_time, "", 0),
    TEST(a_thread_is_stepped_over_calls_of_the_kernel, "", 0),
    TEST(a_fault_that_nobody_handles_stops_the_thread, "", 0),
};

const struct test_group fault_group = TEST_GROUP(tests);
