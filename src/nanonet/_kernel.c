/* nanonet._kernel: a nano student in one pass, from Python strings to class scores.
 *
 * It computes to the last bit what nanonet.text.featurise and nanonet.runtime._numpy_table compute;
 * docs/format.md says what that is. It works in two steps, some hundred texts at a time: `gather`
 * borrows or copies the characters (with the interpreter's lock), `score` cuts, hashes, looks up
 * and adds (without it). ASCII text is read where it lies. Other text is copied and folded here by
 * tables that Python fills page by page; what those cannot fold goes to Python's own `fold`.
 *
 * Only the limited API is used, so that one build serves CPython 3.10 and all later ones.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "float64 arithmetic is not IEEE 754 here; without this module nanonet uses NumPy"
#endif

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)0)
#endif

enum { SEPARATOR, WORD, SYMBOL, SPACELESS, APOSTROPHE }; /* as in nanonet.text._pages */
#define ASK UINT64_MAX           /* this character is folded by Python only */
#define PAGES 0x1100             /* of 256 code points each */
#define EMPTY UINT32_MAX         /* a slot without a key */
#define IS_SPACELESS (1ull << 32)
#define BATCH_CHARS (1 << 17)    /* characters, and texts, between two turns of the lock */
#define BATCH_TEXTS 1024
#define SEED 0x6A09E667F3BCC909ull
#define ADD 0x9E3779B97F4A7C15ull
#define MULTIPLY 0xBF58476D1CE4E5B9ull
#define CRC_START 0x1743F278u    /* CRC-32 of "<s>"; set_tables checks both */
#define CRC_END 0x6DDBAE46u      /* of "</s>" */
#define FLUSH 256                /* products below 2**23 that fit 32 bits together */

typedef struct { uint64_t fold[256]; uint8_t kind[256]; } Page;
typedef struct { uint32_t key, row; } Slot;
typedef struct { void *at; size_t room; } Buffer;
typedef struct { const uint8_t *ascii; size_t start, length; } Span; /* ascii, or in the arena */

typedef struct {
    PyObject_HEAD
    Slot *slots;
    int shift;
    uint8_t *records;            /* for each row: multiplier (32 bits), then `padded` int8 */
    double *bias, unit;
    Py_ssize_t classes, padded, max_chars;
    int words, chars, boundaries;
    PyObject *fold, *page;
} Table;

typedef struct {
    Span spans[BATCH_TEXTS];
    size_t count, chars;
    Buffer arena, tokens, ids, sums;
} Batch;

/* Caches of pure functions of the running Python's Unicode tables; written under the lock only. */
static Page *pages[PAGES];
static uint32_t crc_table[256];
static uint8_t ascii_kind[128], ascii_word[128]; /* ascii_word: lower case, or 0 */
static uint32_t ascii_crc[128];                  /* of the character alone */

/* ---- small things ---- */

static void *reserve(Buffer *buffer, size_t bytes)
{
    if (bytes > buffer->room) {
        size_t room = bytes + bytes / 2;
        void *at = realloc(buffer->at, room);
        if (at == NULL)
            return NULL;
        buffer->at = at;
        buffer->room = room;
    }
    return buffer->at;
}

static void release(Batch *batch)
{
    free(batch->arena.at);
    free(batch->tokens.at);
    free(batch->ids.at);
    free(batch->sums.at);
    free(batch);
}

static inline uint32_t crc_byte(uint32_t crc, uint32_t byte)
{
    return crc_table[(crc ^ byte) & 255] ^ (crc >> 8);
}

static uint32_t crc_text(const char *text)
{
    uint32_t crc = UINT32_MAX;
    for (; *text; text++)
        crc = crc_byte(crc, (uint8_t)*text);
    return ~crc;
}

/* One code point as UTF-8; lone surrogates as if they were characters ("surrogatepass"). */
static uint32_t crc_point(uint32_t crc, uint32_t point)
{
    if (point < 0x80)
        return crc_byte(crc, point);
    if (point < 0x800) {
        crc = crc_byte(crc, 0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            crc = crc_byte(crc, 0xE0 | point >> 12);
        } else {
            crc = crc_byte(crc, 0xF0 | point >> 18);
            crc = crc_byte(crc, 0x80 | (point >> 12 & 63));
        }
        crc = crc_byte(crc, 0x80 | (point >> 6 & 63));
    }
    return crc_byte(crc, 0x80 | (point & 63));
}

static inline uint64_t mix(uint64_t state, uint64_t token)
{
    uint64_t x = ((state ^ (token & UINT32_MAX)) + ADD) * MULTIPLY;
    return x ^ x >> 32;
}

/* ---- gather: with the lock ---- */

static Page *load_page(Table *table, uint32_t number)
{
    PyObject *parts = PyObject_CallFunction(table->page, "I", number), *folds, *kinds;
    Page *page = NULL;
    if (parts == NULL)
        return NULL;
    if (PyArg_ParseTuple(parts, "SS", &folds, &kinds)) {
        if (PyBytes_Size(folds) != sizeof page->fold || PyBytes_Size(kinds) != sizeof page->kind)
            PyErr_SetString(PyExc_ValueError, "a page has 256 folds and 256 kinds");
        else if ((page = malloc(sizeof *page)) == NULL)
            PyErr_NoMemory();
        else {
            memcpy(page->fold, PyBytes_AsString(folds), sizeof page->fold);
            memcpy(page->kind, PyBytes_AsString(kinds), sizeof page->kind);
            if (pages[number] == NULL) /* another thread may have come first */
                pages[number] = page;
            else
                free(page);
            page = pages[number];
        }
    }
    Py_DECREF(parts);
    return page;
}

static inline Page *page_of(Table *table, uint32_t point)
{
    Page *page = pages[point >> 8];
    return page != NULL ? page : load_page(table, point >> 8);
}

/* Python's own fold, where the tables do not do; the length, or -1 with an exception. */
static Py_ssize_t fold_in_python(Table *table, PyObject *text, Batch *batch, size_t start)
{
    PyObject *folded = PyObject_CallFunctionObjArgs(table->fold, text, NULL);
    Py_ssize_t length = folded == NULL ? -1 : PyUnicode_GetLength(folded);
    uint32_t *out;
    if (length >= 0 && reserve(&batch->arena, (start + length + 1) * sizeof *out) == NULL) {
        PyErr_NoMemory();
        length = -1;
    }
    out = (uint32_t *)batch->arena.at + start;
    if (length > 0 && PyUnicode_AsUCS4(folded, (Py_UCS4 *)out, length, 0) == NULL)
        length = -1;
    for (Py_ssize_t i = 0; i < length; i++)
        if (page_of(table, out[i]) == NULL)
            length = -1;
    Py_XDECREF(folded);
    return length;
}

/* Folds a text that is not ASCII into the arena; its length there, or -1 with an exception. */
static Py_ssize_t fold_wide(Table *table, PyObject *text, Batch *batch, size_t start)
{
    Py_ssize_t length = PyUnicode_GetLength(text);
    uint32_t *out, *raw, *end;
    /* A character becomes three at most, so writing never overtakes reading. */
    if (reserve(&batch->arena, (start + 4 * (size_t)length) * sizeof *out) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    out = (uint32_t *)batch->arena.at + start;
    raw = out + 3 * length;
    if (PyUnicode_AsUCS4(text, (Py_UCS4 *)raw, length, 0) == NULL)
        return -1;
    for (end = raw + length; raw < end; raw++) {
        Page *page = page_of(table, *raw);
        uint64_t fold;
        if (page == NULL)
            return -1;
        fold = page->fold[*raw & 255];
        if (fold == ASK)
            return fold_in_python(table, text, batch, start);
        for (; fold; fold >>= 21) {
            *out = fold & 0x1FFFFF;
            if (page_of(table, *out++) == NULL)
                return -1;
        }
    }
    return out - ((uint32_t *)batch->arena.at + start);
}

/* Whether a string is ASCII, without making it keep a UTF-8 copy of itself where it is not. */
static int is_ascii(PyObject *text, PyObject *name)
{
    PyObject *answer = PyObject_CallMethodObjArgs(text, name, NULL);
    int truth = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return truth;
}

static int gather(Table *table, PyObject *text, PyObject *isascii, Batch *batch)
{
    Span *span = &batch->spans[batch->count];
    Py_ssize_t length, size;
    int ascii;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "every text must be a string");
        return -1;
    }
    if ((length = PyUnicode_GetLength(text)) < 0 || (ascii = is_ascii(text, isascii)) < 0)
        return -1;
    span->ascii = NULL;
    span->start = batch->count ? span[-1].start + (span[-1].ascii ? 0 : span[-1].length) : 0;
    if (ascii) {
        if ((span->ascii = (const uint8_t *)PyUnicode_AsUTF8AndSize(text, &size)) == NULL)
            return -1;
        ascii = size == length; /* a subclass may say what it likes */
    }
    if (ascii) {
        span->length = length < table->max_chars ? length : table->max_chars;
    } else {
        PyObject *cut = PyUnicode_Substring(text, 0, table->max_chars);
        span->ascii = NULL;
        length = cut == NULL ? -1 : fold_wide(table, cut, batch, span->start);
        Py_XDECREF(cut);
        if (length < 0)
            return -1;
        span->length = length;
    }
    batch->chars += span->length;
    batch->count++;
    return 0;
}

/* ---- score: without the lock ---- */

/* Tokens between the two boundaries; `spaceless` tells whether one of them is of such a script. */
static size_t cut_ascii(const uint8_t *text, size_t length, uint64_t *tokens)
{
    size_t count = 0, i = 0;
    tokens[count++] = CRC_START;
    while (i < length) {
        uint32_t crc = UINT32_MAX, kind = ascii_kind[text[i]];
        if (kind == SEPARATOR) {
            i++;
        } else if (kind != WORD) { /* an apostrophe is inside a word or a token of its own */
            tokens[count++] = ascii_crc[text[i++]];
        } else {
            uint32_t letter;
            do {
                while (i < length && (letter = ascii_word[text[i]])) {
                    crc = crc_byte(crc, letter);
                    i++;
                }
                if (i + 1 >= length || text[i] != '\'' || !ascii_word[text[i + 1]])
                    break;
                crc = crc_byte(crc, '\'');
                i++;
            } while (1);
            tokens[count++] = ~crc;
        }
    }
    tokens[count++] = CRC_END;
    return count;
}

static inline int kind_of(uint32_t point)
{
    return pages[point >> 8]->kind[point & 255];
}

static size_t cut_wide(const uint32_t *text, size_t length, uint64_t *tokens, int *spaceless)
{
    size_t count = 0, i = 0;
    tokens[count++] = CRC_START;
    while (i < length) {
        uint32_t crc = UINT32_MAX;
        int kind = kind_of(text[i]);
        if (kind == SEPARATOR) {
            i++;
        } else if (kind != WORD) {
            uint64_t flag = kind == SPACELESS ? IS_SPACELESS : 0;
            *spaceless |= kind == SPACELESS;
            tokens[count++] = (uint32_t)~crc_point(crc, text[i++]) | flag;
        } else {
            do {
                while (i < length && kind_of(text[i]) == WORD)
                    crc = crc_point(crc, text[i++]);
                if (i + 1 >= length || text[i] != '\'' || kind_of(text[i + 1]) != WORD)
                    break;
                crc = crc_byte(crc, '\'');
                i++;
            } while (1);
            tokens[count++] = ~crc;
        }
    }
    tokens[count++] = CRC_END;
    return count;
}

/* Words and pairs with boundaries, no spaceless script: nearly every text there is. */
static size_t pairs(const uint64_t *tokens, size_t count, uint32_t *ids)
{
    uint64_t before = mix(SEED, CRC_START);
    size_t found = 0, i;
    for (i = 1; i + 1 < count; i++) {
        uint64_t alone = mix(SEED, tokens[i]);
        ids[found++] = mix(before, tokens[i]) >> 32;
        ids[found++] = alone >> 32;
        before = alone;
    }
    ids[found++] = mix(before, CRC_END) >> 32;
    return found;
}

static size_t grams(const Table *table, const uint64_t *tokens, size_t count, uint32_t *ids)
{
    size_t longest = table->words > table->chars ? table->words : table->chars;
    size_t found = 0, last = count - 1, start, end;
    for (start = 0; start < count; start++) {
        uint64_t state = SEED, inside = IS_SPACELESS;
        for (end = start; end < count && end - start < longest; end++) {
            size_t length = end - start + 1;
            int virtual = start == 0 || end == last;
            state = mix(state, tokens[end]);
            inside &= tokens[end];
            if (length == 1 ? virtual : virtual && !table->boundaries)
                continue;
            if (length == 1 || length <= (size_t)(inside ? table->chars : table->words))
                ids[found++] = state >> 32;
        }
    }
    return found;
}

static size_t text_ids(const Table *table, Batch *batch, const Span *span)
{
    size_t most = table->words > table->chars ? table->words : table->chars, count;
    uint64_t *tokens = reserve(&batch->tokens, (span->length + 2) * sizeof *tokens);
    uint32_t *ids = reserve(&batch->ids, (span->length + 2) * most * sizeof *ids);
    int spaceless = 0;
    if (tokens == NULL || ids == NULL)
        return SIZE_MAX;
    if (span->ascii != NULL)
        count = cut_ascii(span->ascii, span->length, tokens);
    else
        count = cut_wide((uint32_t *)batch->arena.at + span->start, span->length, tokens,
                         &spaceless);
    if (table->words == 2 && table->boundaries && !spaceless)
        return pairs(tokens, count, ids);
    return grams(table, tokens, count, ids);
}

static inline uint32_t home(const Table *table, uint32_t key)
{
    return key * 2654435769u >> table->shift;
}

/* Puts the rows of the known ids in the place of the ids; returns how many they are. */
static size_t find(const Table *table, uint32_t *ids, size_t count)
{
    uint32_t mask = (uint32_t)(UINT64_C(0xFFFFFFFF) >> table->shift);
    size_t found = 0, i;
    for (i = 0; i < count; i++)
        PREFETCH(&table->slots[home(table, ids[i])]);
    for (i = 0; i < count; i++) {
        uint32_t at = home(table, ids[i]), key = ids[i];
        while (table->slots[at].row != EMPTY && table->slots[at].key != key)
            at = (at + 1) & mask;
        ids[found] = table->slots[at].row;
        found += table->slots[at].row != EMPTY;
    }
    return found;
}

/* Sums of whole numbers: 32 bits hold FLUSH products, 64 bits the rest. */
static void add_rows(const Table *table, const uint32_t *rows, size_t count, int64_t *sums)
{
    size_t stride = 4 + table->padded, i;
    Py_ssize_t c;
    int32_t *part = (int32_t *)(sums + table->padded);
    memset(sums, 0, table->padded * (sizeof *sums + sizeof *part));
    for (i = 0; i < count; i++)
        PREFETCH(table->records + rows[i] * stride);
    for (i = 0; i < count; i++) {
        const uint8_t *record = table->records + rows[i] * stride;
        const int8_t *row = (const int8_t *)record + 4;
        int32_t multiplier;
        memcpy(&multiplier, record, 4);
        for (c = 0; c < table->padded; c += 4) { /* by fours, which compilers turn into vectors */
            part[c] += multiplier * row[c];
            part[c + 1] += multiplier * row[c + 1];
            part[c + 2] += multiplier * row[c + 2];
            part[c + 3] += multiplier * row[c + 3];
        }
        if ((i + 1) % FLUSH == 0 || i + 1 == count)
            for (c = 0; c < table->padded; c++) {
                sums[c] += part[c];
                part[c] = 0;
            }
    }
}

static int score_text(const Table *table, Batch *batch, const Span *span, float *logits)
{
    size_t count = text_ids(table, batch, span), known;
    int64_t *sums = reserve(&batch->sums, table->padded * (sizeof *sums + sizeof(int32_t)));
    double share;
    Py_ssize_t c;
    if (count == SIZE_MAX || sums == NULL)
        return -1;
    known = find(table, batch->ids.at, count);
    add_rows(table, batch->ids.at, known, sums);
    share = table->unit / sqrt((double)(count ? count : 1));
    for (c = 0; c < table->classes; c++) {
        /* volatile: some processors would fuse the two steps and round once instead of twice */
        volatile double product = (double)sums[c] * share;
        logits[c] = (float)(table->bias[c] + product);
    }
    return 0;
}

static Py_ssize_t largest(const float *logits, Py_ssize_t count)
{
    Py_ssize_t best = 0, c;
    for (c = 1; c < count; c++)
        if (logits[c] > logits[best])
            best = c;
    return best;
}

/* ---- what Python sees ---- */

static PyObject *isascii_name;

static Batch *new_batch(void)
{
    Batch *batch = malloc(sizeof *batch);
    Buffer none = {NULL, 0};
    if (batch == NULL)
        return (Batch *)PyErr_NoMemory();
    batch->arena = batch->tokens = batch->ids = batch->sums = none;
    return batch;
}

/* Gathers the texts from `first` on until the batch is full; the number of the next one, or -1. */
static Py_ssize_t gather_some(Table *table, PyObject *texts, Py_ssize_t first, Batch *batch)
{
    Py_ssize_t count = PyTuple_Size(texts), i;
    batch->count = batch->chars = 0;
    for (i = first; i < count && batch->count < BATCH_TEXTS && batch->chars < BATCH_CHARS; i++)
        if (gather(table, PyTuple_GetItem(texts, i), isascii_name, batch) < 0)
            return -1;
    return PyErr_CheckSignals() < 0 ? -1 : i;
}

static PyObject *table_logits(Table *self, PyObject *given)
{
    PyObject *texts = PySequence_Tuple(given), *out = NULL; /* a copy: nobody can take texts out */
    Batch *batch = texts == NULL ? NULL : new_batch();
    Py_ssize_t first = 0, next, count;
    float *at;
    int failed = 0;
    if (batch == NULL)
        goto done;
    count = PyTuple_Size(texts);
    if (count > PY_SSIZE_T_MAX / 4 / self->classes) {
        PyErr_NoMemory();
        goto done;
    }
    out = PyByteArray_FromStringAndSize(NULL, count * self->classes * 4);
    while (out != NULL && first < count) {
        next = gather_some(self, texts, first, batch);
        at = (float *)PyByteArray_AsString(out) + first * self->classes;
        if (next >= 0) {
            Py_BEGIN_ALLOW_THREADS
            for (size_t i = 0; i < batch->count && !failed; i++, at += self->classes)
                failed = score_text(self, batch, &batch->spans[i], at);
            Py_END_ALLOW_THREADS
        }
        if (failed)
            PyErr_NoMemory();
        if (failed || next < 0)
            Py_CLEAR(out);
        first = next;
    }
done:
    Py_XDECREF(texts);
    if (batch != NULL)
        release(batch);
    return out;
}

