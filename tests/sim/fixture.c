/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Booting, and the events: each is followed by the invariants and, if it was a
 * call that was refused, by a comparison with all of memory before it.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/boot.h"
#include "kernel/trace.h"
#include "parties.h"

uint64_t answer[THOLE_MESSAGE_WORDS];
unsigned compare_every = 1;
static char *before; /* a copy of memory */
static uint64_t trace_ring; /* where in it the kernel writes what it traces; or 0 */

/* --- Booting ------------------------------------------------------------------- */

#define PAGE 4096ULL
#define INIT_PAGES 4

static void make_init_image(struct init_image *image)
{
    *image = (struct init_image){
        .magic = INIT_IMAGE_MAGIC,
        .entry = INIT_IMAGE_ADDRESS + sizeof(*image),
        .text_end = PAGE,
        .rodata_end = 2 * PAGE,
        .data_end = 3 * PAGE,
        .bss_end = INIT_PAGES * PAGE,
    };
}

void trace_into(unsigned frame)
{
    trace_ring = slot_physical(&known.init_table[frame]).value - SIM_RAM_BASE;
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, frame);
}

void boot_machine(uint64_t ram_bytes)
{
    boot_cores(ram_bytes, 1);
}

void boot_cores(uint64_t ram_bytes, unsigned count)
{
    static struct platform platform;

    sim_start(ram_bytes);
    platform = (struct platform){
        .model = "simulated", .ram_count = 1, .device_count = 2, .core_count = 1,
        .gic_version = 2, .ram[0] = { { SIM_RAM_BASE }, ram_bytes },
        .device = { { { SIM_UART }, PAGE }, { { SIM_WINDOW }, 1ULL << 30 } },
        .archive = { { SIM_RAM_BASE + 6 * PAGE + 256 }, 1000 },
    };
    struct boot boot = {
        .platform = &platform,
        .kernel = { { SIM_RAM_BASE }, (1 + INIT_PAGES) * PAGE },
        .hardware_tree = { { SIM_RAM_BASE + 5 * PAGE }, 500 },
        .init_image = (const struct init_image *)(sim.ram + PAGE),
        .init_image_bytes = 3 * PAGE,
        .timer_frequency = 1000000,
        .cores_running = count,
    };

    make_init_image((struct init_image *)(sim.ram + PAGE));
    boot_memory_init(&boot);
    boot_init(here(), &boot);
    free(before);
    before = malloc(ram_bytes);
    const struct slot *table = slot_object(&here()->current->captable);

    invariants_start(here(), slot_object(&here()->current->captable),
                     slot_size_bits(&here()->current->captable));
    invariants_check();
    parties_start((struct slot *)(uintptr_t)table);
    trace_ring = 0;
    if (getenv("THOLE_TRACED") != NULL)
        trace_into(make_sized(OBJECT_FRAME, FRAME_BITS_4K));
}

/* --- Processes -------------------------------------------------------------------- */

static int run_one(const char *group, const struct CMUnitTest *test)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        exit(_cmocka_run_group_tests(group, test, 1, NULL, NULL));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 1;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr, "%s: ended by signal %d\n", test->name, WTERMSIG(status));
    return 1;
}

int run_each(const char *group, const struct CMUnitTest *tests, unsigned count)
{
    const char *only = getenv("THOLE_TEST");
    int failed = 0;

    fflush(NULL);
    for (unsigned index = 0; index < count; index++)
        if (only == NULL || strcmp(only, tests[index].name) == 0)
            failed += run_one(group, &tests[index]);
    if (failed != 0)
        fprintf(stderr, "%s: %d failed\n", group, failed);
    return failed;
}

/* --- Events ----------------------------------------------------------------------- */

static struct thread *enter_by_interrupt(void)
{
    return sim.traced ? trace_interrupt(here()) : kernel_interrupt(here());
}

/* A machine with one core waits until something happens; of several, one may be idle. */
static void after_event(const struct thread *resumed)
{
    while (resumed == NULL && core_count == 1) {
        arch_wait_for_interrupt();
        resumed = enter_by_interrupt();
    }
    cores_settle();
    if (resumed != here()->current)
        sim_fail("the event returns another thread than the one that runs");
    invariants_check();
}

