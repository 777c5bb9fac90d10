/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring's header is read once, when it is opened; each byte of data is read once. */
#include "reader.h"

#define US_PER_SECOND   1000000u
#define READER_TIME_MAX ((uint64_t)1 << 46) /* microseconds: two years */

bool reader_open(struct reader *reader, const struct log_ring *ring, size_t room)
{
    *reader = (struct reader){.ring = ring};
    if (room <= sizeof(*ring) || ring->magic != LOG_RING_MAGIC)
        return false;
    reader->bytes = *(const volatile uint32_t *)&ring->bytes;
    if (reader->bytes == 0 || reader->bytes > room - sizeof(*ring))
        return false;
    reader->end = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
    reader_seek(reader, 0);
    return true;
}

static char byte_at(const struct reader *reader, uint64_t position)
{
    return (char)*(const volatile uint8_t *)&reader->ring->data[position % reader->bytes];
}

void reader_seek(struct reader *reader, uint64_t position)
{
    uint64_t oldest = reader->end > reader->bytes ? reader->end - reader->bytes : 0;
    reader->next = position < oldest ? oldest : position;
    if (reader->next > reader->end)
        reader->next = reader->end;
    if (position >= oldest)
        return;
    while (reader->next < reader->end && byte_at(reader, reader->next++) != '\n') {
    }
}

static char printable(char byte)
{
    bool control = ((uint8_t)byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
    return control ? '?' : byte;
}

static size_t skip_spaces(const struct reader_line *line, size_t at)
{
    while (at < line->size && line->text[at] == ' ')
        at++;
    return at;
}

/* Decimal digits; where they end. Far larger numbers than any time are cut off. */
static size_t digits(const struct reader_line *line, size_t at, uint64_t *number)
{
    *number = 0;
    for (; at < line->size && line->text[at] >= '0' && line->text[at] <= '9'; at++) {
        if (*number < READER_TIME_MAX)
            *number = *number * 10 + (unsigned)(line->text[at] - '0');
    }
    return at;
}

/* "[    1.234567] text" */
static void parse_time(struct reader_line *line, uint64_t otherwise)
{
    uint64_t seconds, us;
    line->time = otherwise;
    line->after_time = 0;
    if (line->text[0] != '[')
        return;
    size_t point = digits(line, skip_spaces(line, 1), &seconds);
    if (point >= line->size || line->text[point] != '.')
        return;
    size_t bracket = digits(line, point + 1, &us);
    if (bracket != point + 7 || bracket >= line->size || line->text[bracket] != ']')
        return;
    line->after_time = skip_spaces(line, bracket + 1);
    uint64_t time =
        seconds < READER_TIME_MAX / US_PER_SECOND ? seconds * US_PER_SECOND + us : READER_TIME_MAX;
    if (time > otherwise)
        line->time = time;
}

bool reader_next(struct reader *reader, struct reader_line *line)
{
    char byte = '\0';
    line->size = 0;
    while (reader->next < reader->end && byte != '\n' && line->size < READER_LINE_BYTES - 1) {
        byte = printable(byte_at(reader, reader->next++));
        line->text[line->size++] = byte;
    }
    if (line->size == 0)
        return false;
    if (byte != '\n')
        line->text[line->size++] = '\n';
    parse_time(line, reader->time);
    reader->time = line->time;
    return true;
}