static PyObject *table_best(Table *self, PyObject *args)
{
    PyObject *given, *names, *texts, *out = NULL, *name;
    Batch *batch = NULL;
    Py_ssize_t first = 0, next, count, best[BATCH_TEXTS];
    float *logits = NULL;
    int failed = 0;
    if (!PyArg_ParseTuple(args, "OO!", &given, &PyTuple_Type, &names))
        return NULL;
    if (PyTuple_Size(names) != self->classes)
        return PyErr_Format(PyExc_ValueError, "%zd names are needed", self->classes);
    if ((texts = PySequence_Tuple(given)) == NULL || (batch = new_batch()) == NULL)
        goto done;
    count = PyTuple_Size(texts);
    if ((logits = malloc(self->classes * sizeof *logits)) == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    out = PyList_New(count);
    while (out != NULL && first < count) {
        next = gather_some(self, texts, first, batch);
        if (next >= 0) {
            Py_BEGIN_ALLOW_THREADS
            for (size_t i = 0; i < batch->count && !failed; i++) {
                failed = score_text(self, batch, &batch->spans[i], logits);
                best[i] = largest(logits, self->classes);
            }
            Py_END_ALLOW_THREADS
        }
        if (failed)
            PyErr_NoMemory();
        if (failed || next < 0) {
            Py_CLEAR(out);
            break;
        }
        for (; first < next; first++) {
            name = PyTuple_GetItem(names, best[first - (next - (Py_ssize_t)batch->count)]);
            Py_INCREF(name);
            PyList_SetItem(out, first, name);
        }
    }
done:
    free(logits);
    Py_XDECREF(texts);
    if (batch != NULL)
        release(batch);
    return out;
}

static PyObject *table_ids(Table *self, PyObject *text)
{
    Batch *batch = new_batch();
    PyObject *out = NULL;
    size_t count;
    if (batch == NULL)
        return NULL;
    batch->count = batch->chars = 0;
    if (gather(self, text, isascii_name, batch) == 0) {
        count = text_ids(self, batch, &batch->spans[0]);
        if (count == SIZE_MAX)
            PyErr_NoMemory();
        else
            out = PyByteArray_FromStringAndSize(batch->ids.at, count * 4);
    }
    release(batch);
    return out;
}

static int fill_slots(Table *self, const uint32_t *keys, Py_ssize_t rows)
{
    int bits = 2;
    uint32_t mask, at;
    while ((Py_ssize_t)1 << bits < 2 * rows)
        bits++;
    self->shift = 32 - bits;
    mask = (uint32_t)(((uint64_t)1 << bits) - 1);
    if ((self->slots = malloc(((size_t)mask + 1) * sizeof(Slot))) == NULL)
        return -1;
    memset(self->slots, 255, ((size_t)mask + 1) * sizeof(Slot));
    for (Py_ssize_t row = 0; row < rows; row++) {
        at = home(self, keys[row]);
        while (self->slots[at].row != EMPTY)
            at = (at + 1) & mask;
        self->slots[at].key = keys[row];
        self->slots[at].row = (uint32_t)row;
    }
    return 0;
}

static int fill_records(Table *self, const char *rows, const uint16_t *multipliers, Py_ssize_t count)
{
    size_t stride = 4 + self->padded;
    if ((self->records = calloc(count + 1, stride)) == NULL)
        return -1;
    for (Py_ssize_t row = 0; row < count; row++) {
        int32_t multiplier = multipliers[row];
        memcpy(self->records + row * stride, &multiplier, 4);
        memcpy(self->records + row * stride + 4, rows + row * self->classes, self->classes);
    }
    return 0;
}

static int fill(Table *self, PyObject *const bytes[4])
{
    char *parts[4];
    Py_ssize_t sizes[4], rows;
    for (int i = 0; i < 4; i++)
        if (PyBytes_AsStringAndSize(bytes[i], &parts[i], &sizes[i]) < 0)
            return -1;
    rows = sizes[0] / 4;
    self->classes = sizes[3] / 8;
    self->padded = (self->classes + 3) / 4 * 4;
    if (self->classes < 1 || sizes[3] % 8 || sizes[0] != 4 * rows || sizes[2] != 2 * rows
        || sizes[1] / self->classes != rows || sizes[1] % self->classes || rows > 1 << 28) {
        PyErr_SetString(PyExc_ValueError, "keys, rows, multipliers and bias do not fit together");
        return -1;
    }
    self->bias = malloc(sizes[3]);
    if (self->bias == NULL || fill_slots(self, (const uint32_t *)parts[0], rows) < 0
        || fill_records(self, parts[1], (const uint16_t *)parts[2], rows) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(self->bias, parts[3], sizes[3]);
    return 0;
}

static PyObject *table_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    PyObject *bytes[4], *fold, *page;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    double unit;
    int words, boundaries, chars;
    Py_ssize_t max_chars;
    Table *self;
    if (named != NULL && PyDict_Size(named))
        return PyErr_Format(PyExc_TypeError, "Table takes no named arguments");
    if (!PyArg_ParseTuple(args, "SSSSd(ipin)OO", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &unit,
                          &words, &boundaries, &chars, &max_chars, &fold, &page))
        return NULL;
    if (words < 1 || words > 64 || chars < 1 || chars > 64 || max_chars < 1)
        return PyErr_Format(PyExc_ValueError, "n-grams of 1 to 64, texts of 1 or more");
    if ((self = (Table *)allocate(type, 0)) == NULL)
        return NULL;
    self->unit = unit;
    self->words = words;
    self->chars = chars;
    self->boundaries = boundaries;
    self->max_chars = max_chars;
    Py_INCREF(fold);
    Py_INCREF(page);
    self->fold = fold;
    self->page = page;
    if (fill(self, bytes) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void table_dealloc(Table *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc free_object = (freefunc)PyType_GetSlot(type, Py_tp_free);
    free(self->slots);
    free(self->records);
    free(self->bias);
    Py_XDECREF(self->fold);
    Py_XDECREF(self->page);
    free_object(self);
    Py_DECREF(type);
}

static PyMethodDef table_methods[] = {
    {"logits", (PyCFunction)table_logits, METH_O,
     "logits(texts) -> bytearray of float32 [n, C]"},
    {"best", (PyCFunction)table_best, METH_VARARGS,
     "best(texts, names) -> list: for each text the name of its largest logit"},
    {"ids", (PyCFunction)table_ids, METH_O,
     "ids(text) -> bytearray of uint32: all n-gram ids of one text, in order"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot table_slots[] = {
    {Py_tp_doc, "Table(keys, rows, multipliers, bias, unit, (words, boundaries, chars, max_chars), "
                "fold, page): the first four bytes of uint32 [R], int8 [R, C], uint16 [R] below "
                "2**16 and float64 [C]; fold(text) -> text; page(number) -> (bytes, bytes)"},
    {Py_tp_new, table_new},
    {Py_tp_dealloc, table_dealloc},
    {Py_tp_methods, table_methods},
    {0, NULL},
};

static PyType_Spec table_spec = {"nanonet._kernel.Table", sizeof(Table), 0, Py_TPFLAGS_DEFAULT,
                                 table_slots};

static int set_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
        crc_table[byte] = crc;
    }
    for (int c = 0; c < 128; c++) {
        int upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        int word = upper || lower || (c >= '0' && c <= '9');
        ascii_word[c] = word ? (upper ? c + 32 : c) : 0;
        ascii_kind[c] = word ? WORD : c <= ' ' || c == 127 ? SEPARATOR : SYMBOL;
        ascii_crc[c] = ~crc_byte(UINT32_MAX, c);
    }
    return crc_text("<s>") == CRC_START && crc_text("</s>") == CRC_END ? 0 : -1;
}

static int kernel_exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&table_spec);
    int failed;
    if (set_tables() < 0)
        PyErr_SetString(PyExc_SystemError, "the hash of the boundaries is wrong");
    if (isascii_name == NULL)
        isascii_name = PyUnicode_InternFromString("isascii");
    failed = type == NULL || isascii_name == NULL || PyErr_Occurred()
             || PyModule_AddObjectRef(module, "Table", type) < 0;
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot kernel_slots[] = {{Py_mod_exec, kernel_exec}, {0, NULL}};

static struct PyModuleDef kernel_module = {
    PyModuleDef_HEAD_INIT, "nanonet._kernel", "Nano students in C; see nanonet.runtime.", 0,
    NULL, kernel_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&kernel_module);
}
