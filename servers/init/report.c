/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init writes down about a fault: a sentence, the registers, and the
 * return addresses that the frame pointers lead to.
 */
#include "server.h"

#include "print.h"

#define FRAMES_MAX       12
#define REGISTERS_A_CALL 6
#define REGISTER_FP      29
#define REGISTER_LR      30
#define REGISTERS        31
#define REGISTERS_WIDTH  72 /* a line that is so long is ended */

static const char *fault_name(uint64_t fault)
{
    switch (fault) {
    case FAULT_READ:
        return "read of";
    case FAULT_WRITE:
        return "write to";
    case FAULT_EXECUTE:
        return "jump to";
    case FAULT_ALIGNMENT:
        return "misaligned access to";
    case FAULT_INSTRUCTION:
        return "undefined instruction, syndrome";
    case FAULT_SYSCALL:
        return "unknown system call";
    case FAULT_BREAKPOINT:
        return "breakpoint";
    default:
        return "machine error at";
    }
}

static unsigned long us_of(uint64_t ticks)
{
    uint64_t frequency = init.info->timer_frequency;

    return (unsigned long)(ticks / frequency * 1000000 + ticks % frequency * 1000000 / frequency);
}

void fault_describe(const struct server *server, const struct message *message, char *buffer,
                    size_t bytes)
{
    struct text text = text_in(buffer, bytes);
    uint64_t fault = message->word[0], address = message->word[1];
    unsigned long pc = (unsigned long)message->word[3];

    switch (fault) {
    case FAULT_EXIT:
        if (address == PROGRAM_EXIT_FOR_GOOD) {
            text_format(&text, "cannot work, its log says why");
        } else {
            text_format(&text, "ended with exit code %d", (int)address);
        }
        return;
    case FAULT_TIMEOUT:
        text_format(&text, "timeout: used %lu us more than lent, its grace is %u us, at pc 0x%lx",
                    us_of(address), server->tree->grace_us, pc);
        return;
    case FAULT_STEP:
        text_format(&text, "stopped after one instruction, at pc 0x%lx", pc);
        return;
    case FAULT_INSTRUCTION:
        address = message->word[2];
        break;
    }
    text_format(&text, "fault: %s 0x%lx at pc 0x%lx", fault_name(fault), (unsigned long)address,
                pc);
}

static void registers_read(const struct server *server, uint64_t out[REGISTERS + REGISTERS_A_CALL])
{
    for (unsigned first = 0; first < REGISTERS; first += REGISTERS_A_CALL) {
        struct message message = {.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {first}};

        thole_call(server->now.thread, &message);
        for (unsigned i = 0; i < REGISTERS_A_CALL; i++) {
            out[first + i] = message.word[i];
        }
    }
}

/* Those that are zero are left out: most often that is half of them. */
static void registers_print(const struct server *server, const uint64_t *value)
{
    char buffer[128];
    struct text text = text_in(buffer, sizeof(buffer));

    for (unsigned i = 0; i < REGISTERS; i++) {
        if (value[i]) {
            text_format(&text, " x%u=%lx", i, (unsigned long)value[i]);
        }
        if (text.used > REGISTERS_WIDTH || (i + 1 == REGISTERS && text.used)) {
            print_line("%s: %s", server->tree->name, buffer + 1);
            text = text_in(buffer, sizeof(buffer));
        }
    }
}

/* A frame record is two words: the caller's record, and where it goes on. */
static void callers_print(struct server *server, uint64_t pc, const uint64_t *registers)
{
    char buffer[FRAMES_MAX * 20 + 40];
    struct text text = text_in(buffer, sizeof(buffer));
    uint64_t at = registers[REGISTER_FP], record[2];

    text_format(&text, "pc 0x%lx lr 0x%lx, called from", (unsigned long)pc,
                (unsigned long)registers[REGISTER_LR]);
    for (unsigned i = 0; i < FRAMES_MAX && at % sizeof(record) == 0 &&
                         stack_read(server, at, record, sizeof(record));
         i++) {
        text_format(&text, " 0x%lx", (unsigned long)record[1]);
        if (record[0] <= at) {
            break; /* the chain leads up the stack, or it is none */
        }
        at = record[0];
    }
    print_line("%s: %s", server->tree->name, buffer);
}

/* Nothing but the stack is between the images' end and the stack's top. */
static bool is_below_stack(const struct server *server, const struct message *message)
{
    uint64_t bottom = PROGRAM_STACK_TOP - ((uint64_t)server->tree->stack_kib << 10);
    uint64_t fault = message->word[0], address = message->word[1];

    return (fault == FAULT_READ || fault == FAULT_WRITE) && address >= PROGRAM_IMAGE_END &&
           address < bottom;
}

/* What a program gets in place of a use, registers or memory that its node does not give. */
static bool is_null(const struct message *message)
{
    uint64_t fault = message->word[0];

    return (fault == FAULT_READ || fault == FAULT_WRITE || fault == FAULT_EXECUTE) &&
           message->word[1] < MEMORY_PAGE_BYTES;
}

void fault_details(struct server *server, const struct message *message)
{
    uint64_t registers[REGISTERS + REGISTERS_A_CALL];

    if (is_null(message)) {
        print_line("%s: a null pointer, perhaps to what its node does not give; of its %u KiB of "
                   "memory %lu are left",
                   server->tree->name, server->tree->memory_kib,
                   (unsigned long)(quota_pages_left(&server->now.quota) * MEMORY_PAGE_BYTES >> 10));
    }
    if (is_below_stack(server, message)) {
        print_line("%s: its stack is used up: stack-kib is %u", server->tree->name,
                   server->tree->stack_kib);
    }
    registers_read(server, registers);
    callers_print(server, message->word[3], registers);
    registers_print(server, registers);
}
