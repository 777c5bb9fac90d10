/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing: what the ring holds after each kind of event, how it goes round, who
 * may have one, and that nothing is written to memory that was taken away.
 */
#include <string.h>
#include <thole/trace.h>

#include "fixture.h"
#include "kernel/object/trace_ring.h"
#include "kernel/trace.h"

#define CAPACITY (4096 / THOLE_TRACE_RECORDS - 1)

static struct party client, server;
static unsigned frame, server_end;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0); /* if all is traced */
    client = make_awake(10);
    server = make_party(PASSIVE);
    server_end = give_minted(&client, server.endpoint, RIGHT_SEND, 77);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, INIT_SLOT_THREAD, 1);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, client.cap, 2);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, server.cap, 3);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 50);
    frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K);
    return 0;
}

static const struct thole_trace *ring_in(unsigned slot)
{
    return arch_kernel_address(slot_physical(&known.init_table[slot]));
}

static const struct thole_trace *ring(void)
{
    trace_ring_flush(); /* as whoever comes next would */
    return ring_in(frame);
}

static const struct thole_trace_record *place(uint64_t sequence)
{
    return (const struct thole_trace_record *)((const char *)ring() + THOLE_TRACE_RECORDS) +
           sequence % ring()->capacity;
}

/* The record that is `back` before the last. */
static const struct thole_trace_record *record(uint64_t back)
{
    uint64_t sequence = ring()->written - back;

    assert_int_equal(place(sequence)->sequence, sequence);
    return place(sequence);
}

static void assert_event(const struct thole_trace_record *found, enum thole_trace_kind kind,
                         uint64_t code, uint32_t thread, uint32_t next)
{
    assert_int_equal(found->kind, kind);
    assert_int_equal(found->code, code);
    assert_int_equal(found->thread, thread);
    assert_int_equal(found->next, next);
}

static void the_ring_says_what_it_is(void **state)
{
    (void)state;
    trace_into(frame);
    assert_int_equal(ring()->magic, TRACE_MAGIC);
    assert_int_equal(ring()->bytes, sizeof(struct thole_trace_record));
    assert_int_equal(ring()->capacity, CAPACITY);
    assert_int_equal(ring()->written + 1, ring()->first);
    yield();
    assert_int_equal(ring()->written, ring()->first);
}

static void a_call_and_its_answer_are_two_records_in_order(void **state)
{
    (void)state;
    trace_into(frame);
    as(&client);
    sim.now += 10;
    call(server_end, 42, 1);
    assert_true(runs(&server));
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_CALL, 2, 3);
    assert_int_equal(record(0)->argument, server_end);
    assert_int_equal(thole_tag_label(record(0)->tag), 42);
    assert_int_equal(record(0)->object, OBJECT_ENDPOINT);
    assert_int_equal(record(0)->badge, 77);
    assert_int_equal(record(0)->entered, sim.now);
    assert_int_equal(record(0)->left, sim.now);
    sim.now += 10;
    reply_recv(OWN_ENDPOINT, 5, 1);
    assert_true(runs(&client));
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_REPLY_RECV, 3, 2);
    assert_int_equal(thole_tag_label(record(0)->tag), 5);
    assert_int_equal(record(0)->entered - record(1)->entered, 10);
}

static void an_operation_is_recorded_with_the_kind_of_its_object(void **state)
{
    (void)state;
    trace_into(frame);
    must(client.cap, THREAD_SUSPEND);
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_CALL, 1, 1);
    assert_int_equal(record(0)->object, OBJECT_THREAD);
    assert_int_equal(thole_tag_label(record(0)->tag), THREAD_SUSPEND);
    call(60000, 1, 1);
    assert_int_equal(record(0)->argument, 60000);
    assert_int_equal(record(0)->object, OBJECT_NULL);
}

/* What the call does away with is seen as it was before. */
static void a_capability_that_its_call_deletes_is_recorded_as_it_was(void **state)
{
    unsigned table = mint(INIT_SLOT_CAPTABLE, RIGHTS_ALL, 0);

    (void)state;
    trace_into(frame);
    must(table, CAPTABLE_DELETE, table);
    assert_false(slot_in_use(table));
    assert_int_equal(record(0)->object, OBJECT_CAPTABLE);
}

