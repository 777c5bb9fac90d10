/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random steps from a seed, each with all registers chosen: system calls that
 * are nearly right, loops longer than its budget, and now and then a deed that
 * ends it, after which init starts the next life. After each step it looks for
 * what should not be there: what a system call left in registers, what it did
 * not keep, an answer that says more than the ABI does, an address of the
 * kernel, memory that is not zero. What it finds it says for ever.
 *
 * config: seed, life (steps, about).
 */
#include <lib/program.h>
#include <lib/syscall.h>
#include <service/clock.h>
#include <service/init.h>
#include <service/result.h>

#include "fuzz.h"

#define SEED           0x9e3779b97f4a7c15u
#define LIFE           4000
#define SPIN_SELDOM    256
#define SPIN_MOST      (1u << 22)
#define LOG_SELDOM     1024
#define ASIDES_SELDOM  32
#define FLOAT_LIVES    2     /* one of so many uses FP/SIMD registers */
#define WAKE_TICKS     2000
#define SLEEP_NS_MOST  1000000
#define FPCR_BITS      0x07c00000u
#define FPSR_BITS      0x0800009fu
#define FLAGS_BITS     0xf0000000u
#define TAG_UNUSED     0xffffff00u
#define RESULT_LAST    RESULT_NOT_READY
#define KERNEL_LOWEST  0xffff000000000000u /* from here on: a kernel's address, */
#define SMALL_NEGATIVE 0xfffffffffffff000u /* or a small number below zero */

struct fuzz_registers fuzz_in, fuzz_out;
uint64_t fuzz_x18_wrong, fuzz_loads_float, fuzz_keeps_float;

static uint64_t state = SEED;
static uint64_t steps;
static uint64_t heap_end = PROGRAM_HEAP_ADDRESS;
static const char *doing = "start";

/* --- Choosing ----------------------------------------------------------------- */

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t below(uint64_t limit)
{
    return (chance() >> 8) % limit;
}

static bool one_of(uint64_t count)
{
    return below(count) == 0;
}

/* A number that somebody may have forgotten to check. */
static uint64_t awkward(void)
{
    uint64_t bit = 1ull << below(64);

    switch (below(8)) {
    case 0: return bit;
    case 1: return bit - 1;
    case 2: return ~bit;
    case 3: return chance();
    case 4: return PROGRAM_STARTUP + below(0x10000);
    case 5: return KERNEL_LOWEST | chance();
    case 6: return (uint64_t)0 - below(16);
    default: return below(64);
    }
}

static bool is_kernel_address(uint64_t word)
{
    return word >= KERNEL_LOWEST && word < SMALL_NEGATIVE;
}

/* For messages: what comes in one and looks like an address of the kernel is none of ours. */
static uint64_t word_to_send(void)
{
    uint64_t word = awkward();

    return is_kernel_address(word) ? ~word : word;
}

/* Where a stray access harms others at most: not in our own data or stack. */
static uint64_t bad_address(void)
{
    const struct startup *startup = program_startup();
    const struct startup_edge *edge = &startup->edge[below(startup->edge_count)];

    switch (below(8)) {
    case 0: return below(PROGRAM_IMAGE_ADDRESS);
    case 1: return KERNEL_LOWEST | chance();
    case 2: return PROGRAM_STARTUP + below(0x2000);
    case 3: return edge->buffer && edge->signal ? edge->buffer + edge->buffer_bytes + below(64) : 0;
    case 4: return heap_end + below(16);
    case 5: return startup->stack_bottom - 16 + below(16);
    case 6: return (uintptr_t)&bad_address + below(64);
    default: return 1ull << (39 + below(25)) | below(8);
    }
}

static void poison(void)
{
    for (unsigned index = 0; index < FUZZ_X_COUNT; index++)
        fuzz_in.x[index] = awkward();
    fuzz_in.sp = awkward();
    fuzz_in.tpidr = awkward();
    fuzz_in.flags = chance() & FLAGS_BITS;
    fuzz_loads_float = fuzz_keeps_float && steps > 0 && one_of(4);
    if (!fuzz_loads_float)
        return;
    for (unsigned index = 0; index < 2 * FUZZ_V_COUNT; index++)
        fuzz_in.v[index] = chance();
    fuzz_in.fpcr = chance() & FPCR_BITS;
    fuzz_in.fpsr = chance() & FPSR_BITS;
}

/* --- Finding ------------------------------------------------------------------- */

/* Says it for ever, so that it still stands in the log when somebody looks. */
static _Noreturn void found(const char *what, uint64_t value)
{
    for (;;) {
        struct message message = {0};

        program_log("fuzz: FOUND %s: %lx, %s, x0 %lx x1 %lx x8 %lx, status %lu tag %lx, step %lu",
                    what, value, doing, fuzz_in.x[0], fuzz_in.x[1], fuzz_in.x[8], fuzz_out.x[0],
                    fuzz_out.x[1], steps);
        program_timer_arm(program_ticks() + program_ticks_from_ns(100000000));
        (void)thole_recv(SLOT_ENDPOINT, &message);
    }
}

static void require(bool good, const char *what, uint64_t value)
{
    if (!good)
        found(what, value);
}

static void require_kept(unsigned first, unsigned last)
{
    for (unsigned index = first; index <= last; index++)
        if (index != 18)
            require(fuzz_out.x[index] == fuzz_in.x[index], "a register that was not kept", index);
}

static void require_zero(const uint64_t *word, unsigned count, const char *what)
{
    for (unsigned index = 0; index < count; index++)
        require(word[index] == 0, what, word[index]);
}

static void require_float_kept(void)
{
    for (unsigned index = 0; fuzz_keeps_float && index < 2 * FUZZ_V_COUNT; index++)
        require(fuzz_out.v[index] == fuzz_in.v[index], "half a vector that was not kept", index);
    require(!fuzz_keeps_float || fuzz_out.fpcr == fuzz_in.fpcr, "FPCR", fuzz_out.fpcr);
    require(!fuzz_keeps_float || fuzz_out.fpsr == fuzz_in.fpsr, "FPSR", fuzz_out.fpsr);
}

static void require_all_kept(void)
{
    require_kept(19, 30);
    require(fuzz_out.sp == fuzz_in.sp, "a stack pointer that was not kept", fuzz_out.sp);
    require(fuzz_out.tpidr == fuzz_in.tpidr, "a TPIDR_EL0 that was not kept", fuzz_out.tpidr);
    require(fuzz_x18_wrong == 0, "x18", fuzz_x18_wrong);
    require_float_kept();
}

static void step(uint64_t entry)
{
    fuzz_in.x[16] = entry;
    fuzz_in.x[18] = (uintptr_t)&fuzz_in;
    fuzz_step();
    steps++;
}

/* --- System calls ---------------------------------------------------------------- */

/* Ends every wait: what was set aside is answered, the timer perhaps, and the timer armed. */
static void make_wait_end(void)
{
    const struct startup *startup = program_startup();
    uint64_t soon;

    for (unsigned index = 0; index < startup->free_slots; index++) {
        struct message message = {0};

        (void)thole_try_call(startup->free_slot + index, &message);
    }
    soon = program_ticks() + WAKE_TICKS;
    (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &soon);
}

static uint64_t slot_to_use(void)
{
    const struct startup *startup = program_startup();

    switch (below(8)) {
    case 0: return awkward();
    case 1: return startup->free_slot + below(startup->free_slots);
    default: return 1 + below(startup->free_slot);
    }
}

/* What could make it, or somebody who trusts it, wait for ever, is left out. */
static void tame(enum thole_syscall number)
{
    uint64_t *x = fuzz_in.x;
    unsigned words = thole_tag_words(x[1]);

    if (thole_tag_label(x[1]) == CLOCK_SLEEP && x[0] != SLOT_TIMER)
        x[2] %= SLEEP_NS_MOST;
    if (x[1] & THOLE_TAG_CAP && words > 0 && x[1 + words % 7] < SLOT_FIRST_OTHER && !one_of(16))
        x[1 + words % 7] = SLOT_FIRST_OTHER;
    if (number != SYSCALL_RECV && number != SYSCALL_REPLY_RECV)
        return;
    x[0] = SLOT_ENDPOINT;
    x[1] &= ~(uint64_t)THOLE_TAG_WORDS_MASK; /* the answer to a timer is no new deadline */
    x[8] &= ~(uint64_t)UINT32_MAX;
    make_wait_end();
}

static void choose_call(enum thole_syscall number)
{
    uint64_t *x = fuzz_in.x;

    poison();
    x[0] = slot_to_use();
    for (unsigned index = 1; index <= 8; index++)
        x[index] = word_to_send();
    if (!one_of(4))
        x[1] = thole_tag((uint32_t)below(32), (unsigned)below(8)) | (chance() & THOLE_TAG_CAP);
    if (!one_of(4))
        x[8] = THOLE_SLOTS(below(64), below(64));
    tame(number);
}

static bool is_object(uint64_t slot)
{
    const struct startup *startup = program_startup();

    for (unsigned index = 0; index < startup->edge_count; index++)
        if (slot != 0 && slot == startup->edge[index].signal)
            return true;
    return slot == SLOT_TIMER;
}

static void check_answer(void)
{
    const uint64_t *x = fuzz_out.x;

    require(thole_tag_kind(x[1]) == KIND_ANSWER, "the kind of an answer", x[1]);
    require(x[8] == 0, "the badge of an answer", x[8]);
    if (!is_object(fuzz_in.x[0]))
        return;
    require_zero(&x[2], 6, "a word of an object's answer");
    require(thole_tag_label(x[1]) <= RESULT_LAST, "the result of an operation", x[1]);
}

