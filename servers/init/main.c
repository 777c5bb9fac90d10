/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Init, the first program: what a server may do is what init gives it, as the
 * tree says. It is entered by the kernel with its address of the boot
 * information, starts the system, and from then on waits for one thing only:
 * the next message at its endpoint. It calls kernel objects and no program, so
 * no program can make it wait.
 */
#include "print.h"
#include "server.h"

_Noreturn void init_main(const struct boot_info *info);

/* What the answer is goes into *message. */
static void message_handle(struct message *message)
{
    enum thole_kind kind = thole_tag_kind(message->tag);
    unsigned index = BADGE_INDEX(message->badge);

    if (kind == KIND_CALL) {
        request_answer(message);
        return;
    }
    if (kind == KIND_FAULT && index < init.system.server_count) {
        server_fault(&init.server[index], message);
    }
    message->tag = thole_tag(kind == KIND_FAULT ? THOLE_FAULT_STOP : 0, 0);
}

_Noreturn void init_main(const struct boot_info *info)
{
    struct message message = {.badge = THOLE_SLOTS(0, 0)};
    enum thole_status status;

    init.info = info;
    boot_run();
    status = thole_recv(INIT_SLOT_ENDPOINT, &message);
    for (;;) {
        if (status != STATUS_OK) {
            print_panic("cannot receive: status %u", status);
        }
        message_handle(&message);
        retries_run(kernel_ticks());
        message.badge = THOLE_SLOTS(0, 0);
        status = thole_reply_recv(INIT_SLOT_ENDPOINT, &message);
    }
}
