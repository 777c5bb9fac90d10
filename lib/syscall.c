/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls as functions: a struct message is loaded into the registers
 * that thole/abi.h names, and what came back is stored in it. The numbers come
 * from the list there. Depends on nothing else, so that init links it too.
 */
#include <lib/syscall.h>

/* What every system call loses. */
#define LOST "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "cc", "memory"

#define REGISTER(name, number, value) register uint64_t name __asm__("x" #number) = (value)

/* Defines thole_<name>(), system call SYSCALL_<NAME>, with a message both ways. */
#define MESSAGE_CALL(NAME, name)                                                           \
    enum thole_status thole_##name(unsigned slot, struct message *message)                 \
    {                                                                                      \
        REGISTER(status, 0, slot);                                                         \
        REGISTER(tag, 1, message->tag);                                                    \
        REGISTER(word0, 2, message->word[0]);                                              \
        REGISTER(word1, 3, message->word[1]);                                              \
        REGISTER(word2, 4, message->word[2]);                                              \
        REGISTER(word3, 5, message->word[3]);                                              \
        REGISTER(word4, 6, message->word[4]);                                              \
        REGISTER(word5, 7, message->word[5]);                                              \
        REGISTER(badge, 8, message->badge);                                                \
        __asm__ volatile("svc %[number]"                                                   \
                         : "+r"(status), "+r"(tag), "+r"(word0), "+r"(word1), "+r"(word2), \
                           "+r"(word3), "+r"(word4), "+r"(word5), "+r"(badge)              \
                         : [number] "i"(SYSCALL_##NAME)                                    \
                         : LOST);                                                          \
        *message = (struct message){                                                       \
            .tag = tag,                                                                    \
            .word = {word0, word1, word2, word3, word4, word5},                            \
            .badge = badge,                                                                \
        };                                                                                 \
        return (enum thole_status)status;                                                  \
    }

MESSAGE_CALL(CALL, call)
MESSAGE_CALL(TRY_CALL, try_call)
MESSAGE_CALL(REPLY_RECV, reply_recv)
MESSAGE_CALL(RECV, recv)
MESSAGE_CALL(TRY_RECV, try_recv)

void thole_yield(void)
{
    __asm__ volatile("svc %[number]"
                     :
                     : [number] "i"(SYSCALL_YIELD)
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", LOST);
}

_Noreturn void thole_exit(uint64_t code)
{
    REGISTER(x0, 0, code);

    for (;;)
        __asm__ volatile("svc %[number]" : "+r"(x0) : [number] "i"(SYSCALL_EXIT) : "memory");
}
