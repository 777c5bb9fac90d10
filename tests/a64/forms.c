/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms.h"

#define WORD(word, text) word,
#define TEXT(word, text) text,
const uint32_t form_words[] = {A64_FORMS(WORD)};
const char *const form_texts[] = {A64_FORMS(TEXT)};
#undef WORD
#undef TEXT
const unsigned form_count = sizeof form_words / sizeof form_words[0];

uint32_t form_word(const char *text)
{
    for (unsigned index = 0; index < form_count; index++)
        if (strcmp(form_texts[index], text) == 0)
            return form_words[index];
    fprintf(stderr, "forms.h does not have '%s'\n", text);
    exit(1);
}
