/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of configuration properties as struct startup describes it. Internal
 * to lib/; nothing here depends on the machine.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The value of `name` in list[0..size), its length in *bytes (may be NULL); or NULL. */
const void *config_find(const uint8_t *list, size_t size, const char *name, uint32_t *bytes);

/* A cell as it stands in the tree, big-endian. */
uint32_t config_cell(const uint8_t *value);