static void tracing_goes_on_when_a_space_is_deleted(void **state)
{
    unsigned space = make_space(), thread = make(OBJECT_THREAD);

    (void)state;
    must(thread, THREAD_CONFIGURE, client.table, space, client.endpoint, 0, 0);
    trace_into(frame);
    assert_result(delete_slot(space), DONE);
    assert_true(sim.traced);
    yield();
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_YIELD, 1, 1);
}

/* Where a frame is mapped, or how much of memory is used, is nobody's badge. */
static void only_what_has_a_badge_shows_one(void **state)
{
    unsigned bell = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 5), memory = make_untyped(14);

    (void)state;
    make_from(memory, OBJECT_ENDPOINT, 0);
    assert_int_not_equal(known.init_table[memory].badge, 0);
    trace_into(frame);
    must(bell, NOTIFICATION_SIGNAL);
    assert_int_equal(record(0)->object, OBJECT_NOTIFICATION);
    assert_int_equal(record(0)->badge, 5);
    must(memory, UNTYPED_INFO);
    assert_int_equal(record(0)->object, OBJECT_UNTYPED);
    assert_int_equal(record(0)->badge, 0);
}

static void a_storm_of_lines_is_recorded_in_parts(void **state)
{
    (void)state;
    for (unsigned line = 40; line < 46; line++) {
        unsigned source = make(OBJECT_INTERRUPT);

        must(source, INTERRUPT_BIND, server.endpoint, 0);
        must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, source, line, TRIGGER_EDGE);
    }
    trace_into(frame);
    for (unsigned line = 40; line < 46; line++)
        sim_line_pulse(line);
    interrupt();
    assert_int_equal(record(0)->kind, TRACE_INTERRUPT);
    assert_int_equal(record(0)->code, 4);
    interrupt();
    assert_int_equal(record(0)->code, 2);
}

static void a_fault_is_recorded_with_its_address(void **state)
{
    (void)state;
    trace_into(frame);
    as(&client);
    fault(FAULT_WRITE, 0x1234);
    assert_event(record(0), TRACE_FAULT, FAULT_WRITE, 2, 1);
    assert_int_equal(record(0)->argument, 0x1234);
    assert_int_equal(record(0)->tag, 0x55);
}

static void lines_are_recorded_in_the_order_in_which_they_were_taken(void **state)
{
    unsigned interrupts[2], timer = make(OBJECT_TIMER);

    (void)state;
    for (unsigned index = 0; index < 2; index++) {
        interrupts[index] = make(OBJECT_INTERRUPT);
        must(interrupts[index], INTERRUPT_BIND, server.endpoint, 0);
        must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupts[index], 40 + index,
             TRIGGER_EDGE);
    }
    must(timer, TIMER_ARM, sim.now + 5);
    trace_into(frame);
    sim_line_pulse(41);
    sim_line_pulse(40);
    sim.now += 5;
    sim.kicked[0] = true;
    interrupt();
    assert_event(record(0), TRACE_INTERRUPT, 2, 1, 1); /* deadlines are enough for an event */
    assert_int_equal(record(0)->argument, TRACE_LINE_KICK | (uint64_t)TRACE_LINE_TIMER << 16);
    sim.kicked[0] = true;
    interrupt();
    assert_event(record(0), TRACE_INTERRUPT, 3, 1, 1);
    assert_int_equal(record(0)->argument, TRACE_LINE_KICK | 40ULL << 16 | 41ULL << 32);
}

static void the_oldest_record_is_overwritten(void **state)
{
    (void)state;
    trace_into(frame);
    uint64_t first = ring()->first;

    for (unsigned count = 0; count < 3 * CAPACITY + 5; count++)
        yield();
    assert_int_equal(ring()->first, first);
    assert_int_equal(ring()->written, first + 3 * CAPACITY + 4);
    for (unsigned back = 0; back < CAPACITY; back++)
        assert_event(record(back), TRACE_SYSCALL, SYSCALL_YIELD, 1, 1);
    assert_int_not_equal(place(ring()->written - CAPACITY)->sequence, ring()->written - CAPACITY);
    /* Not one beyond the frame: the invariants would not see it, so its neighbour must. */
    const char *behind = (const char *)ring() + 4096;

    assert_int_equal(behind[0], 0);
}

