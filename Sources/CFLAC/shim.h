#pragma once
#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>

/* Exported since 1.2.1 and used by flac(1) (--no-md5-sum), but in no header: whether the encoder sums up the samples. */
FLAC_API FLAC__bool FLAC__stream_encoder_set_do_md5(FLAC__StreamEncoder *encoder, FLAC__bool value);

/* A variable of the library, which Swift takes for one that anybody may change. */
static inline const char *zwl_flac_version(void) {
    return FLAC__VERSION_STRING;
}
