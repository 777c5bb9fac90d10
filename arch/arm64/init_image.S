/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first program, a flat binary (struct init_image), inside the kernel's
 * image: both are loaded and hashed as one. It is read-only, and boot_init
 * copies what init writes to.
 */
    .section .init_image, "a"
    .balign 4096
    .globl  init_image_start, init_image_end
init_image_start:
    .incbin "init.bin"
init_image_end:
