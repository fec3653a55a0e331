#pragma once

// The processor's own instruction for CRC-32C, which Swift has no access to: SSE 4.2 of x86-64, and the CRC extension of ARMv8.
// `zwl_has_crc32c` says whether this processor has it; nothing else may be called if not. Registers are neither inverted at the
// start nor at the end.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

#define ZWL_CRC32C __attribute__((target("sse4.2")))
#define ZWL_CRC32C_WORD(crc, word) ((uint32_t)__builtin_ia32_crc32di((crc), (word)))
#define ZWL_CRC32C_BYTE(crc, byte) __builtin_ia32_crc32qi((crc), (byte))

static inline int zwl_has_crc32c(void) {
    return __builtin_cpu_supports("sse4.2") != 0;
}

#elif defined(__aarch64__)

#include <sys/auxv.h>
#define ZWL_CRC32C __attribute__((target("crc")))
#define ZWL_CRC32C_WORD(crc, word) __builtin_arm_crc32cd((crc), (word))
#define ZWL_CRC32C_BYTE(crc, byte) __builtin_arm_crc32cb((crc), (byte))

static inline int zwl_has_crc32c(void) {
    // HWCAP_CRC32 of <asm/hwcap.h>.
    return (getauxval(AT_HWCAP) >> 7) & 1;
}

#else

#define ZWL_CRC32C
#define ZWL_CRC32C_WORD(crc, word) ((void)(word), (crc))
#define ZWL_CRC32C_BYTE(crc, byte) ((void)(byte), (crc))

static inline int zwl_has_crc32c(void) {
    return 0;
}

#endif

static inline uint64_t zwl_word(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

// The register `crc` after `count` bytes.
ZWL_CRC32C static inline uint32_t zwl_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = (const uint8_t *)bytes;
    for (; count >= 8; count -= 8, next += 8) {
        crc = ZWL_CRC32C_WORD(crc, zwl_word(next));
    }
    for (; count > 0; count--, next++) {
        crc = ZWL_CRC32C_BYTE(crc, *next);
    }
    return crc;
}

// Three registers after `count` bytes each, a multiple of 8, which lie end to end. The instruction takes three cycles, but one can
// begin in each: this is three times as fast.
ZWL_CRC32C static inline void zwl_crc32c_lanes(
    uint32_t *first, uint32_t *second, uint32_t *third, const void *bytes, size_t count
) {
    const uint8_t *next = (const uint8_t *)bytes;
    uint32_t a = *first, b = *second, c = *third;
    for (size_t offset = 0; offset < count; offset += 8) {
        a = ZWL_CRC32C_WORD(a, zwl_word(next + offset));
        b = ZWL_CRC32C_WORD(b, zwl_word(next + count + offset));
        c = ZWL_CRC32C_WORD(c, zwl_word(next + 2 * count + offset));
    }
    *first = a;
    *second = b;
    *third = c;
}