static void a_second_ring_is_refused_until_the_first_has_ended(void **state)
{
    unsigned second = make_sized(OBJECT_FRAME, FRAME_BITS_4K);

    (void)state;
    trace_into(frame);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, frame), OCCUPIED);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, second), OCCUPIED);
    uint64_t written = ring()->written;

    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    assert_int_equal(ring()->written, written); /* the call that ends it is written nowhere */
    assert_false(sim.traced);
    trace_into(second);
    assert_int_equal(ring_in(second)->first, written + 1);
    yield();
    assert_int_equal(ring()->written, written);
    trace_ring_flush();
    assert_int_equal(ring_in(second)->written, written + 1);
}

static unsigned device_frame(unsigned bits)
{
    unsigned window = INIT_SLOT_FIRST_UNTYPED;

    while (slot_physical(&known.init_table[window]).value != SIM_WINDOW)
        window++;
    return make_from(window, OBJECT_FRAME, bits);
}

static void what_is_no_ring_is_refused(void **state)
{
    unsigned reader = mint(frame, RIGHT_READ | RIGHT_CONTROL, 0);
    unsigned bare = mint(frame, RIGHT_READ | RIGHT_WRITE, 0);
    unsigned machine = mint(INIT_SLOT_MACHINE, RIGHTS_ALL & ~RIGHT_CONTROL, 0);

    (void)state;
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, device_frame(FRAME_BITS_4K)),
                  BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, reader), NO_RIGHT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, bare), NO_RIGHT);
    assert_result(invoke(machine, MACHINE_TRACE, frame), NO_RIGHT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, client.cap), BAD_SLOT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, new_slot()), EMPTY);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, 1ULL << 40), BAD_SLOT);
    assert_false(sim.traced);
}

static void a_gigabyte_is_too_much(void **state)
{
    paddr_t at = { 1ULL << 30 };
    struct slot large = { .object = frame_object_word(at, FRAME_BITS_1G, false) };

    (void)state;
    assert_int_equal(trace_ring_check(&large), RESULT_BAD_ARGUMENT);
    large.object = frame_object_word(at, FRAME_BITS_2M, false);
    assert_int_equal(trace_ring_check(&large), RESULT_DONE);
}

static void a_frame_of_2_MiB_holds_as_many_as_fit(void **state)
{
    (void)state;
    boot_machine(LARGE_RAM);
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    unsigned large = make_sized(OBJECT_FRAME, FRAME_BITS_2M);

    compare_every = 1000;
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, large);
    assert_int_equal(ring_in(large)->capacity, (2 << 20) / 64 - 1);
}

static void a_derivation_that_is_too_deep_is_refused(void **state)
{
    unsigned slot = frame;

    (void)state;
    compare_every = 1000;
    while (slot_depth(&known.init_table[slot]) < DERIVATION_MAX_DEPTH)
        slot = mint(slot, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_TRACE, slot), TOO_DEEP);
}

/* The kernel's own count says where it writes: what a program does to the ring leads nowhere. */
static void a_ring_that_a_program_scribbles_on_stays_a_ring(void **state)
{
    (void)state;
    trace_into(frame);
    yield();
    uint64_t written = ring()->written;

    memset((char *)(uintptr_t)ring(), 0xff, 4096);
    yield();
    assert_int_equal(ring()->written, written + 1);
    assert_event((const struct thole_trace_record *)((const char *)ring() + 64) +
                     (written + 1) % CAPACITY, TRACE_SYSCALL, SYSCALL_YIELD, 1, 1);
}

static void assert_silent_after(enum thole_result result)
{
    static char before[4096];
    const void *memory = ring();

    assert_int_equal(result, RESULT_DONE);
    assert_false(sim.traced);
    memcpy(before, memory, sizeof(before));
    yield();
    interrupt();
    assert_memory_equal(memory, before, sizeof(before));
}

static void tracing_ends_when_the_frame_is_deleted(void **state)
{
    const void *memory = ring();
    static char before[4096];

    (void)state;
    trace_into(frame);
    memcpy(before, memory, sizeof(before));
    assert_result(delete_slot(frame), DONE);
    assert_false(sim.traced);
    yield();
    assert_memory_equal(memory, before, sizeof(before));
}

