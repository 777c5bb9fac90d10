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
#define CPU_AFFINITY      16
#define CPU_MAY_START     24
#define CPU_ENTRY_SCTLR   32
#define CPU_ENTRY_HISTORY 40
#define CPU_BYTES         192

/* enum history, speculation.h: what clears a core's branch history; above: a loop's rounds */
#define HISTORY_KEPT   0
#define HISTORY_BY_INSTRUCTION 1
#define HISTORY_HVC    2
#define HISTORY_SMC    3
#define HISTORY_LOOPS_LEAST 4

/* struct translation, kernel_map.h */
#define TRANSLATION_TTBR0 0
#define TRANSLATION_MAIR  16
#define TRANSLATION_SCTLR 32

/* struct boot_stacks, layout.h */
#define STACK_TOP_OFFSET     (4096 + 8192)
#define EMERGENCY_TOP_OFFSET (STACK_TOP_OFFSET + 4096 + 4096)
