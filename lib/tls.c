/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local data of a program's one thread. The linker places each variable
 * at TPIDR_EL0 + 16 + its offset in the template (AArch64 ELF ABI, variant 1,
 * for a template aligned to at most 16 bytes, which program.ld asserts).
 */
#include <stddef.h>
#include <stdint.h>

#include "crt.h"

#define TLS_HEADER_BYTES 16

/* Made by program.ld: the template, and room for the header and one copy. */
extern const uint8_t image_tls_template[], image_tls_template_end[];
extern uint8_t image_tls_area[];

void tls_install(void)
{
    size_t bytes = (size_t)(image_tls_template_end - image_tls_template);

    for (size_t i = 0; i < bytes; i++)
        image_tls_area[TLS_HEADER_BYTES + i] = image_tls_template[i];
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(image_tls_area) : "memory");
}