/* Were the caller's registers the only thing that changed? */
static void require_unchanged(const struct thread *caller)
{
    uint64_t frame = (uint64_t)((const char *)&caller->frame - sim.ram);

    memcpy(before + frame, &caller->frame, sizeof(caller->frame));
    if (trace_ring != 0)
        memcpy(before + trace_ring, sim.ram + trace_ring, PAGE);
    if (memcmp(before, sim.ram, sim.ram_bytes) == 0)
        return;
    for (uint64_t at = 0; at < sim.ram_bytes; at++)
        if (before[at] != sim.ram[at])
            sim_fail("a refused call (status %llu, label %llu) changed memory at %llx",
                     (unsigned long long)caller->frame.x[0],
                     (unsigned long long)(caller->frame.x[1] >> 32),
                     (unsigned long long)(SIM_RAM_BASE + at));
}

/* Operations that work in parts may answer BUSY after some of it. */
static bool was_refused(const struct thread *caller, bool operation)
{
    uint64_t status = caller->frame.x[0], label = thole_tag_label(caller->frame.x[1]);

    if (here()->current != caller)
        return false;
    if (operation && status == STATUS_OK)
        return label != RESULT_DONE && label != RESULT_MORE && label != RESULT_BUSY;
    return status == STATUS_BAD_CAPABILITY || status == STATUS_NO_RIGHT ||
           status == STATUS_WOULD_WAIT || status == STATUS_PEER_STOPPED;
}

static bool is_operation(unsigned number, uint64_t target)
{
    const struct slot *slot = thread_slot(here()->loaded, target);

    return (number == SYSCALL_CALL || number == SYSCALL_TRY_CALL) && slot != NULL &&
           !slot_is_empty(slot) && slot_type(slot) != OBJECT_ENDPOINT &&
           slot_type(slot) != OBJECT_REPLY;
}

/* What a short way of the machine would begin, but for those of more cores than one. */
static struct slot *short_target(const struct core *core, unsigned number)
{
    const struct thread *caller = core->loaded;
    uint64_t label = thole_tag_label(caller->frame.x[1]);
    struct slot *slot = thread_slot(caller, caller->frame.x[0]);

    if (!core->alone || core->gate != GATE_OPEN || number != SYSCALL_CALL || slot == NULL ||
        (caller->frame.x[1] & THOLE_TAG_CAP) != 0)
        return NULL;
    switch (slot_type(slot)) {
    case OBJECT_UNTYPED:
        return label == UNTYPED_RETYPE ? slot : NULL;
    case OBJECT_CAPTABLE:
        return label >= CAPTABLE_COPY && label <= CAPTABLE_DELETE ? slot : NULL;
    case OBJECT_FRAME:
        return label == FRAME_MAP || label == FRAME_UNMAP ? slot : NULL;
    default:
        return NULL;
    }
}

static struct thread *short_operation(struct core *core, struct slot *target)
{
    struct thread *caller = core->loaded;
    const uint64_t *word = &caller->frame.x[2];
    uint32_t result = kernel_operation(caller, target, word[0], word[1], word[2], word[3], word[4],
                                       word[5]);

    if ((result & OPERATION_ENDS) != 0)
        return kernel_operation_end(core, caller, (enum thole_result)(result & ~OPERATION_ENDS));
    thread_return_nothing(caller, STATUS_OK, thole_tag(result, 0));
    return caller;
}

static struct thread *kernel_call(struct core *core, unsigned number)
{
    struct slot *target = short_target(core, number);

    return target != NULL ? short_operation(core, target) : kernel_syscall(core, number);
}

