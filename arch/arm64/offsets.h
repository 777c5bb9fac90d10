/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What assembly must know of C structures. Every value is asserted against the
 * structure itself in cpu.c, so a change there does not go unnoticed.
 */
#pragma once

/* struct frame, arch_types.h */
#define OFFSET_X(n)   ((n)*8)
#define OFFSET_SP     248
#define OFFSET_PC     256
#define OFFSET_PSTATE 264
#define OFFSET_TLS    272
#define FRAME_BYTES  288

/* struct fp_state, arch_types.h */
#define FP_Q(n)   ((n)*16)
#define FP_STATUS 512

/* struct cpu, cpu.h */
#define CPU_STACK_TOP     0
#define CPU_EMERGENCY_TOP 8

/* struct core_stacks, layout.h */
#define STACK_TOP_OFFSET     (4096 + 16384)
#define EMERGENCY_TOP_OFFSET (STACK_TOP_OFFSET + 4096 + 8192)