static void check_request(void)
{
    uint64_t badge = fuzz_out.x[8];

    require(fuzz_in.x[0] != SLOT_ENDPOINT || program_client(badge) != NULL,
            "a request of nobody's", badge);
}

static void check_arrival(void)
{
    const uint64_t *x = fuzz_out.x;

    switch (thole_tag_kind(x[1])) {
    case KIND_CALL:
        check_request();
        return;
    case KIND_TIMER:
        require_zero(&x[4], 5, "a word of a timer's message");
        require(x[1] == (KIND_TIMER << THOLE_TAG_KIND_SHIFT | 2), "the tag of a timer", x[1]);
        return;
    case KIND_SIGNAL:
        require_zero(&x[3], 6, "a word of a signal's message");
        require(x[1] == (KIND_SIGNAL << THOLE_TAG_KIND_SHIFT | 1), "the tag of a signal", x[1]);
        return;
    default:
        found("a message of a kind that cannot be", x[1]);
    }
}

static void check_message(enum thole_syscall number)
{
    const uint64_t *x = fuzz_out.x;

    require(x[0] <= STATUS_CANCELLED, "the status", x[0]);
    if (x[0] != STATUS_OK || number == SYSCALL_YIELD) {
        require_zero(&x[1], 8, "a word of what nobody answered");
        return;
    }
    require((x[1] & TAG_UNUSED) == 0, "the tag", x[1]);
    for (unsigned index = 2; index <= 8; index++)
        require(!is_kernel_address(x[index]), "an address of the kernel", x[index]);
    if (number == SYSCALL_CALL || number == SYSCALL_TRY_CALL)
        check_answer();
    else
        check_arrival();
}

/* New heap is zero, and then it is not. */
static void check_heap(enum thole_syscall number)
{
    uint64_t end = fuzz_out.x[2];

    if (number > SYSCALL_TRY_CALL || fuzz_in.x[0] != SLOT_INIT || fuzz_out.x[0] != STATUS_OK ||
        thole_tag_label(fuzz_in.x[1]) != INIT_GROW || thole_tag_label(fuzz_out.x[1]) != SERVICE_OK)
        return;
    require(end <= program_startup()->heap_limit && end >= heap_end, "the heap's end", end);
    for (; heap_end < end; heap_end += sizeof(uint64_t)) {
        uint64_t *at = (uint64_t *)(uintptr_t)heap_end;

        require(*at == 0, "new memory that is not zero", *at);
        *at = chance();
    }
}

static void call_system(void)
{
    static const char *const name[] = {"", "call", "try_call", "reply_recv", "recv", "try_recv",
                                       "yield"};
    enum thole_syscall number = SYSCALL_CALL + below(SYSCALL_YIELD);

    if ((number == SYSCALL_RECV || number == SYSCALL_REPLY_RECV) && !one_of(8))
        number = SYSCALL_TRY_RECV;
    if (one_of(ASIDES_SELDOM))
        make_wait_end();
    doing = name[number];
    choose_call(number);
    step(fuzz_syscalls[number]);
    require_zero(&fuzz_out.x[9], 9, "something left in x9 to x17");
    require(fuzz_out.flags == 0, "flags", fuzz_out.flags);
    require_all_kept();
    check_message(number);
    check_heap(number);
}

/* --- Other steps ----------------------------------------------------------------- */

/* Longer than its budget now and then: others run meanwhile. */
static void spin(void)
{
    doing = "spin";
    poison();
    fuzz_in.x[0] = 1 + below(SPIN_MOST);
    step((uintptr_t)fuzz_spin);
    require(fuzz_out.x[0] == 0, "x0", fuzz_out.x[0]);
    require_kept(1, 17);
    require(fuzz_out.flags == fuzz_in.flags, "flags that were not kept", fuzz_out.flags);
    require_all_kept();
}

static void misbehave(void)
{
    doing = "misdeed";
    poison();
    fuzz_in.x[0] = bad_address();
    step(fuzz_misdeeds[below(fuzz_misdeed_count)]);
    require_kept(3, 15);
    require_kept(19, 30);
}

int main(void)
{
    const struct startup *startup = program_startup();
    uint32_t life = program_config_cell("life", LIFE);

    state ^= (program_config_cell("seed", 1) + 1) * (startup->incarnation + 1) * 0x100000001b3u;
    fuzz_keeps_float = one_of(FLOAT_LIVES);
    for (;;) {
        if (one_of(LOG_SELDOM))
            program_log("fuzz: life %u, %lu steps", startup->incarnation, steps);
        if (one_of(life))
            misbehave();
        else if (one_of(SPIN_SELDOM))
            spin();
        else
            call_system();
    }
}