void system_call(unsigned number, struct registers registers)
{
    struct thread *caller = here()->loaded;
    struct frame *frame = &caller->frame;
    bool operation = is_operation(number, registers.target), compares;
    static unsigned calls;

    for (unsigned index = 0; index < 31; index++)
        frame->x[index] = 0xdead0000 + index;
    frame->x[0] = registers.target;
    frame->x[1] = thole_tag(registers.label, registers.words) |
                  (registers.cap ? THOLE_TAG_CAP : 0);
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        frame->x[2 + index] = registers.word[index];
    frame->x[8] = THOLE_SLOTS(registers.reply, registers.arrival);
    /* try_recv ends an event before it sees that no sender is queued. */
    bool ends = number == SYSCALL_TRY_RECV && caller->owes != NULL && !sender_is_thread(caller->owes);

    compares = ++calls % compare_every == 0 && !ends;
    if (compares)
        memcpy(before, sim.ram, sim.ram_bytes);
    after_event(sim.traced ? trace_syscall(here(), number) : kernel_call(here(), number));
    if (compares && was_refused(caller, operation))
        require_unchanged(caller);
}

void fault(enum thole_fault what, uint64_t address)
{
    const struct frame *frame = &here()->loaded->frame;
    const uint64_t words[5] = { what, address, 0x55, frame->pc, frame->sp };

    after_event(sim.traced ? trace_fault(here(), words) : kernel_fault(here(), words));
}

void interrupt(void)
{
    after_event(enter_by_interrupt());
}

void advance(uint64_t ticks)
{
    uint64_t end = sim.now + ticks;

    for (;;) {
        while (sim_interrupt_pending())
            interrupt();
        if (sim.now >= end)
            return;
        sim.now = sim.timer < end ? sim.timer : end;
    }
}

enum thole_result invoke_words(uint64_t slot, unsigned operation,
                               const uint64_t word[THOLE_MESSAGE_WORDS])
{
    struct registers registers = { .target = slot, .label = operation,
                                   .words = THOLE_MESSAGE_WORDS };
    const struct thread *caller = here()->current;

    memcpy(registers.word, word, sizeof(registers.word));
    system_call(SYSCALL_CALL, registers);
    if (caller->frame.x[0] != STATUS_OK)
        sim_fail("operation %u on slot %llu: status %llu", operation, (unsigned long long)slot,
                 (unsigned long long)caller->frame.x[0]);
    memcpy(answer, &caller->frame.x[2], sizeof(answer));
    return (enum thole_result)thole_tag_label(caller->frame.x[1]);
}

void must_words(uint64_t slot, unsigned operation, const uint64_t word[THOLE_MESSAGE_WORDS])
{
    enum thole_result result;

    do {
        result = invoke_words(slot, operation, word);
    } while (result == RESULT_MORE);
    if (result != RESULT_DONE)
        sim_fail("operation %u on slot %llu: result %d", operation, (unsigned long long)slot,
                 (int)result);
}

static enum thole_result repeat(unsigned operation, unsigned slot)
{
    enum thole_result result;

    do {
        result = invoke(1, operation, slot);
    } while (result == RESULT_MORE);
    return result;
}

enum thole_result delete_slot(unsigned slot)
{
    return repeat(CAPTABLE_DELETE, slot);
}

enum thole_result revoke_slot(unsigned slot)
{
    return repeat(CAPTABLE_REVOKE, slot);
}

static void send(unsigned number, uint64_t slot, uint32_t label, uint64_t word)
{
    system_call(number, (struct registers){ .target = slot, .label = label, .words = 1,
                                            WORDS(word) });
}

void call(uint64_t slot, uint32_t label, uint64_t word)
{
    send(SYSCALL_CALL, slot, label, word);
}

void try_call(uint64_t slot, uint32_t label, uint64_t word)
{
    send(SYSCALL_TRY_CALL, slot, label, word);
}

void reply_recv(uint64_t slot, uint32_t label, uint64_t word)
{
    send(SYSCALL_REPLY_RECV, slot, label, word);
}

void recv(uint64_t slot, uint32_t reply)
{
    system_call(SYSCALL_RECV, (struct registers){ .target = slot, .reply = reply });
}

void try_recv(uint64_t slot)
{
    system_call(SYSCALL_TRY_RECV, (struct registers){ .target = slot });
}

void yield(void)
{
    system_call(SYSCALL_YIELD, (struct registers){ 0 });
}

/* --- Cores ---------------------------------------------------------------------------- */

void on_core(unsigned number)
{
    sim_turn_to(number);
}

void settle_core(unsigned number)
{
    unsigned before_this = sim.here;

    on_core(number);
    while (sim_interrupt_pending())
        interrupt();
    on_core(before_this);
}