static void tracing_ends_when_what_was_derived_from_the_frame_is_revoked(void **state)
{
    (void)state;
    trace_into(frame);
    assert_silent_after(revoke_slot(frame));
    trace_into(frame);
}

static void tracing_ends_before_its_memory_is_used_again(void **state)
{
    unsigned memory = make_untyped(12), made = make_from(memory, OBJECT_FRAME, FRAME_BITS_4K);
    paddr_t at = slot_physical(&known.init_table[made]);

    (void)state;
    trace_into(made);
    yield();
    assert_result(revoke_slot(memory), DONE);
    assert_false(sim.traced);
    made = make_from(memory, OBJECT_FRAME, FRAME_BITS_4K);
    assert_true(sim_is_clear(at, 4096));
    yield();
    assert_true(sim_is_clear(at, 4096));
}

/* The kernel's capability is not mapped where its source is. */
static void ending_it_leaves_the_frame_mapped(void **state)
{
    unsigned space = make_space(), table[2];
    struct sim_translation found;

    (void)state;
    for (unsigned index = 0; index < 2; index++) {
        table[index] = make(OBJECT_PAGE_TABLE);
        must(table[index], PAGE_TABLE_MAP, space, INIT_FREE_ADDRESS);
    }
    must(frame, FRAME_MAP, space, INIT_FREE_ADDRESS, RIGHT_READ, MEMORY_NORMAL);
    trace_into(frame);
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    assert_true(sim_walk(object_of(space), INIT_FREE_ADDRESS, &found));
    trace_into(frame);
    assert_result(revoke_slot(frame), DONE);
    assert_true(sim_walk(object_of(space), INIT_FREE_ADDRESS, &found));
}

static void numbers_are_given_to_threads_by_who_controls_both(void **state)
{
    unsigned watched = mint(client.cap, RIGHTS_ALL & ~RIGHT_CONTROL, 0);

    (void)state;
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_NAME, watched, 5), NO_RIGHT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_NAME, frame, 5), BAD_SLOT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_NAME, client.cap, TRACE_NOBODY), BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_NAME, client.cap, 1ULL << 32), BAD_ARGUMENT);
    assert_int_equal(client.thread->number, 2);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, client.cap, TRACE_NOBODY - 1);
    assert_int_equal(client.thread->number, TRACE_NOBODY - 1);
}

/* --- Several cores ------------------------------------------------------------------ */

static int boot_two(void **state)
{
    (void)state;
    boot_cores(SMALL_RAM, 2);
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    client = make_party(10);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, client.time, 1, 10, 1000, 1000);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, INIT_SLOT_THREAD, 1);
    must(INIT_SLOT_MACHINE, MACHINE_NAME, client.cap, 2);
    frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K);
    return 0;
}

static void each_record_says_on_which_core_it_was(void **state)
{
    (void)state;
    trace_into(frame);
    wake(&client);
    settle_core(1);
    assert_event(record(0), TRACE_INTERRUPT, 1, TRACE_NOBODY, 2);
    assert_int_equal(record(0)->core, 1);
    assert_int_equal(record(0)->argument, TRACE_LINE_KICK);
    on_core(1);
    yield();
    on_core(0);
    yield();
    assert_event(record(1), TRACE_SYSCALL, SYSCALL_YIELD, 2, 2);
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_YIELD, 1, 1);
    assert_int_equal(record(1)->core, 1);
    assert_int_equal(record(0)->core, 0);
}

static void a_core_that_becomes_idle_says_so(void **state)
{
    (void)state;
    wake(&client);
    settle_core(1);
    trace_into(frame);
    on_core(1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_REPLY_RECV, 2, TRACE_NOBODY);
    on_core(0);
}

/* Another core took it away: the call is recorded, and not made yet. */
static void a_call_of_a_thread_taken_away_is_recorded_each_time(void **state)
{
    (void)state;
    wake(&client);
    settle_core(1);
    trace_into(frame);
    assert_result(invoke(client.cap, THREAD_SUSPEND), MORE);
    on_core(1);
    yield();
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_YIELD, 2, TRACE_NOBODY);
    on_core(0);
    must(client.cap, THREAD_RESUME);
    settle_core(1);
    on_core(1);
    yield();
    assert_event(record(0), TRACE_SYSCALL, SYSCALL_YIELD, 2, 2);
    on_core(0);
}

