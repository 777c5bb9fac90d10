/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking into slots for virtio devices. The tree says that there is one; where nothing
 * answers, or a bus has an error, the read is a fault of who does it. So init, which must
 * not have one, never reads: a thread does, that has init's memory to run in, time, and
 * nothing else. However it ends is a message to init: what it read is its exit code.
 *
 * At boot, before there is anybody else who could send to init. The thread, and the page
 * of registers that it looks at, are kept from one slot to the next, and given back at
 * the end.
 */
#include "server.h"

#include "window.h"

/* Registers of a virtio device, virtio 1.2, 4.2.2. */
#define VIRTIO_MAGIC       0x000
#define VIRTIO_DEVICE_ID   0x008
#define VIRTIO_END         0x00c
#define VIRTIO_MAGIC_VALUE 0x74726976u

#define TURN_DIVISOR    100  /* of a second: it has all the time there is */
#define TABLE_BITS      1    /* its CapTable, which is empty */
#define STACK_WORDS     64
#define REGISTER_SP     31   /* and the program counter behind it */
#define NO_PAGE         1    /* no page has this address */

enum part { PART_THREAD, PART_TABLE, PART_TIME, PART_FAULT, PARTS };

static struct {
    int page;             /* what the thread is made of; negative: there is none */
    unsigned part;        /* the first of its slots */
    bool waits;           /* its last message was not answered yet */
    int registers;        /* the block of the page that is shown, */
    uint64_t address;     /* and its address; NO_PAGE: none is */
    const char *shown;
} probe = {.page = -1, .address = NO_PAGE};

static uint64_t stack[STACK_WORDS] __attribute__((aligned(16)));

/* --- The thread ----------------------------------------------------------------------- */

/* All that the thread does. What the bus reports late is waited for: it is to be the thread's. */
static _Noreturn void look(const volatile char *slot)
{
    uint64_t magic = *(const volatile uint32_t *)(slot + VIRTIO_MAGIC);
    uint64_t device = *(const volatile uint32_t *)(slot + VIRTIO_DEVICE_ID);

    __asm__ volatile("dsb sy\n\tisb" ::: "memory");
    thole_exit(device << 32 | magic);
}

static enum thole_result parts_make(unsigned untyped)
{
    uint64_t turn = init.info->timer_frequency / TURN_DIVISOR;
    enum thole_result result =
        kernel_retype(untyped, OBJECT_THREAD, 0, probe.part + PART_THREAD);

    if (result == RESULT_DONE) {
        result = kernel_retype(untyped, OBJECT_CAPTABLE, TABLE_BITS, probe.part + PART_TABLE);
    }
    if (result == RESULT_DONE) {
        result = kernel_retype(untyped, OBJECT_SCHED_CONTEXT, 0, probe.part + PART_TIME);
    }
    if (result == RESULT_DONE) {
        result = INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, probe.part + PART_TIME,
                        0, init.info->priority, turn, turn);
    }
    if (result == RESULT_DONE) {
        result = kernel_mint(INIT_SLOT_CAPTABLE, probe.part + PART_FAULT, INIT_SLOT_ENDPOINT,
                             RIGHT_SEND, BADGE(BADGE_PROBE, 0));
    }
    return result == RESULT_DONE
               ? INVOKE(probe.part + PART_THREAD, THREAD_CONFIGURE, probe.part + PART_TABLE,
                        INIT_SLOT_ADDRESS_SPACE, INIT_SLOT_ENDPOINT, probe.part + PART_FAULT,
                        probe.part + PART_TIME)
               : result;
}

static void thread_end(void)
{
    if (probe.page >= 0 && kernel_delete(probe.part + PART_FAULT) == RESULT_DONE &&
        kernel_revoke(memory_untyped(probe.page)) == RESULT_DONE) {
        slots_give(probe.part, PARTS);
        memory_give(probe.page);
        probe.page = -1;
    }
}

static bool thread_make(void)
{
    if (probe.page >= 0) {
        return true;
    }
    probe.page = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT);
    probe.part = probe.page < 0 ? 0 : slots_take(PARTS);
    probe.waits = false;
    if (probe.part && parts_make(memory_untyped(probe.page)) == RESULT_DONE) {
        return true;
    }
    thread_end();
    return false;
}

/* Lets it run from there; the message is how that ended. False: it cannot. */
static bool thread_run(const char *slot, struct message *message)
{
    unsigned thread = probe.part + PART_THREAD;
    enum thole_status status;

    *message = (struct message){.badge = THOLE_SLOTS(0, 0)}; /* as an answer: go on */
    if (INVOKE(thread, THREAD_WRITE_REGISTERS, 0, 1, (uint64_t)slot) != RESULT_DONE ||
        INVOKE(thread, THREAD_WRITE_REGISTERS, REGISTER_SP, 2, (uint64_t)(stack + STACK_WORDS),
               (uint64_t)look) != RESULT_DONE) {
        return false;
    }
    if (probe.waits) {
        status = thole_reply_recv(INIT_SLOT_ENDPOINT, message);
    } else if (INVOKE(thread, THREAD_RESUME, 0) == RESULT_DONE) {
        status = thole_recv(INIT_SLOT_ENDPOINT, message);
    } else {
        return false;
    }
    probe.waits = true;
    return status == STATUS_OK && message->badge == BADGE(BADGE_PROBE, 0);
}

/* --- The page of registers --------------------------------------------------------------- */

static void page_hide(void)
{
    if (probe.address != NO_PAGE && kernel_delete(init.work_frame) == RESULT_DONE) {
        memory_give(probe.registers);
        probe.address = NO_PAGE;
    }
}

static bool page_show(uint64_t page)
{
    if (probe.address == page) {
        return true;
    }
    page_hide();
    probe.registers = probe.address == NO_PAGE ? memory_take_device(page) : -1;
    if (probe.registers < 0) {
        return false;
    }
    probe.address = page;
    probe.shown = NULL;
    if (kernel_retype(memory_untyped(probe.registers), OBJECT_FRAME, FRAME_BITS_4K,
                      init.work_frame) == RESULT_DONE) {
        probe.shown = window_show(init.work_frame, RIGHT_READ);
    }
    if (!probe.shown) {
        page_hide();
    }
    return probe.shown != NULL;
}

/* --- What the checker asks ------------------------------------------------------------------ */

const char *probe_virtio(void *context, uint64_t registers, uint32_t *device)
{
    uint64_t offset = registers % MEMORY_PAGE_BYTES;
    struct message message;

    (void)context;
    if (offset % sizeof(uint32_t) != 0 || offset > MEMORY_PAGE_BYTES - VIRTIO_END) {
        return "registers across pages, or askew,";
    }
    if (!page_show(registers - offset)) {
        return "what the kernel does not give to drivers";
    }
    if (!thread_make() || !thread_run(probe.shown + offset, &message)) {
        return "registers that init has no means to look at";
    }
    if (message.word[0] != FAULT_EXIT) {
        return "nothing that answers";
    }
    if ((uint32_t)message.word[1] != VIRTIO_MAGIC_VALUE) {
        return "something else";
    }
    *device = (uint32_t)(message.word[1] >> 32);
    return NULL;
}

void probe_end(void)
{
    page_hide();
    thread_end();
}