static void a_ring_taken_away_by_one_core_is_not_written_by_another(void **state)
{
    (void)state;
    wake(&client);
    settle_core(1);
    trace_into(frame);
    const void *memory = ring();
    static char before[4096];

    assert_result(delete_slot(frame), DONE);
    memcpy(before, memory, sizeof(before));
    sim.traced = true; /* the other core has not heard of it yet */
    sim_turn_to(1);
    (void)trace_syscall(here(), SYSCALL_YIELD);
    sim_turn_to(0);
    sim.traced = false;
    assert_memory_equal(memory, before, sizeof(before));
}

static void what_another_core_posted_is_written_before_the_end_and_not_after(void **state)
{
    struct thole_trace_record late = { .kind = TRACE_SYSCALL };

    (void)state;
    wake(&client);
    settle_core(1);
    trace_into(frame);
    on_core(1);
    yield();
    on_core(0);
    uint64_t written = ring_in(frame)->written;

    sim.traced = false; /* this core has not heard of it yet */
    must(INIT_SLOT_MACHINE, MACHINE_TRACE, 0);
    assert_int_equal(ring_in(frame)->written, written + 1);
    trace_ring_post(1, &late); /* and the other not of the end */
    trace_into(frame);
    assert_int_equal(ring()->written + 1, ring()->first);
}

int main(void)
{
    const struct CMUnitTest trace_tests[] = {
        cmocka_unit_test_setup(the_ring_says_what_it_is, boot),
        cmocka_unit_test_setup(a_call_and_its_answer_are_two_records_in_order, boot),
        cmocka_unit_test_setup(an_operation_is_recorded_with_the_kind_of_its_object, boot),
        cmocka_unit_test_setup(a_capability_that_its_call_deletes_is_recorded_as_it_was, boot),
        cmocka_unit_test_setup(tracing_goes_on_when_a_space_is_deleted, boot),
        cmocka_unit_test_setup(only_what_has_a_badge_shows_one, boot),
        cmocka_unit_test_setup(a_storm_of_lines_is_recorded_in_parts, boot),
        cmocka_unit_test_setup(a_fault_is_recorded_with_its_address, boot),
        cmocka_unit_test_setup(lines_are_recorded_in_the_order_in_which_they_were_taken, boot),
        cmocka_unit_test_setup(the_oldest_record_is_overwritten, boot),
        cmocka_unit_test_setup(a_second_ring_is_refused_until_the_first_has_ended, boot),
        cmocka_unit_test_setup(what_is_no_ring_is_refused, boot),
        cmocka_unit_test_setup(a_gigabyte_is_too_much, boot),
        cmocka_unit_test(a_frame_of_2_MiB_holds_as_many_as_fit),
        cmocka_unit_test_setup(a_derivation_that_is_too_deep_is_refused, boot),
        cmocka_unit_test_setup(a_ring_that_a_program_scribbles_on_stays_a_ring, boot),
        cmocka_unit_test_setup(tracing_ends_when_the_frame_is_deleted, boot),
        cmocka_unit_test_setup(tracing_ends_when_what_was_derived_from_the_frame_is_revoked, boot),
        cmocka_unit_test_setup(tracing_ends_before_its_memory_is_used_again, boot),
        cmocka_unit_test_setup(ending_it_leaves_the_frame_mapped, boot),
        cmocka_unit_test_setup(numbers_are_given_to_threads_by_who_controls_both, boot),
        cmocka_unit_test_setup(each_record_says_on_which_core_it_was, boot_two),
        cmocka_unit_test_setup(a_core_that_becomes_idle_says_so, boot_two),
        cmocka_unit_test_setup(a_call_of_a_thread_taken_away_is_recorded_each_time, boot_two),
        cmocka_unit_test_setup(a_ring_taken_away_by_one_core_is_not_written_by_another, boot_two),
        cmocka_unit_test_setup(
            what_another_core_posted_is_written_before_the_end_and_not_after, boot_two),
    };

    return RUN_EACH(trace_tests);
}
